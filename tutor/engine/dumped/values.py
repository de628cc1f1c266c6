"""Values out of DUMP payloads, each in the structure in which the server that wrote it holds it.

    type    value                              encoding                 written by
    0       string                             int, embstr, raw         all
    2       members                            hashtable                all
    3 5     members, scores as text or double  skiplist                 3 up to 3.2
    4       fields and values                  hashtable                all
    9       zipmap                             zipmap                   up to 2.4
    10      ziplist                            ziplist (a list)         up to 3.0
    11      intset                             intset                   all
    12 13   ziplist                            ziplist (zset, hash)     up to 6.2
    14      ziplists                           quicklist                3.2 to 6.2
    15 19   stream                             stream                   5.0, 7.0
    16 17   listpack                           listpack (hash, zset)    from 7.0
    18      listpacks and plain texts          quicklist, listpack      from 7.0
    20      listpack                           listpack (a set)         from 7.2
    21 26   stream                             stream                   7.2, 8.6
    22 24   expiry, field, value               hashtable                7.4 before release, 7.4
    23 25   listpack of field, value, expiry   listpackex               7.4 before release, 7.4

24 and 25 begin with the soonest expiry, 8 bytes; in 24 a field's own is told from there, plus 1,
and 0 means none. 26 is 21 with what is remembered of idempotent producers behind it, which is left
alone. Sources: redis 7.0, 7.2, 7.4, rdb.c: rdbLoadObject, rdbSaveObject; rdb.h.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tutor.engine.codec import LIST_LISTPACKS, LZF, PACKED_NODE, PLAIN_NODE
from tutor.engine.codec_reader import BadFormat, Reader
from tutor.engine.codec_stream import read_stream
from tutor.engine.structures import listpack, ziplist, zipmap
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.outside_layout import UnplacedEntry
from tutor.engine.structures.quicklist_node import MIN_COMPRESS_BYTES, MIN_COMPRESS_GAIN
from tutor.engine.structures.sds import parse_integer
from tutor.engine.values import Hash, Set, Value, Zset

__all__ = ["READERS", "Held", "HeldNode", "read_value"]

SET_LISTPACK, STREAM_ACTIVE, HASH_EXPIRING_EARLY, HASH_LISTPACK_EARLY = range(20, 24)
HASH_EXPIRING, HASH_LISTPACK_EXPIRING, STREAM_PRODUCERS = range(24, 27)


@dataclass(frozen=True, slots=True)
class HeldNode:
    """A node of a list: its bytes (``form`` is ``listpack``, ``ziplist`` or ``plain``, one text as
    it is) and its elements. ``squeezed`` is the size of the LZF image in which the dump has it,
    None if it has none."""

    image: bytes
    elements: tuple[bytes, ...]
    form: str
    squeezed: int | None

    @property
    def may_be_compressed(self) -> bool:
        """Whether the server may hold it compressed: dumps compress by themselves too."""
        size = len(self.image)
        return (
            self.squeezed is not None
            and size >= MIN_COMPRESS_BYTES
            and self.squeezed + MIN_COMPRESS_GAIN < size
        )


@dataclass(slots=True)
class Held:
    """A value as a dump tells it.

    ``encoding`` is what follows from the dump alone. One of the rest is there: ``blob`` of a value
    that is one block of bytes, ``nodes`` of a list, ``entries`` of a table in the dump's order;
    ``value`` is the same for looking things up, whatever the structure.
    """

    type: str
    encoding: str
    value: Value
    blob: bytes = b""
    nodes: tuple[HeldNode, ...] = ()
    entries: tuple[UnplacedEntry, ...] = ()
    words: Sequence[bytes] = field(default=(), repr=False)


def read_value(kind: int, reader: Reader) -> Held:
    """The value of a type of `READERS`; raises `BadFormat` where the bytes contradict it."""
    try:
        return READERS[kind](reader)
    except BadFormat:
        raise
    except (ValueError, OverflowError) as error:  # a structure's own complaint
        raise BadFormat(str(error)) from error


# pieces


def _count(reader: Reader) -> int:
    """How many elements follow; every one takes a byte at least."""
    count = reader.length()
    if not 0 < count <= len(reader.blob):
        raise BadFormat(f"{count} elements announced")
    return count


def _distinct(words: Sequence[bytes]) -> None:
    if len(set(words)) != len(words):
        raise BadFormat("an element stands there twice")


def _words_of(kind: str, blob: bytes) -> list[bytes]:
    """The entries of a listpack or ziplist, at least one."""
    if kind == "ziplist":
        words = ziplist.decode(blob)
    else:
        words = listpack.decode(blob)
        if listpack.encode(words)[listpack.HEADER_SIZE :] != blob[listpack.HEADER_SIZE :]:
            raise BadFormat("listpack: an entry is not written as Redis writes it")
    if not words:
        raise BadFormat(f"{kind}: empty")
    return words


def _grouped(words: Sequence[bytes], each: int) -> Iterator[tuple[bytes, ...]]:
    if len(words) % each:
        raise BadFormat("an entry without its partner")
    return zip(*(words[at::each] for at in range(each)), strict=True)


def _hash(pairs: Sequence[tuple[bytes, bytes]]) -> Hash:
    _distinct([name for name, _value in pairs])
    value = Hash()
    value.fields = dict(pairs)
    return value


def _set(members: Sequence[bytes]) -> Set:
    _distinct(members)
    table = HashTable()
    table.data = dict.fromkeys(members)
    return Set(table=table)


def _zset(pairs: Sequence[tuple[bytes, float]]) -> Zset:
    _distinct([member for member, _score in pairs])
    if any(math.isnan(score) for _member, score in pairs):
        raise BadFormat("a score is not a number")
    value = Zset()
    value.scores = dict(pairs)
    value.ordered = sorted((score, member) for member, score in pairs)
    return value


# one reader for each type


def _string(reader: Reader) -> Held:
    text = reader.string()
    return Held("string", "", text)


def _plain_set(reader: Reader) -> Held:
    members = [reader.string() for _ in range(_count(reader))]
    entries = tuple(UnplacedEntry(member, None) for member in members)
    return Held("set", "hashtable", _set(members), entries=entries)


def _plain_hash(reader: Reader) -> Held:
    pairs = [(reader.string(), reader.string()) for _ in range(_count(reader))]
    entries = tuple(UnplacedEntry(name, text) for name, text in pairs)
    return Held("hash", "hashtable", _hash(pairs), entries=entries)


def _expiring_hash(early: bool) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        soonest = 1 if early else int.from_bytes(reader.take(8), "little")
        entries: list[UnplacedEntry] = []
        for _ in range(_count(reader)):
            told = reader.length()
            when = told + soonest - 1 if told else None
            entries.append(UnplacedEntry(reader.string(), reader.string(), when))
        value = _hash([(entry.key, entry.value or b"") for entry in entries])
        return Held("hash", "hashtable", value, entries=tuple(entries))

    return read


def _plain_zset(binary: bool) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        pairs: list[tuple[bytes, float]] = []
        for _ in range(_count(reader)):
            member = reader.string()
            pairs.append((member, reader.double() if binary else reader.text_double()))
        return Held("zset", "skiplist", _zset(pairs))

    return read


def _packed_hash(kind: str) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        blob = reader.string()
        words = _words_of(kind, blob)
        return Held("hash", kind, _hash(list(_pairs(words))), blob, words=words)

    return read


def _pairs(words: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    return ((first, second) for first, second in _grouped(words, 2))


def _expiring_listpack(early: bool) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        if not early:
            reader.take(8)
        blob = reader.string()
        words = _words_of("listpack", blob)
        triples = list(_grouped(words, 3))
        for *_pair, when in triples:
            if (parse_integer(when) or 0) < 0 or parse_integer(when) is None:
                raise BadFormat("a field's expiry is not a time")
        value = _hash([(name, text) for name, text, _when in triples])
        return Held("hash", "listpackex", value, blob, words=words)

    return read


def _zipmap(reader: Reader) -> Held:
    blob = reader.string()
    pairs = zipmap.decode(blob)
    return Held("hash", "zipmap", _hash(pairs), blob)


def _packed_zset(kind: str) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        blob = reader.string()
        words = _words_of(kind, blob)
        pairs = [(member, _score(text)) for member, text in _pairs(words)]
        return Held("zset", kind, _zset(pairs), blob, words=words)

    return read


def _score(text: bytes) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadFormat(f"no score: {text!r}") from error


def _packed_set(reader: Reader) -> Held:
    blob = reader.string()
    words = _words_of("listpack", blob)
    return Held("set", "listpack", _set(words), blob, words=words)


def _intset(reader: Reader) -> Held:
    blob = reader.string()
    return Held("set", "intset", Set(ints=Intset.decode(blob)), blob)


def _one_ziplist(reader: Reader) -> Held:
    blob = reader.string()
    words = _words_of("ziplist", blob)
    node = HeldNode(blob, tuple(words), "ziplist", squeezed=None)
    return Held("list", "ziplist", b"", blob, nodes=(node,), words=words)


def _nodes(packed: str) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        nodes: list[HeldNode] = []
        for _ in range(_count(reader)):
            container = reader.length() if packed == "listpack" else PACKED_NODE
            if container not in (PLAIN_NODE, PACKED_NODE):
                raise BadFormat(f"unknown kind of list node {container}")
            nodes.append(_node(reader, "plain" if container == PLAIN_NODE else packed))
        return Held("list", "quicklist", b"", nodes=tuple(nodes))

    return read


def _node(reader: Reader, form: str) -> HeldNode:
    squeezed = _squeezed(reader)
    image = reader.string()
    if not image:
        raise BadFormat("a list node without contents")
    elements = [image] if form == "plain" else _words_of(form, image)
    return HeldNode(image, tuple(elements), form, squeezed)


def _squeezed(reader: Reader) -> int | None:
    """The size of the LZF image that comes next; the reader does not move."""
    if reader.blob[reader.position : reader.position + 1] != bytes((LZF,)):
        return None
    return Reader(reader.blob, reader.position + 1).length()


def _stream(with_figures: bool, active_times: bool = False) -> Callable[[Reader], Held]:
    def read(reader: Reader) -> Held:
        return Held("stream", "stream", read_stream(reader, with_figures, active_times))

    return read


def _producers(reader: Reader) -> Held:
    held = _stream(True, True)(reader)
    reader.position = len(reader.blob)
    return held


READERS: Mapping[int, Callable[[Reader], Held]] = {
    0: _string,
    2: _plain_set,
    3: _plain_zset(binary=False),
    4: _plain_hash,
    5: _plain_zset(binary=True),
    9: _zipmap,
    10: _one_ziplist,
    11: _intset,
    12: _packed_zset("ziplist"),
    13: _packed_hash("ziplist"),
    14: _nodes("ziplist"),
    15: _stream(with_figures=False),
    16: _packed_hash("listpack"),
    17: _packed_zset("listpack"),
    LIST_LISTPACKS: _nodes("listpack"),
    19: _stream(with_figures=True),
    SET_LISTPACK: _packed_set,
    STREAM_ACTIVE: _stream(with_figures=True, active_times=True),
    HASH_EXPIRING_EARLY: _expiring_hash(early=True),
    HASH_LISTPACK_EARLY: _expiring_listpack(early=True),
    HASH_EXPIRING: _expiring_hash(early=False),
    HASH_LISTPACK_EXPIRING: _expiring_listpack(early=False),
    STREAM_PRODUCERS: _producers,
}
"""By the type byte of the payload."""
