"""Reading what `codec` describes: values of every type that redis 7.0 still loads."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import takewhile
from struct import Struct
from typing import TYPE_CHECKING

from tutor.engine import codec
from tutor.engine.arguments import parse_number
from tutor.engine.codec_stream import read_stream
from tutor.engine.conversions import big_zset, hash_fits, zset_fits
from tutor.engine.structures import listpack, lzf, ziplist, zipmap
from tutor.engine.structures.hashtable import INITIAL_SIZE, HashTable
from tutor.engine.structures.intset import Intset
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import parse_integer
from tutor.engine.values import Hash, Set, Value, Zset

if TYPE_CHECKING:
    from tutor.engine.engine import Engine

_NAN, _PLUS_INFINITY, _MINUS_INFINITY = 253, 254, 255
_DOUBLE = Struct("<d").unpack
_NUMBER = re.compile(
    rb"[ \t\n\v\f\r]*([+-]?"
    rb"(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?[0-9]+)?"
    rb"|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|inf(?:inity)?))",
    re.IGNORECASE,
)


class BadFormat(ValueError):
    """The bytes are not a value: ``what`` says why; ``at``, if it is known, at which byte of what
    was read."""

    def __init__(self, what: str, at: int | None = None) -> None:
        super().__init__(what if at is None else f"{what} at offset {at}")
        self.what = what
        self.at = at


class CutShort(BadFormat):
    """The bytes end before the value does."""


class EmptyValue(BadFormat):
    """A collection without elements, which no key can hold; the reader stands behind it."""


class Reader:
    """Takes lengths, strings and numbers off the front of some bytes."""

    __slots__ = ("blob", "position")

    def __init__(self, blob: bytes, position: int = 0) -> None:
        self.blob = blob
        self.position = position

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        start = self.position
        if start + count > len(self.blob):
            raise CutShort(f"{count} bytes wanted, {len(self.blob) - start} there", start)
        self.position = start + count
        return self.blob[start : self.position]

    def length(self) -> int:
        """A length; of a special string the six bits that tell its kind."""
        return self._length()[0]

    def _length(self) -> tuple[int, bool]:
        first = self.take(1)[0]
        kind = first >> 6
        if kind == 0:
            return first, False
        if kind == 1:
            return (first & 63) << 8 | self.take(1)[0], False
        if kind == 3:
            return first & 63, True
        if first not in (0x80, 0x81):
            raise BadFormat(f"unknown length {first:#04x}", self.position - 1)
        return int.from_bytes(self.take(4 if first == 0x80 else 8), "big"), False

    def string(self) -> bytes:
        """A string, whatever its form."""
        start = self.position + 1
        size = self.blob[start - 1] if start <= len(self.blob) else 64
        if size < 64 and start + size <= len(self.blob):  # most are short, and there as a whole
            self.position = start + size
            return self.blob[start : self.position]
        length, special = self._length()
        if not special:
            return self.take(length)
        if length < 3:
            return b"%d" % int.from_bytes(self.take(1 << length), "little", signed=True)
        if length != codec.LZF & 63:
            raise BadFormat(f"unknown string encoding {length}", self.position - 1)
        packed, size = self.length(), self.length()
        image = self.take(packed)
        try:
            return lzf.decompress(image, size)
        except ValueError as error:
            raise BadFormat(str(error)) from error

    def double(self) -> float:
        """Eight bytes, little-endian."""
        value: float = _DOUBLE(self.take(8))[0]
        return value

    def text_double(self) -> float:
        """The old form of a score: a length byte and digits, or one of three special bytes."""
        size = self.take(1)[0]
        if size >= _NAN:
            return {_NAN: math.nan, _PLUS_INFINITY: math.inf, _MINUS_INFINITY: -math.inf}[size]
        text = self.take(size)
        value = _leading_number(text)
        if value is None:
            raise BadFormat(f"no number: {text!r}")
        return value


def _leading_number(text: bytes) -> float | None:
    """The number that a text begins with, as C's `strtod` reads it."""
    number = _NUMBER.match(text)
    return parse_number(number[1]) if number else None


def load(engine: Engine, payload: bytes) -> Value:
    """The value of a DUMP payload whose checksum was verified; raises `BadFormat`.

    Bytes behind the value are not looked at.
    """
    reader = Reader(payload)
    return load_value(engine, reader.take(1)[0], reader)


def load_value(engine: Engine, kind: int, reader: Reader) -> Value:
    """The value of a type that ``reader`` stands at, in the encoding the limits ask for."""
    if kind == codec.STRING:
        return reader.string()
    try:
        if kind in (codec.LIST, codec.SET, codec.HASH):
            count = _some(reader.length())
            words = (reader.string() for _ in range(count * (2 if kind == codec.HASH else 1)))
            if kind == codec.LIST:
                return _list(engine, words)
            return _set(engine, count, words) if kind == codec.SET else _hash(engine, count, words)
        if kind in (codec.STREAM, codec.STREAM_OLD):
            return read_stream(reader, with_figures=kind == codec.STREAM)
        if kind in (codec.ZSET, codec.ZSET_TEXT):
            return _zset(engine, reader, binary=kind == codec.ZSET)
        if kind in (codec.LIST_LISTPACKS, codec.LIST_ZIPLISTS):
            return _nodes(engine, reader, packed=kind == codec.LIST_LISTPACKS)
        return _blob(engine, kind, reader)
    except BadFormat:
        raise
    except ValueError as error:  # a structure's own complaint
        raise BadFormat(str(error)) from error


def load_newer_value(engine: Engine, kind: int, reader: Reader) -> Value:
    """As `load_value`, for the types that came with 7.2 and hold nothing that 7.0 could not: a set
    in a listpack, a stream whose consumers have two times."""
    try:
        if kind == codec.STREAM_ACTIVE:
            return read_stream(reader, with_figures=True, active_times=True)
        members = listpack.decode(reader.string())
        return _set(engine, _some(len(members)), members)
    except BadFormat:
        raise
    except ValueError as error:
        raise BadFormat(str(error)) from error


def _some(count: int) -> int:
    if count == 0:
        raise EmptyValue("a value without elements")
    return count


def _distinct(words: list[bytes]) -> list[bytes]:
    if len(set(words)) != len(words):
        raise BadFormat("an element stands there twice")
    return words


# plain sequences of strings


def _list(engine: Engine, words: Iterable[bytes]) -> Quicklist:
    config = engine.config
    result = Quicklist(
        config.list_max_listpack_size, config.list_compress_depth, config.packed_threshold
    )
    for text in words:
        result.push_tail(text)
    return result


def _is_integer(word: bytes) -> bool:
    return parse_integer(word) is not None


def _presized(engine: Engine, count: int) -> HashTable:
    """A table that is given room only for more than its first size."""
    table = HashTable(engine.hash_seed)
    if count > INITIAL_SIZE:
        table.expand(count)
    return table


def _set(engine: Engine, count: int, words: Iterable[bytes]) -> Set:
    """An intset as long as integers come; a table gets its room when it comes into being."""
    members = _distinct(list(words))
    if count > engine.config.set_max_intset_entries:
        table = _presized(engine, count)
    else:
        numbers = [int(member) for member in takewhile(_is_integer, members)]
        if len(numbers) == count:
            return Set(ints=Intset(numbers))
        begun = Set(ints=Intset(numbers))
        begun.convert(engine.hash_seed)
        assert begun.table is not None
        table = begun.table
        table.expand(count)
        members = members[len(numbers) :]
    for member in members:
        table.insert(member, None)
    return Set(table=table)


def _hash(engine: Engine, count: int, words: Iterable[bytes]) -> Hash:
    """A listpack up to the first word that is too long; the table then gets room for the rest."""
    flat = list(words)
    pairs = list(zip(_distinct(flat[::2]), flat[1::2], strict=True))
    value = Hash()
    if hash_fits(engine.config, count, max(map(len, flat))):
        value.fields = dict(pairs)
        return value
    limit = engine.config.hash_max_listpack_value
    small = 0
    if count <= engine.config.hash_max_listpack_entries:
        small = next(at for at, pair in enumerate(pairs) if max(map(len, pair)) > limit)
        small += 1
    table = HashTable(engine.hash_seed)
    table.expand(max(small - 1, 0))
    for field, text in pairs[:small]:
        table.insert(field, text)
    if count - small > INITIAL_SIZE:
        table.expand(count - small)
    for field, text in pairs[small:]:
        table.insert(field, text)
    value.table, value.fields = table, table.data
    return value


# sorted sets


def _zset(engine: Engine, reader: Reader, binary: bool) -> Zset:
    count = _some(reader.length())
    pairs: list[tuple[bytes, float]] = []
    for _ in range(count):
        member = reader.string()
        score = reader.double() if binary else reader.text_double()
        if math.isnan(score):
            raise BadFormat("a score is not a number")
        pairs.append((member, score))
    _distinct([member for member, _ in pairs])
    if zset_fits(engine.config, count, max(len(member) for member, _ in pairs)):
        return _small_zset(pairs)
    value = big_zset(engine, count if count > INITIAL_SIZE else 0)
    value.fill(pairs)
    return value


def _small_zset(pairs: Iterable[tuple[bytes, float]]) -> Zset:
    value = Zset()
    value.ordered = sorted((score + 0.0, member) for member, score in pairs)
    value.scores = {member: score for score, member in value.ordered}
    return value


def _packed_zset(engine: Engine, words: list[bytes]) -> Zset:
    members = _distinct(_paired(words)[::2])
    scores = [_leading_number(text) or 0.0 for text in words[1::2]]
    value = _small_zset(zip(members, scores, strict=True))
    if len(value) > engine.config.zset_max_listpack_entries:
        value.convert(engine.hash_seed, engine.random.random)
    return value


# values that are one block, or a chain of blocks


def _paired(words: list[bytes]) -> list[bytes]:
    if len(words) % 2:
        raise BadFormat("an entry without its partner")
    _some(len(words))
    return words


def _packed_hash(engine: Engine, words: list[bytes], longest: int = 0) -> Hash:
    value = Hash()
    fields = _distinct(_paired(words)[::2])
    value.fields = dict(zip(fields, words[1::2], strict=True))
    if not hash_fits(engine.config, len(fields), longest):
        value.convert(engine.hash_seed)
    return value


def _blob(engine: Engine, kind: int, reader: Reader) -> Value:
    if kind in (codec.HASH_LISTPACK, codec.ZSET_LISTPACK):
        words = listpack.decode(reader.string())
    elif kind in (codec.LIST_ZIPLIST, codec.ZSET_ZIPLIST, codec.HASH_ZIPLIST):
        words = ziplist.decode(reader.string())
    elif kind == codec.SET_INTSET:
        value = Set(ints=Intset.decode(reader.string()))
        if len(value) > engine.config.set_max_intset_entries:
            value.convert(engine.hash_seed)
        return value
    elif kind == codec.HASH_ZIPMAP:
        words = [text for pair in zipmap.decode(reader.string()) for text in pair]
        return _packed_hash(engine, words, max(map(len, words)))
    else:
        raise BadFormat(f"values of type {kind} are unknown")
    if kind == codec.LIST_ZIPLIST:
        _some(len(words))
        return _list(engine, words)
    if kind in (codec.HASH_LISTPACK, codec.HASH_ZIPLIST):
        return _packed_hash(engine, words)
    return _packed_zset(engine, words)


def _nodes(engine: Engine, reader: Reader, packed: bool) -> Quicklist:
    """Each node is taken over as it is; empty ones are dropped."""
    config = engine.config
    result = Quicklist(
        config.list_max_listpack_size, config.list_compress_depth, config.packed_threshold
    )
    for _ in range(_some(reader.length())):
        container = reader.length() if packed else codec.PACKED_NODE
        if container not in (codec.PLAIN_NODE, codec.PACKED_NODE):
            raise BadFormat(f"unknown kind of list node {container}")
        image = reader.string()
        if not image:
            raise BadFormat("a list node without contents")
        if container == codec.PLAIN_NODE:
            result.append_node([image], plain=True)
            continue
        words = listpack.decode(image) if packed else ziplist.decode(image)
        if words:
            result.append_node(words)
    _some(len(result))
    return result
