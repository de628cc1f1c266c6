"""Replication: the machines of a master and of its replicas (redis 7.0, replication.c).

They open no sockets and read no clock: bytes come and go through `links`, time is the engine's.
"""

from tutor.replication.replication import Replication

__all__ = ["Replication"]
