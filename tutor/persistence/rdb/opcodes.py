"""The bytes that say what comes next in an RDB file, where a type byte does not (redis 7.0, rdb.h;
the slot's from 7.4)."""

from __future__ import annotations

MAGIC = b"REDIS"
HEADER_SIZE = 9
CHECKSUM_SIZE = 8
VERSION = 10
OLDEST, NEWEST = 1, 12
CHECKSUM_SINCE = 5

SLOT_INFO = 0xF4  # slot, its keys, its expiries: a node of a cluster, from 7.4
FUNCTION = 0xF5
OLD_FUNCTION = 0xF6  # of the release candidates of 7.0
MODULE_AUX = 0xF7
IDLE = 0xF8  # seconds since the key was used
FREQUENCY = 0xF9  # LFU counter
AUX = 0xFA  # a name and a text
SIZES = 0xFB  # how many keys and expiries follow
EXPIRY_MS = 0xFC
EXPIRY_S = 0xFD
SELECT = 0xFE
END = 0xFF
