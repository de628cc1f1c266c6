"""CLUSTER and its kin, as a server answers that is no node of a cluster (redis 7.0, cluster.c).

Names and numbers of arguments are still checked by the dispatcher; whatever passes is refused, HELP
included.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session

_NAMES = (
    *("readonly", "readwrite", "asking"),
    *("cluster|addslots", "cluster|addslotsrange", "cluster|delslots", "cluster|delslotsrange"),
    *("cluster|bumpepoch", "cluster|set-config-epoch", "cluster|saveconfig", "cluster|reset"),
    *("cluster|count-failure-reports", "cluster|countkeysinslot", "cluster|getkeysinslot"),
    *("cluster|failover", "cluster|flushslots", "cluster|forget", "cluster|meet"),
    *("cluster|help", "cluster|info", "cluster|keyslot", "cluster|links", "cluster|myid"),
    *("cluster|nodes", "cluster|replicas", "cluster|replicate", "cluster|slaves"),
    *("cluster|setslot", "cluster|shards", "cluster|slots"),
)


def disabled(session: Session, argv: Sequence[bytes]) -> Reply:
    """Any of them."""
    raise ReplyError(errors.CLUSTER_DISABLED)


for _name in _NAMES:
    command(_name)(disabled)
