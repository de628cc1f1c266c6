"""LCS: the longest common subsequence of two strings (redis 7.0, t_string.c)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import errors
from tutor.engine.arguments import FLAG, Option, OptionTable, integer, options
from tutor.engine.registry import command
from tutor.engine.replies import Reply, ReplyError
from tutor.engine.session import Session
from tutor.engine.structures.sds import Sds
from tutor.engine.values import text_of

_OPTIONS: OptionTable = {
    b"idx": FLAG,
    b"len": FLAG,
    b"withmatchlen": FLAG,
    b"minmatchlen": Option((integer,)),
}
_CELL = 4  # bytes of a table cell in the original; the table may not exceed proto-max-bulk-len


@command("lcs")
def lcs(session: Session, argv: Sequence[bytes]) -> Reply:
    """LCS key1 key2 [LEN] [IDX] [MINMATCHLEN n] [WITHMATCHLEN]."""
    values = [session.db.lookup(key) for key in argv[1:3]]
    texts: list[bytes] = []
    for value in values:
        if value is not None and not isinstance(value, (bytes, int, Sds)):
            raise ReplyError(errors.LCS_NOT_STRINGS)
        texts.append(b"" if value is None else text_of(value))
    found = options(argv, 3, _OPTIONS)
    if b"idx" in found and b"len" in found:
        raise ReplyError(errors.LCS_LENGTH_AND_INDEXES)
    left, right = texts
    if (len(left) + 1) * (len(right) + 1) * _CELL > session.engine.config.proto_max_bulk_len:
        raise ReplyError(errors.LCS_TOO_LARGE)
    table = _Table(left, right)
    if b"len" in found:
        return table.length
    stretches = _stretches(left, right, table)
    if b"idx" not in found:
        return b"".join(left[start : start + length] for start, _, length in reversed(stretches))
    least = max(found.get(b"minmatchlen", 0), 1)
    matches: list[Reply] = []
    for start, other, length in stretches:
        if length >= least:
            match: list[Reply] = [[start, start + length - 1], [other, other + length - 1]]
            matches.append([*match, length] if b"withmatchlen" in found else match)
    return {b"matches": matches, b"len": table.length}


class _Table:
    """Lengths of the subsequences common to the first i bytes of one string and the first j of the
    other: the table of the textbook, a row in the bits of one integer.

    Bit j of row i is 0 where the length grows from column j to column j + 1 (H. Hyyrö,
    "Bit-parallel LCS-length computation revisited", 2004). O(len(left)) operations on len(right)
    bits.
    """

    def __init__(self, left: bytes, right: bytes) -> None:
        full = (1 << len(right)) - 1
        places = dict.fromkeys(right, 0)
        for at, byte in enumerate(right):
            places[byte] |= 1 << at
        row = full
        self.rows = [row]
        for byte in left:
            both = row & places.get(byte, 0)
            row = (row + both | row - both) & full
            self.rows.append(row)
        self.length = len(right) - row.bit_count()

    def at(self, i: int, j: int) -> int:
        """The length for the first i and the first j bytes."""
        return j - (self.rows[i] & (1 << j) - 1).bit_count()

    def grows(self, i: int, j: int) -> bool:
        """Whether byte j of the other string adds to the length."""
        return not self.rows[i] >> j - 1 & 1


def _stretches(left: bytes, right: bytes, table: _Table) -> list[tuple[int, int, int]]:
    """Runs of matching bytes from the end backwards: (start in left, start in right, length)."""
    found: list[tuple[int, int, int]] = []
    i, j = len(left), len(right)
    common, length = table.length, 0
    while i and j:
        if left[i - 1] == right[j - 1]:
            i, j, common, length = i - 1, j - 1, common - 1, length + 1
            continue
        if length:
            found.append((i, j, length))
            length = 0
        above = table.at(i - 1, j)
        if above > common - table.grows(i, j):
            i, common = i - 1, above
        else:
            common -= table.grows(i, j)
            j -= 1
    if length:
        found.append((i, j, length))
    return found
