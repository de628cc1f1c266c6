"""HyperLogLog: counting different elements in 12 KiB at most (redis 7.0, hyperloglog.c).

The value is a string, so GET, DUMP and SET see its bytes. Every command that looks at one, PFCOUNT
of several keys excepted, first turns it into a raw string of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.engine import errors
from tutor.engine.commands.string import editable
from tutor.engine.database import Database
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Status
from tutor.engine.session import Session
from tutor.engine.structures import hyperloglog as dense
from tutor.engine.structures import hyperloglog_sparse as sparse
from tutor.engine.structures.hyperloglog import DENSE, ENCODING_AT, REGISTERS
from tutor.engine.structures.sds import Sds
from tutor.engine.values import String, Value, text_of

NO_EVENT = ""
"""A change of which keyspace events know nothing."""

# looking at a value


def _checked(value: Value) -> String:
    """The value, if it is a string and this string a HyperLogLog."""
    if not isinstance(value, (bytes, int, Sds)):
        raise ReplyError(errors.WRONG_TYPE)
    if isinstance(value, int) or not dense.is_hyperloglog(_text(value)):
        raise ReplyError(errors.NOT_HYPERLOGLOG)
    return value


def _text(value: String) -> dense.Text:
    return value.data if isinstance(value, Sds) else text_of(value)


def _created(db: Database, key: bytes) -> Sds:
    sds = Sds.fresh(sparse.empty(), db.engine.config.allocator)
    db.set(key, sds)
    return sds


def _registers(text: dense.Text) -> bytes:
    """All registers, one in each byte."""
    if text[ENCODING_AT] == DENSE:
        return dense.unpack(text)
    try:
        return sparse.registers(text)
    except sparse.Corrupt:
        raise ReplyError(errors.CORRUPT_HYPERLOGLOG) from None


_TOP_BITS = int.from_bytes(b"\x80" * REGISTERS)


def _to_dense(session: Session, sds: Sds) -> bool:
    """Promote a sparse value; False if it is dense already."""
    if sds.data[ENCODING_AT] == DENSE:
        return False
    try:
        sparse.to_dense(sds, session.engine.config.allocator)
    except sparse.Corrupt:
        raise ReplyError(errors.CORRUPT_HYPERLOGLOG) from None
    return True


def _higher(left: bytes, right: bytes) -> bytes:
    """Of each pair of registers (one in a byte, below 128) the higher one, all at once."""
    one, other = int.from_bytes(left), int.from_bytes(right)
    not_lower = ((one | _TOP_BITS) - other & _TOP_BITS) >> 7
    return (other ^ (one ^ other) & not_lower * 255).to_bytes(REGISTERS)


# the commands


@command("pfadd")
def pfadd(session: Session, argv: Sequence[bytes]) -> Reply:
    """PFADD key [element …]: 1 if any register rose, or the key is new."""
    db, key = session.db, argv[1]
    value = db.lookup_write(key)
    raised = 0
    if value is None:
        sds = _created(db, key)
        raised = 1
    else:
        sds = editable(db, key, _checked(value))
    for element in argv[2:]:
        raised += _add(session, sds, element)
    if not raised:
        return 0
    dense.invalidate(sds.data)
    db.changed(key, "pfadd", raised)
    return 1


def _add(session: Session, sds: Sds, element: bytes) -> bool:
    index, rank = dense.place(element)
    if sds.data[ENCODING_AT] == DENSE:
        return dense.dense_set(sds.data, index, rank)
    config = session.engine.config
    try:
        place = sparse.set_register(sds, index, rank, config.hll_sparse_max_bytes, config.allocator)
    except sparse.Corrupt:
        raise ReplyError(errors.CORRUPT_HYPERLOGLOG) from None
    return place is not None


@command("pfcount")
def pfcount(session: Session, argv: Sequence[bytes]) -> Reply:
    """PFCOUNT key [key …]: the estimate; of one key it is kept inside the value."""
    db = session.db
    if len(argv) == 2:
        return _count_one(db, argv[1])
    union = bytes(REGISTERS)
    for key in argv[1:]:
        value = db.lookup(key)
        if value is not None:
            union = _higher(union, _registers(_text(_checked(value))))
    return _signed(dense.estimate(dense.histogram_of(union)))


def _count_one(db: Database, key: bytes) -> int:
    if db.lookup(key, touch=False) is None:
        return 0
    value = db.lookup_write(key)
    assert value is not None
    sds = editable(db, key, _checked(value))
    count = dense.cached_count(sds.data)
    if count is None:
        if sds.data[ENCODING_AT] == DENSE:
            histogram = dense.histogram_of(dense.unpack(sds.data))
        else:
            try:
                histogram = sparse.histogram(sds.data)
            except sparse.Corrupt:
                raise ReplyError(errors.CORRUPT_HYPERLOGLOG) from None
        count = dense.estimate(histogram)
        dense.cache_count(sds.data, count)
        db.changed(key, NO_EVENT)
    return _signed(count)


def _signed(count: int) -> int:
    """A count as the reply shows it: C's unsigned number in a signed place."""
    return count - 2**64 if count >> 63 else count


@command("pfmerge")
def pfmerge(session: Session, argv: Sequence[bytes]) -> Reply:
    """PFMERGE destination [source …]: the destination is one of the inputs."""
    db, key = session.db, argv[1]
    union = bytes(REGISTERS)
    any_dense = False
    for source in argv[1:]:
        value = db.lookup(source)
        if value is not None:
            text = _text(_checked(value))
            any_dense |= text[ENCODING_AT] == DENSE
            union = _higher(union, _registers(text))
    value = db.write_string(key)
    sds = _created(db, key) if value is None else editable(db, key, value)
    if any_dense:
        _to_dense(session, sds)
    _raise_all(session, sds, union)
    dense.invalidate(sds.data)
    db.changed(key, "pfadd")
    return OK


def _raise_all(session: Session, sds: Sds, registers: bytes) -> None:
    """Raise the registers to these, of which none is lower than its own, from the first on."""
    config = session.engine.config
    place = sparse.START
    for index, rank in enumerate(registers):
        if sds.data[ENCODING_AT] == DENSE:
            sds.data[dense.HEADER_SIZE :] = dense.pack(registers)
            return
        if rank:
            place = (
                sparse.set_register(
                    sds, index, rank, config.hll_sparse_max_bytes, config.allocator, place
                )
                or place
            )


# PFDEBUG, PFSELFTEST


def _getreg(session: Session, sds: Sds) -> Reply:
    session.engine.stats.dirty += _to_dense(session, sds)
    return list(dense.unpack(sds.data))


def _decode(session: Session, sds: Sds) -> Reply:
    if sds.data[ENCODING_AT] == DENSE:
        raise ReplyError(errors.PFDEBUG_NOT_SPARSE)
    words = []
    for size, rank, run in sparse.opcodes(sds.data):
        words.append(b"v:%d,%d" % (rank, run) if rank else b"%c:%d" % (b"zZ"[size - 1], run))
    return b" ".join(words)


def _encoding(session: Session, sds: Sds) -> Reply:
    return Status(b"dense" if sds.data[ENCODING_AT] == DENSE else b"sparse")


def _todense(session: Session, sds: Sds) -> Reply:
    converted = _to_dense(session, sds)
    session.engine.stats.dirty += converted
    return int(converted)


_PFDEBUG: dict[bytes, Callable[[Session, Sds], Reply]] = {
    b"getreg": _getreg,
    b"decode": _decode,
    b"encoding": _encoding,
    b"todense": _todense,
}


@command("pfdebug")
def pfdebug(session: Session, argv: Sequence[bytes]) -> Reply:
    """PFDEBUG GETREG|DECODE|ENCODING|TODENSE key."""
    db, key = session.db, argv[2]
    value = db.lookup_write(key)
    if value is None:
        raise ReplyError(errors.PFDEBUG_NO_KEY)
    sds = editable(db, key, _checked(value))
    found = _PFDEBUG.get(argv[1].lower())
    if found is None:
        raise ReplyError(errors.pfdebug_subcommand(argv[1]))
    return found(session, sds)


_SELF_TEST_ELEMENTS = 2000
_SELF_TEST_ERROR = 0.05


@command("pfselftest")
def pfselftest(session: Session, argv: Sequence[bytes]) -> Reply:
    """PFSELFTEST: packing loses nothing, sparse and dense agree, the estimate is near the truth."""
    generator = session.engine.random
    registers = bytes(generator.randrange(64) for _ in range(REGISTERS))
    if dense.unpack(dense.header(DENSE) + dense.pack(registers)) != registers:
        raise ReplyError(errors.pfselftest("a dense value does not give back its registers"))
    one, other = Sds.fresh(sparse.empty()), Sds.fresh(sparse.empty())
    sparse.to_dense(other, session.engine.config.allocator)
    for number in range(_SELF_TEST_ELEMENTS):
        element = b"%d:%d" % (generator.getrandbits(32), number)
        _add(session, one, element)
        _add(session, other, element)
    if _registers(one.data) != _registers(other.data):
        raise ReplyError(errors.pfselftest("sparse and dense values differ"))
    count = dense.estimate(dense.histogram_of(_registers(one.data)))
    if abs(count - _SELF_TEST_ELEMENTS) > _SELF_TEST_ERROR * _SELF_TEST_ELEMENTS:
        raise ReplyError(errors.pfselftest("the estimate is too far from the truth"))
    return OK
