"""Undo, redo, restart and fork: a moment that was kept never changes afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracle.command_strategies import Words, any_command, config_set
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import BLOCKED
from tutor.engine.structures.quicklist import Quicklist
from tutor.engine.structures.sds import Sds
from tutor.engine.values import Hash, Set, Value, Zset, encoding_name, text_of
from tutor.engine.world import World


def picture(value: Value) -> Any:
    """Contents and history of a value; the order of tables (a seed) and their rehash left out."""
    if isinstance(value, (bytes, int)):
        return text_of(value)
    if isinstance(value, Sds):
        return bytes(value.data), value.alloc
    if isinstance(value, Quicklist):
        return [(node.plain, list(node.entries)) for node in value.nodes()]
    if isinstance(value, Set):
        return sorted(value.members())
    if isinstance(value, Hash):
        items = list(value.items())
        return items if value.table is None else sorted(items)
    assert isinstance(value, Zset)
    towers = [(node.member, node.score, node.height) for node in value.skiplist or ()]
    return sorted(value.scores.items()), value.ordered, towers


def keyspace(engine: Engine) -> Any:
    """Everything the databases hold, deep enough to notice any change."""
    return {
        (database.index, key): (
            encoding_name(value),
            picture(value),
            database.expires_at(key),
        )
        for database in engine.databases
        for key, value in database.keys.data.items()
    }


def world() -> World:
    return World(Engine(VirtualClock(), seed=3))


def run(target: World, *lines: str) -> None:
    for line in lines:
        target.run(line.encode().split())


SETUP = (
    "SET number 5",
    "SET word hello",
    "APPEND word !",
    "SET long " + "x" * 60,
    "RPUSH list a b c d e",
    "CONFIG SET list-max-listpack-size 2",
    "RPUSH nodes a b c d e f g",
    "SADD ints 1 2 3",
    "SADD set a b c d e",
    "HSET hash f v g w",
    "HSET table f " + "v" * 65,
    "ZADD zset 1 a 2 b",
    "ZADD skip 1 " + "m" * 65 + " 2 b 3 c",
    "EXPIRE hash 1000",
    "SELECT 1",
    "SET elsewhere 1",
    "SELECT 0",
)

CHANGES = {
    "string replaced": "SET word other",
    "string in place": "APPEND word more",
    "string beyond its end": "SETRANGE word 20 x",
    "counter": "INCR number",
    "float": "INCRBYFLOAT number 1.5",
    "list at an end": "LPUSH list z",
    "list in the middle": "LINSERT nodes AFTER c x",
    "list element": "LSET nodes 3 other",
    "list trimmed": "LTRIM nodes 2 4",
    "list removed from": "LREM nodes 0 c",
    "list emptied": "LPOP list 5",
    "list moved": "LMOVE list nodes LEFT RIGHT",
    "intset": "SADD ints 4",
    "intset wider": "SADD ints 70000",
    "intset to table": "SADD ints x",
    "set": "SADD set f g h i j",
    "set shrunk": "SREM set a b c",
    "set popped": "SPOP set 3",
    "member moved": "SMOVE set ints a",
    "hash field": "HSET hash f other",
    "hash converted": "HSET hash f " + "y" * 70,
    "hash deleted from": "HDEL hash f",
    "hash counter": "HINCRBY hash n 5",
    "table": "HSET table g h",
    "zset": "ZADD zset 3 c",
    "zset score": "ZINCRBY zset 10 a",
    "zset converted": "ZADD zset 4 " + "n" * 70,
    "skiplist": "ZADD skip 9 d",
    "skiplist score": "ZADD skip 9 b",
    "skiplist range": "ZREMRANGEBYRANK skip 0 1",
    "key deleted": "DEL list zset",
    "renamed": "RENAME word word2",
    "renamed over": "RENAME word list",
    "copied": "COPY hash hash2",
    "moved": "MOVE word 1",
    "expiry": "EXPIRE word 10",
    "persisted": "PERSIST hash",
    "store": "SUNIONSTORE set ints set",
    "zset store": "ZUNIONSTORE zset 2 zset skip",
    "sorted": "SORT list ALPHA DESC STORE list",
    "flushed": "FLUSHALL",
    "swapped": "SWAPDB 0 1",
    "reloaded": "DEBUG RELOAD",
    "configured": "CONFIG SET hash-max-listpack-entries 7",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_undo_gives_back_what_was_there_and_redo_what_came(change: str) -> None:
    target = world()
    run(target, *SETUP)
    before, config = keyspace(target.engine), dict(target.engine.config.get([b"*"]))
    run(target, change)
    after, config_after = keyspace(target.engine), dict(target.engine.config.get([b"*"]))
    assert (after, config_after) != (before, config)
    undone = target.undo()
    assert undone is not None
    assert undone.argv == tuple(change.encode().split())
    assert keyspace(target.engine) == before
    assert target.engine.config.get([b"*"]) == config
    redone = target.redo()
    assert redone is undone
    assert keyspace(target.engine) == after
    assert target.engine.config.get([b"*"]) == config_after
    target.undo()
    assert keyspace(target.engine) == before


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_fork_and_its_origin_do_not_see_each_other(change: str) -> None:
    target = world()
    run(target, *SETUP)
    before = keyspace(target.engine)
    fork = target.engine.fork()
    session = fork.connect()
    assert keyspace(fork) == before
    fork.execute(session, change.encode().split())
    changed = keyspace(fork)
    assert keyspace(target.engine) == before
    for other in CHANGES.values():
        run(target, other)
    assert keyspace(fork) == changed


def test_undo_skips_what_changed_nothing() -> None:
    target = world()
    run(target, "SET k 1", "GET k", "DEL nokey", "INCR k x", "NOSUCH", "PING", "FLUSHDB x")
    undone = target.undo()
    assert undone is not None
    assert undone.argv == (b"SET", b"k", b"1")
    assert not target.history
    assert not target.can_undo
    assert target.undo() is None


def test_a_transaction_is_undone_as_one() -> None:
    target = world()
    run(target, "SET k 1", "MULTI", "INCR k", "RPUSH l a b", "SET l x", "EXEC")
    assert len(keyspace(target.engine)) == 2
    undone = target.undo()
    assert undone is not None
    assert undone.argv == (b"EXEC",)
    assert keyspace(target.engine) == {(0, b"k"): ("int", b"1", None)}


def test_a_new_command_ends_redo() -> None:
    target = world()
    run(target, "SET k 1", "SET k 2")
    target.undo()
    assert target.can_redo
    run(target, "GET k")
    assert target.can_redo
    run(target, "SET k 3")
    assert not target.can_redo
    assert target.redo() is None


def test_restart_goes_to_a_moment_and_forgets_the_way() -> None:
    target = world()
    run(target, *SETUP)
    moment = target.engine.snapshot()
    before = keyspace(target.engine)
    run(target, *CHANGES.values())
    target.undo()
    told: list[None] = []
    target.on_change = lambda: told.append(None)
    target.restart(moment)
    assert keyspace(target.engine) == before
    assert not target.history
    assert not target.can_undo
    assert not target.can_redo
    assert told
    run(target, *CHANGES.values())
    target.restart(moment)
    assert keyspace(target.engine) == before


def test_the_same_seed_and_commands_give_the_same_replies() -> None:
    lines = [
        *SETUP,
        "SPOP set",
        "SRANDMEMBER ints",
        "RANDOMKEY",
        "KEYS *",
        "ZRANDMEMBER skip",
        "INFO",
    ]

    def replies() -> list[Any]:
        target = world()
        return [target.run(line.encode().split()) for line in lines]

    assert replies() == replies()


def test_randomness_goes_back_with_undo() -> None:
    target = world()
    run(target, "SADD set " + " ".join(f"m{i}" for i in range(50)))
    first = target.run([b"SPOP", b"set"])
    target.undo()
    assert target.run([b"SPOP", b"set"]) == first


def test_an_entry_says_what_was_touched_and_converted() -> None:
    target = world()
    run(target, "HSET h f v", "HSET h f " + "x" * 65)
    entry = target.last
    assert entry is not None
    assert entry.keys == (b"h",)
    assert entry.changed == [(0, b"h", "hset")]
    assert [(one.before, one.after) for one in entry.conversions] == [("listpack", "hashtable")]


def test_expiry_by_the_clock_is_noticed_after_undo_too() -> None:
    clock = VirtualClock()
    target = World(Engine(clock, seed=1))
    run(target, "SET k v PX 100", "SET k2 v", "DEL k2")
    clock.advance(ms=200)
    target.undo()
    assert target.run([b"GET", b"k"]) is None
    assert target.run([b"GET", b"k2"]) == b"v"


def test_a_blocked_command_is_answered_later() -> None:
    target = world()
    answers: list[Any] = []
    target.session.on_reply = answers.append
    assert target.run([b"BLPOP", b"l", b"0"]) is BLOCKED
    assert target.waiting
    other = target.engine.connect()
    target.engine.execute(other, [b"RPUSH", b"l", b"x"])
    assert answers == [[b"l", b"x"]]
    assert not target.waiting
    target.finish_waiting(answers[0])
    assert target.last is not None
    assert target.last.reply == [b"l", b"x"]


# random histories

_steps = st.lists(st.one_of(any_command, any_command, config_set), max_size=40)
_quietly = settings(max_examples=60, derandomize=True)


def _ready() -> World:
    target = world()
    run(target, *SETUP)
    return target


def _run_all(target: World, commands: list[Words]) -> None:
    for argv in commands:
        if target.run(argv) is BLOCKED:
            target.engine.waiting.unblock(target.session)


@_quietly
@given(commands=_steps)
def test_undoing_everything_gives_back_the_beginning(commands: list[Words]) -> None:
    target = _ready()
    target.restart(target.engine.snapshot())
    start, config = keyspace(target.engine), target.engine.config.get([b"*"])
    _run_all(target, commands)
    end, config_at_end = keyspace(target.engine), target.engine.config.get([b"*"])
    while target.can_undo:
        target.undo()
    assert keyspace(target.engine) == start
    assert target.engine.config.get([b"*"]) == config
    while target.can_redo:
        target.redo()
    assert keyspace(target.engine) == end
    assert target.engine.config.get([b"*"]) == config_at_end


@_quietly
@given(here=_steps, there=_steps)
def test_forks_are_independent(here: list[Words], there: list[Words]) -> None:
    target = _ready()
    fork = World(target.engine.fork(VirtualClock(target.engine.clock.now_us())))
    alone = _ready()
    _run_all(target, here)
    _run_all(fork, there)
    _run_all(alone, here)
    mine = {key: (encoding, shown) for key, (encoding, shown, _) in keyspace(target.engine).items()}
    assert mine == {
        key: (encoding, shown) for key, (encoding, shown, _) in keyspace(alone.engine).items()
    }


# other clients


def test_undo_says_what_others_would_lose() -> None:
    target = world()
    other = target.engine.connect()
    run(target, "SET mine 1")
    assert target.undo_loss() is None
    for words in ("SET theirs 1", "LPUSH queue a", "GET mine", "SET theirs 2"):
        target.engine.execute(other, words.encode().split())
    loss = target.undo_loss()
    assert loss is not None
    assert (loss.changes, loss.keys) == (3, (b"theirs", b"queue"))
    run(target, "SET again 1")
    assert target.undo_loss() is None  # the last change alone would be taken back


def test_redo_says_what_others_have_done_since_the_undo() -> None:
    target = world()
    other = target.engine.connect()
    run(target, "SET mine 1")
    target.undo()
    assert target.redo_loss() is None
    target.engine.execute(other, [b"SET", b"theirs", b"1"])
    loss = target.redo_loss()
    assert loss is not None
    assert loss.keys == (b"theirs",)
    target.redo()
    assert target.undo_loss() is None


def test_settings_that_others_change_count_and_expiry_does_not() -> None:
    clock = VirtualClock()
    target = World(Engine(clock, seed=3))
    other = target.engine.connect()
    run(target, "SET short 1 PX 10", "CONFIG SET maxmemory-samples 7")
    clock.advance(ms=50)
    target.engine.tick()
    assert target.undo_loss() is None
    target.engine.execute(other, [b"CONFIG", b"SET", b"maxmemory-samples", b"9"])
    loss = target.undo_loss()
    assert loss is not None
    assert (loss.changes, loss.keys) == (1, ())


def test_what_runs_within_a_command_keeps_its_own_entry() -> None:
    """While a script lets others in, the prompt may send SCRIPT KILL."""
    target = world()
    run(target, "SET a 1")
    outer = target.history[-1]
    target._running = outer
    run(target, "SET b 1")
    assert target._running is outer
    assert target.history[-1].changed == [(0, b"b", "set")]
