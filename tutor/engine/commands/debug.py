"""DEBUG: what only those ask who want to see the inside (redis 7.0, debug.c).

DEBUG is one command; its first word chooses. Those that crash, or need files, replicas or a
cluster, are unknown here. The words of HELP are ours, the other replies Redis's. An object has no
address here: DEBUG OBJECT says 0x0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tutor.engine import errors
from tutor.engine.arguments import integer
from tutor.engine.codec import dump, serialized_length
from tutor.engine.codec_reader import load
from tutor.engine.commands import debug_fixtures as fixtures
from tutor.engine.commands.object import refcount
from tutor.engine.config.directive_types import parse_memory
from tutor.engine.digest import dataset_digest, value_digest
from tutor.engine.helptext import help_lines
from tutor.engine.memory.last_uses import LRU_CLOCK_MAX, idle_seconds
from tutor.engine.registry import command
from tutor.engine.replies import OK, Reply, ReplyError, Status, Verbatim
from tutor.engine.session import Session
from tutor.engine.structures.hashtable import HashTable
from tutor.engine.structures.quicklist import PLAIN_THRESHOLD, Quicklist
from tutor.engine.structures.sds import Sds, key_sdslen, sdslen
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name

_LARGEST_THRESHOLD = (1 << 32) - (1 << 20)

Subcommand = Callable[[Session, Sequence[bytes]], Reply]


@command("debug")
def debug(session: Session, argv: Sequence[bytes]) -> Reply:
    """DEBUG subcommand [argument …]."""
    found = _SUBCOMMANDS.get(argv[1].lower())
    if found is None or not found[1] <= len(argv) - 2 <= found[2]:
        raise ReplyError(errors.subcommand_syntax("DEBUG", argv[1]))
    try:
        return found[0](session, argv[2:])
    except fixtures.UnknownWords:
        raise ReplyError(errors.subcommand_syntax("DEBUG", argv[1])) from None


def _value(session: Session, key: bytes) -> Value:
    """The value even of a key whose time is over."""
    value: Value | None = session.db.keys.find(key)
    if value is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    return value


def _live_value(session: Session, key: bytes) -> Value:
    value = session.db.lookup(key, touch=False)
    if value is None:
        raise ReplyError(errors.NO_SUCH_KEY)
    return value


# values


def _object(session: Session, words: Sequence[bytes]) -> Reply:
    """One line about a value."""
    engine, key = session.engine, words[0]
    value = _value(session, key)
    kept = session.db.access.get(key, engine.now_ms // 1000)  # under LFU not a time, shown as one
    line = (
        f"Value at:0x0 refcount:{refcount(engine, value)} encoding:{encoding_name(value)} "
        f"serializedlength:{serialized_length(engine, value)} "
        f"lru:{kept & LRU_CLOCK_MAX} lru_seconds_idle:{idle_seconds(engine.now_ms, kept)}"
    )
    if isinstance(value, Quicklist):
        nodes = value.node_count
        average = value.length / nodes if nodes else 0.0
        size = sum(node.size for node in value.nodes())
        line += (
            f" ql_nodes:{nodes} ql_avg_node:{average:.2f} ql_listpack_max:{value.fill}"
            f" ql_compressed:{int(value.compress != 0)} ql_uncompressed_size:{size}"
        )
    return Status(line.encode())


def _sdslen(session: Session, words: Sequence[bytes]) -> Reply:
    value = _value(session, words[0])
    allocator = session.engine.config.allocator
    text = sdslen(value, allocator) if isinstance(value, (bytes, int, Sds)) else None
    if text is None:
        raise ReplyError(errors.DEBUG_NOT_SDS)
    key = key_sdslen(words[0], allocator)
    line = (
        f"key_sds_len:{key.length}, key_sds_avail:{key.avail}, key_zmalloc: {key.zmalloc}, "
        f"val_sds_len:{text.length}, val_sds_avail:{text.avail}, val_zmalloc: {text.zmalloc}"
    )
    return Status(line.encode())


def _listpack(session: Session, words: Sequence[bytes]) -> Reply:
    value = _live_value(session, words[0])
    if not isinstance(value, (Hash, Zset)) or value.encoding != "listpack":
        raise ReplyError(errors.DEBUG_NOT_LISTPACK)
    return Status(b"Listpack structure printed on stdout")


def _quicklist(session: Session, words: Sequence[bytes]) -> Reply:
    if not isinstance(_live_value(session, words[0]), Quicklist):
        raise ReplyError(errors.DEBUG_NOT_QUICKLIST)
    return Status(b"Quicklist structure printed on stdout")


def _htstats(session: Session, words: Sequence[bytes]) -> Reply:
    index = integer(words[0])
    databases = session.engine.databases
    if not 0 <= index < len(databases):
        raise ReplyError(errors.DEBUG_NO_SUCH_DB)
    database = databases[index]
    text = f"[Dictionary HT]\n{_stats(database.keys)}[Expires HT]\n{_stats(database.expires)}"
    return Verbatim(text.encode())


def _htstats_key(session: Session, words: Sequence[bytes]) -> Reply:
    value = _live_value(session, words[0])
    table = value.table if isinstance(value, (Hash, Set, Zset)) else None
    if table is None:
        raise ReplyError(errors.DEBUG_NOT_TABLE)
    return Verbatim(_stats(table).encode())


def _stats(table: HashTable) -> str:
    return "".join(one.text() for one in table.stats())


def _digest(session: Session, words: Sequence[bytes]) -> Reply:
    return Status(dataset_digest(session.engine).hex().encode())


def _digest_value(session: Session, words: Sequence[bytes]) -> Reply:
    db = session.db
    digests = []
    for key in words:
        value = db.keys.find(key)
        digest = bytes(20) if value is None else value_digest(db, key, value)
        digests.append(Status(digest.hex().encode()))
    return digests


def _reload(session: Session, words: Sequence[bytes]) -> Reply:
    """Every value to bytes and back, as over a file: limits are applied anew.

    There is no file, so NOSAVE, NOFLUSH and MERGE, which say how one is treated, change nothing.
    """
    if any(word.lower() not in (b"merge", b"noflush", b"nosave") for word in words):
        raise ReplyError(errors.DEBUG_RELOAD_OPTIONS)
    engine = session.engine
    for database in engine.databases:
        saved = [
            (key, dump(engine, database.keys.data[key]), database.expires_at(key))
            for key in database.live_keys()
        ]
        database.clear()
        database.keys.expand(len(saved))
        for key, payload, expires_at in saved:
            database.set(key, load(engine, payload))
            if expires_at is not None:
                database.set_expiry(key, expires_at)
    engine.stats.dirty += 1  # Redis has just saved and sets it to 0; here undo must notice
    return OK


# the server


def _sleep(session: Session, words: Sequence[bytes]) -> Reply:
    """Let time pass while nobody is served."""
    found = _LEADING_NUMBER(words[0])
    seconds = float(found[0]) if found else 0.0
    if seconds > 0:
        session.engine.clock.sleep(us=int(seconds * 1_000_000))
    return OK


def _set_active_expire(session: Session, words: Sequence[bytes]) -> Reply:
    session.engine.active_expire = fixtures.atoi(words[0]) != 0
    return OK


def _change_replication_id(session: Session, words: Sequence[bytes]) -> Reply:
    engine = session.engine
    if engine.replication is not None:
        engine.replication.change_id()
    else:
        engine.replication_id = f"{engine.random.getrandbits(160):040x}"
    return OK


def _packed_threshold(session: Session, words: Sequence[bytes]) -> Reply:
    """From how many bytes on a list's element gets a plain node; for lists made from now on."""
    size = parse_memory(words[0])
    if size is None or size > _LARGEST_THRESHOLD:
        raise ReplyError(errors.DEBUG_PACKED_THRESHOLD)
    config = session.engine.config
    config.packed_threshold = size or PLAIN_THRESHOLD
    config.version += 1
    return OK


def _structsize(session: Session, words: Sequence[bytes]) -> Reply:
    return b"bits:64 robj:16 dictentry:24 sdshdr5:1 sdshdr8:3 sdshdr16:5 sdshdr32:9 sdshdr64:17 "


def _error(session: Session, words: Sequence[bytes]) -> Reply:
    """Answer with this text as an error, which counts as none in INFO."""
    return ReplyError(errors.text(words[0].replace(b"\r", b" ").replace(b"\n", b" ")))


def _help(session: Session, words: Sequence[bytes]) -> Reply:
    return help_lines("debug", ((f"{name}{syntax}", what) for name, syntax, what in _HELP))


_LEADING_NUMBER = re.compile(rb"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?").match

_ANY = 1 << 30

_SUBCOMMANDS: dict[bytes, tuple[Subcommand, int, int]] = {
    b"aof-flush-sleep": (fixtures.accepted, 1, 1),
    b"change-repl-id": (_change_replication_id, 0, 0),
    b"digest": (_digest, 0, 0),
    b"digest-value": (_digest_value, 0, _ANY),
    b"drop-cluster-packet-filter": (fixtures.accepted, 1, 1),
    b"error": (_error, 1, 1),
    b"help": (_help, 0, 0),
    b"htstats": (_htstats, 1, 1),
    b"htstats-key": (_htstats_key, 1, 1),
    b"leak": (fixtures.accepted, 1, 1),
    b"listpack": (_listpack, 1, 1),
    b"log": (fixtures.log, 1, 1),
    b"object": (_object, 1, 1),
    b"pause-cron": (fixtures.pause_cron, 1, 1),
    b"populate": (fixtures.populate, 1, 3),
    b"protocol": (fixtures.protocol, 1, 1),
    b"quicklist": (_quicklist, 1, 2),
    b"quicklist-packed-threshold": (_packed_threshold, 1, 1),
    b"reload": (_reload, 0, _ANY),
    b"replybuffer": (fixtures.reply_buffer, 2, 2),
    b"sdslen": (_sdslen, 1, 1),
    b"set-active-expire": (_set_active_expire, 1, 1),
    b"set-skip-checksum-validation": (fixtures.skip_checksums, 1, 1),
    b"sleep": (_sleep, 1, 1),
    b"stringmatch-test": (fixtures.match_test, 0, 0),
    b"structsize": (_structsize, 0, 0),
}
"""Name to function and the least and the greatest number of words after it."""

_HELP = (
    ("AOF-FLUSH-SLEEP", " microseconds", "Accepted, and of no consequence"),
    ("CHANGE-REPL-ID", "", "Draw a new replication id"),
    ("DIGEST", "", "Give one checksum of all the data"),
    ("DIGEST-VALUE", " [key ...]", "Give one checksum for each of these values"),
    ("DROP-CLUSTER-PACKET-FILTER", " type", "Accepted, and of no consequence"),
    ("ERROR", " text", "Answer with this text as an error"),
    ("HELP", "", "List the DEBUG subcommands"),
    ("HTSTATS", " db", "Show how full the two hash tables of a database are"),
    ("HTSTATS-KEY", " key", "Show how full the hash table of a value is"),
    ("LEAK", " text", "Accepted, and of no consequence"),
    ("LISTPACK", " key", "Check that a value is a listpack"),
    ("LOG", " text", "Write a line to the server's log"),
    ("OBJECT", " key", "Show encoding, size when saved and idle time of a value"),
    ("PAUSE-CRON", " 0 | 1", "Stop or resume the periodic work"),
    ("POPULATE", " count [prefix [size]]", "Create so many small strings, prefix:0 and on"),
    ("PROTOCOL", " type", "Answer with a sample of this type of reply"),
    ("QUICKLIST", " key [0 | 1]", "Check that a value is a quicklist"),
    (
        "QUICKLIST-PACKED-THRESHOLD",
        " size",
        "Give elements of this size nodes of their own in lists made from now on",
    ),
    ("RELOAD", "", "Turn all data into bytes and back; encodings are chosen anew"),
    ("REPLYBUFFER", " PEAK-RESET-TIME | RESIZING value", "Accepted, and of no consequence"),
    ("SDSLEN", " key", "Show length, spare room and block size of a key and its string"),
    ("SET-ACTIVE-EXPIRE", " 0 | 1", "Stop or resume the removal of dead keys in the background"),
    ("SET-SKIP-CHECKSUM-VALIDATION", " 0 | 1", "Let RESTORE believe any checksum, or not"),
    ("SLEEP", " seconds", "Let time pass while nobody is served"),
    ("STRINGMATCH-TEST", "", "Answer that patterns are safe"),
    ("STRUCTSIZE", "", "Show how large Redis's own structures are"),
)
