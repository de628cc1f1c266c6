"""A command that `match` calls right is one that the server can read, and the other way round.

Compared for the words whose kinds the server reads itself: ids of streams, operations of BITFIELD,
what GEOSEARCH takes in any order. Left out: ids above 2^64-1 and ids with a plus sign, which the
server takes and nobody writes.
"""

from __future__ import annotations

import pytest

from tests.oracle.raw import Error, RawConnection
from tests.oracle.tally import TALLY
from tutor.engine.table import load_table
from tutor.engine.table.match import match

IDS = """0 5 5-1 0-0 01 5-* * ~ - + -1 -5 5- 5-1-1 a 1.5 $ > [5 (5 ( (5-1 (- (+
18446744073709551615-18446744073709551615"""
BITFIELD = "GET SET INCRBY u8 i64 u64 u0 x8 0 #1 -1 #x 5 OVERFLOW SAT wrap fail none"

LINES = {
    # an id in every place that takes one
    "XADD k ID f v": IDS,
    "XADD k MINID ID * f v": IDS,
    "XRANGE s ID +": IDS,
    "XRANGE s - ID COUNT 1": IDS,
    "XREVRANGE s + ID": IDS,
    "XREAD COUNT 1 STREAMS s ID": IDS,
    "XREADGROUP GROUP g c STREAMS s ID": IDS,
    "XREADGROUP COUNT 1 NOACK GROUP g c STREAMS s s ID ID": IDS,
    "XDEL s ID": IDS,
    "XACK s g ID": IDS,
    "XCLAIM s g c 0 ID": IDS,
    "XCLAIM s g c 0 1 LASTID ID": IDS,
    "XAUTOCLAIM s g c 0 ID": IDS,
    "XPENDING s g ID + 1": IDS,
    "XPENDING s g IDLE 1 - ID 1 c": IDS,
    "XSETID s ID": "5 5-1 5-* * ~ - + -1 5- a $ > (5",
    "XTRIM s MINID ID": IDS,
    # BITFIELD, whose operations are read one by one
    "BITFIELD b ID u8 0": BITFIELD,
    "BITFIELD b GET ID 0": BITFIELD,
    "BITFIELD b GET u8 ID": BITFIELD,
    "BITFIELD b SET u8 0 ID": BITFIELD,
    "BITFIELD b OVERFLOW ID SET u8 0 1": BITFIELD,
    "BITFIELD b INCRBY i8 #0 1 ID u8 0": BITFIELD,
    "BITFIELD b OVERFLOW SAT INCRBY ID 8 1": BITFIELD,
    # options in any order
    "GEOSEARCH p ID": "BYRADIUS BYBOX",
    "GEOSEARCH p FROMMEMBER m ID 1 m": "BYRADIUS BYBOX COUNT",
    "GEOSEARCH p BYRADIUS 1 ID FROMMEMBER m ASC": "m km KM ft mi cm",
    "GEOSEARCH p ASC WITHDIST BYBOX 1 ID m COUNT 1 ANY FROMLONLAT 1 1": "1 1.5 x ASC",
    "GEORADIUS p 1 1 1 m ID": "ASC WITHHASH ANY COUNT x",
    "GEOADD p ID 2 2 n": "NX xx CH GT 1",
}
"""Lines in which ID is replaced by each of the words."""

WRONG_WORDS = ("Invalid stream ID", "syntax", "not a valid", "not an integer", "Invalid", "Unrec",
               "meaningless", "can be specified only", "numeric", "wrong number", "exactly one",
               "unsupported unit", "out of range", "requires COUNT")  # fmt: skip
"""What an error says that finds fault with the words, and not with the data."""


@pytest.mark.parametrize("line", LINES)
def test_what_match_finds_right_the_server_can_read(line: str, raw: RawConnection) -> None:
    for word in LINES[line].split():
        raw.call(b"FLUSHALL")
        raw.call(b"XADD", b"s", b"1-1", b"f", b"v")
        raw.call(b"XGROUP", b"CREATE", b"s", b"g", b"0")
        raw.call(b"GEOADD", b"p", b"1", b"1", b"m")
        argv = [word.encode() if one == "ID" else one.encode() for one in line.split()]
        reply = raw.call(*argv)
        TALLY.calls += 1
        said = reply.text.decode() if isinstance(reply, Error) else ""
        fit = match(load_table()[line.split()[0].lower()], argv)
        right = fit.complete and fit.wrong is None
        assert right == (not any(one in said for one in WRONG_WORDS)), (argv, said, fit.words)
