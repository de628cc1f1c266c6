"""Reading the words of stream commands: IDs, intervals of IDs, trimming options.

An ID is ``ms-seq``, two unsigned 64-bit numbers, and one integer here (``ms << 64 | seq``). Numbers
that are not in canonical form are read as C's `strtoull` does: spaces, a sign and zeros in front,
a negative sequence wrapped. Redis 7.0, t_stream.c (streamGenericParseIDOrReply,
streamParseAddOrTrimArgsOrReply), util.c (string2ull).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.engine import errors
from tutor.engine.arguments import integer, parse_integer
from tutor.engine.config import Config
from tutor.engine.replies import ReplyError
from tutor.engine.structures.stream import LARGEST_ID, SEQUENCE, NodeLimits

_LONGEST = 127
_UNSIGNED = re.compile(rb"[ \t\n\v\f\r]*([+-]?)([0-9]+)").fullmatch
_CANONICAL = re.compile(rb"(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})").fullmatch


def _unsigned(word: bytes) -> int:
    value = parse_integer(word)
    if value is None:
        found = _UNSIGNED(word)
        if found is None:
            raise ReplyError(errors.STREAM_ID)
        value = int(found[2])
        if value > SEQUENCE:
            raise ReplyError(errors.STREAM_ID)
        return -value & SEQUENCE if found[1] == b"-" else value
    if value < 0:
        raise ReplyError(errors.STREAM_ID)
    return value


def _split(word: bytes) -> tuple[bytes, bytes | None]:
    if len(word) > _LONGEST:
        raise ReplyError(errors.STREAM_ID)
    ms, dash, seq = word.partition(b"\0")[0].partition(b"-")
    return ms, seq if dash else None


def stream_id(word: bytes, missing: int = 0) -> int:
    """An ID; ``missing`` is the sequence of one that has none. ``-`` and ``+`` are not taken."""
    found = _CANONICAL(word)
    if found is not None:
        return int(found[1]) << 64 | int(found[2])
    ms, seq = _split(word)
    return _unsigned(ms) << 64 | (missing if seq is None else _unsigned(seq))


def any_stream_id(word: bytes, missing: int = 0) -> int:
    """As `stream_id`, and ``-`` and ``+`` are the least and the greatest ID."""
    if len(word) <= _LONGEST and word.partition(b"\0")[0] in (b"-", b"+"):
        return 0 if word[:1] == b"-" else LARGEST_ID
    return stream_id(word, missing)


def new_stream_id(word: bytes) -> tuple[int, bool]:
    """The ID of XADD; False if its sequence is to be chosen (``ms-*``)."""
    ms, seq = _split(word)
    if seq == b"*":
        return _unsigned(ms) << 64, False
    return stream_id(word), True


def interval_start(word: bytes) -> int:
    """The first ID that belongs to an interval; ``(`` excludes the one named."""
    if len(word) < 2 or word[:1] != b"(":
        return any_stream_id(word)
    start = stream_id(word[1:])
    if start == LARGEST_ID:
        raise ReplyError(errors.STREAM_START_ID)
    return start + 1


def interval_end(word: bytes) -> int:
    """The last ID that belongs to an interval."""
    if len(word) < 2 or word[:1] != b"(":
        return any_stream_id(word, SEQUENCE)
    end = stream_id(word[1:], SEQUENCE)
    if end == 0:
        raise ReplyError(errors.STREAM_END_ID)
    return end - 1


# trimming

_MOST_BY_DEFAULT = 1_000_000
_NODES_BY_DEFAULT = 100
_WITHOUT_NODE_LIMIT = 10_000


@dataclass(slots=True)
class Trimming:
    """How much of a stream may stay: ``maxlen`` entries, or, if that is None, none below ``minid``.

    ``approximate``: whole nodes only, ``limit`` entries at most (0: no limit). ``threshold_at`` is
    the index of the threshold's word.
    """

    maxlen: int | None = None
    minid: int = 0
    approximate: bool = False
    limit: int = 0
    threshold_at: int = 0


@dataclass(slots=True)
class AddOptions:
    """What stands before the words of an entry. ``entry`` None: choose the whole ID;
    ``with_sequence`` False: choose its sequence. ``fields_at`` is the index of the first word."""

    trimming: Trimming | None = None
    create: bool = True
    entry: int | None = None
    with_sequence: bool = True
    fields_at: int = 0


def add_options(argv: Sequence[bytes], config: Config, *, told: bool = False) -> AddOptions:
    """The options of XADD and its ID. ``told`` by a master or the append-only file: LIMIT, which
    has done its work there, means nothing."""
    found = AddOptions()
    reader = _TrimReader(argv, config, told)
    while reader.at < len(argv):
        word = argv[reader.at]
        if word == b"*":
            break
        if reader.option():
            continue
        if word.lower() == b"nomkstream":
            found.create = False
            reader.at += 1
            continue
        found.entry, found.with_sequence = new_stream_id(word)
        break
    found.trimming = reader.result()
    found.fields_at = reader.at + 1
    return found


def trim_options(argv: Sequence[bytes], config: Config, *, told: bool = False) -> Trimming:
    """The options of XTRIM; ``told``: see `add_options`."""
    reader = _TrimReader(argv, config, told)
    while reader.at < len(argv):
        if not reader.option():
            raise ReplyError(errors.SYNTAX)
    trimming = reader.result()
    if trimming is None:
        raise ReplyError(errors.XTRIM_STRATEGY)
    return trimming


class _TrimReader:
    """Reads MAXLEN, MINID and LIMIT from left to right; ``at`` is the word it stands at."""

    def __init__(self, argv: Sequence[bytes], config: Config, told: bool) -> None:
        self.at = 2
        self._told = told
        self._argv = argv
        self._config = config
        self._trimming: Trimming | None = None
        self._limit: int | None = None

    def option(self) -> bool:
        """Take one option with its values; False if none stands here."""
        argv, at = self._argv, self.at
        name = argv[at].lower()
        if at + 1 == len(argv) or name not in (b"maxlen", b"minid", b"limit"):
            return False
        if name == b"limit":
            self._limit = integer(argv[at + 1])
            if self._limit < 0:
                raise ReplyError(errors.STREAM_LIMIT)
            self.at += 2
            return True
        if self._trimming is not None:
            raise ReplyError(errors.STREAM_TWO_STRATEGIES)
        found = Trimming()
        if at + 2 < len(argv) and argv[at + 1] in (b"~", b"="):
            found.approximate = argv[at + 1] == b"~"
            at += 1
        if name == b"maxlen":
            found.maxlen = integer(argv[at + 1])
            if found.maxlen < 0:
                raise ReplyError(errors.STREAM_MAXLEN)
        else:
            found.minid = stream_id(argv[at + 1])
        found.threshold_at = at + 1
        self._trimming, self.at = found, at + 2
        return True

    def result(self) -> Trimming | None:
        """The trimming that was asked for, its limit filled in."""
        found = self._trimming
        if self._limit and found is None:
            raise ReplyError(errors.STREAM_LIMIT_ALONE)
        if self._told:
            return found
        if self._limit is not None and (found is None or not found.approximate):
            raise ReplyError(errors.STREAM_LIMIT_EXACT)
        if found is None:
            return None
        if self._limit is not None:
            found.limit = self._limit
        elif found.approximate:
            limit = _NODES_BY_DEFAULT * self._config.stream_node_max_entries
            found.limit = min(limit, _MOST_BY_DEFAULT) if limit > 0 else _WITHOUT_NODE_LIMIT
        return found


def node_limits(config: Config) -> NodeLimits:
    """When a stream's node is full, as the configuration has it now."""
    return NodeLimits(
        config.stream_node_max_bytes, config.stream_node_max_entries, config.allocator
    )
