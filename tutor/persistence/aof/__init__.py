"""The append-only file of 7.0: a base, what came after it, and a manifest that names both.

    appendonlydir/
      appendonly.aof.2.base.rdb      the data when the file was last rewritten
      appendonly.aof.2.incr.aof      commands since then, as they are sent to replicas
      appendonly.aof.manifest        which files, in which order

Redis 7.0, aof.c.
"""
