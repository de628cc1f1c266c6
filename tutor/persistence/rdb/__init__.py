"""RDB files, version 10: the keys of an engine as bytes, and back.

    "REDIS0010" | FA name value … | F5 library … | FE db FB keys expiries | pair … | FF | CRC64

    pair = [FC expiry, ms, i64 LE] [F8 idle seconds | F9 counter] type | key | value

`writer` yields such a file in chunks, `reader` takes one in and puts it in place of what an engine
holds. Values themselves are `tutor.engine.codec`'s. Neither opens a file. Redis 7.0, rdb.c, rdb.h.
"""

from tutor.persistence.rdb.damage import DamagedRdb, Fault
from tutor.persistence.rdb.reader import Loaded, Progress, load_rdb, load_steps
from tutor.persistence.rdb.writer import RdbInfo, ReplInfo, write_rdb

__all__ = [
    "DamagedRdb",
    "Fault",
    "Loaded",
    "Progress",
    "RdbInfo",
    "ReplInfo",
    "load_rdb",
    "load_steps",
    "write_rdb",
]
