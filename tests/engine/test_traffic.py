"""What is remembered of the commands that all clients send."""

from __future__ import annotations

from tutor.engine import traffic as module
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.traffic import Traffic
from tutor.engine.world import World


def world() -> tuple[World, Traffic]:
    made = World(Engine(VirtualClock(), seed=3))
    made.traffic = Traffic()
    return made, made.traffic


def test_commands_of_all_clients_are_noted_with_what_came_of_them() -> None:
    target, traffic = world()
    other = target.engine.connect("10.0.0.1:5000")
    target.run([b"SET", b"a", b"x"])
    target.engine.execute(other, [b"INCR", b"a"])
    target.engine.execute(other, [b"SELECT", b"3"])
    target.engine.execute(other, [b"BLPOP", b"q", b"0"])
    waits, selected, failed, first = traffic.latest(10)
    assert (first.session, first.error, first.db, first.changed) == (
        target.session,
        "",
        0,
        (0, b"a"),
    )
    assert failed.session is other
    assert failed.error.startswith("ERR value is not an integer")
    assert failed.changed is None
    assert selected.db == 3
    assert waits.waits
    assert traffic.total == 4
    assert traffic.counts == {target.session.id: 1, other.id: 3}


def test_the_place_is_the_changed_key_else_the_first_that_is_named() -> None:
    target, traffic = world()
    for words in (b"MSET a 1 b 2", b"MGET b a", b"PING", b"LMPOP 1 nothing LEFT"):
        target.run(words.split())
    assert [each.place for each in traffic.latest(10)] == [
        (0, b"nothing"),
        None,
        (0, b"b"),
        (0, b"b"),
    ]


def test_what_a_script_does_is_noted_with_the_time_of_the_script() -> None:
    target, traffic = world()
    for later_ms in (0, 5000):
        target.engine.clock.sleep(us=1000 * later_ms)
        target.run([b"EVAL", b"redis.call('set', 'a', '1')", b"0"])
    latest = traffic.latest(4)
    assert [each.argv[0].upper() for each in latest] == [b"EVAL", b"SET"] * 2
    assert [each.at_ms - latest[-1].at_ms for each in latest] == [5000, 5000, 0, 0]


def test_passwords_are_hidden() -> None:
    target, traffic = world()
    for words in (
        b"AUTH default secret1",
        b"HELLO 3 AUTH default secret2",
        b"CONFIG SET requirepass secret3",
        b"ACL SETUSER bob on >secret4",
    ):
        target.run(words.split())
    said = b" ".join(b" ".join(each.words) for each in traffic.latest(10))
    assert b"secret" not in said
    assert b"requirepass (redacted)" in said


def test_long_commands_are_cut_and_old_ones_forgotten() -> None:
    target, traffic = world()
    target.run([b"SET", b"big", b"x" * 1_000_000])
    target.run([b"RPUSH", b"q", *[b"%d" % number for number in range(1000)]])
    pushed, big = traffic.latest(2)
    assert len(big.argv[2]) == module.LONGEST_WORD
    assert len(pushed.argv) == module.MOST_WORDS
    assert pushed.place == (0, b"q")
    for _ in range(module.KEPT + 10):
        target.run([b"PING"])
    assert len(traffic.arrivals()) == module.KEPT
    assert traffic.total == module.KEPT + 12


def test_a_key_whose_name_was_cut_is_no_place() -> None:
    target, traffic = world()
    target.run([b"GET", b"k" * 1000])
    assert traffic.latest(1)[0].place is None


def test_counts_of_clients_that_have_gone_are_dropped() -> None:
    target, traffic = world()
    other = target.engine.connect()
    target.engine.execute(other, [b"PING"])
    target.run([b"PING"])
    traffic.forget({target.session.id})
    assert traffic.counts == {target.session.id: 1}
