"""Clients that wait, in virtual time: what the oracle cannot show exactly."""

from __future__ import annotations

from tests.engine.commands.watched import Watched
from tutor.engine.replies import BLOCKED, NULL_ARRAY, Reply


def test_a_wait_ends_when_its_time_is_over() -> None:
    world = Watched()
    waiting = world.connect()
    assert waiting.run("BLPOP l 1.5") is BLOCKED
    world.later(1400)
    assert waiting.answers == []
    world.later(200)
    assert waiting.answers == [NULL_ARRAY]
    world.run("RPUSH l a")
    assert world.run("LRANGE l 0 -1") == [b"a"]


def test_a_timeout_is_rounded_up_to_milliseconds() -> None:
    world = Watched()
    waiting = world.connect()
    assert waiting.run("BLPOP l 0.0001") is BLOCKED
    assert waiting.session.blocked is not None
    assert waiting.session.blocked.deadline_ms == world.engine.now_ms + 1


def test_zero_waits_for_ever() -> None:
    world = Watched()
    waiting = world.connect()
    assert waiting.run("BLPOP l 0") is BLOCKED
    world.later(10**9)
    assert waiting.answers == []
    world.run("RPUSH l a")
    assert waiting.answers == [[b"l", b"a"]]


def test_a_client_that_leaves_takes_nothing() -> None:
    world = Watched()
    first, second = world.connect(), world.connect()
    first.run("BLPOP l 0")
    second.run("BLPOP l 0")
    world.engine.disconnect(first.session)
    world.run("RPUSH l a b")
    assert first.answers == []
    assert second.answers == [[b"l", b"a"]]
    assert world.run("LRANGE l 0 -1") == [b"b"]
    assert world.engine.databases[0].blocked == {}


def test_whoever_waits_again_stands_at_the_end_of_the_queue() -> None:
    world = Watched()
    first, second = world.connect(), world.connect()
    first.run("BLPOP l 0")
    second.run("BLPOP l 0")
    world.run("RPUSH l a")
    first.run("BLPOP l 0")
    world.run("RPUSH l b c")
    assert first.answers == [[b"l", b"a"], [b"l", b"c"]]
    assert second.answers == [[b"l", b"b"]]


def test_a_client_may_wait_again_while_it_is_being_answered() -> None:
    world = Watched()
    greedy = world.connect()
    taken: list[Reply] = []

    def again(reply: Reply) -> None:
        taken.append(reply)
        while (reply := greedy.run("BLPOP l 0")) is not BLOCKED:
            taken.append(reply)

    greedy.session.on_reply = again
    greedy.run("BLPOP l 0")
    patient = world.connect()
    patient.run("BLPOP l 0")
    world.run("RPUSH l a b c")
    assert taken == [[b"l", b"a"], [b"l", b"b"], [b"l", b"c"]]
    assert patient.answers == []
    world.run("RPUSH l d")
    assert patient.answers == [[b"l", b"d"]]


def test_a_chain_of_moves_runs_through_at_once() -> None:
    world = Watched()
    last, middle, first = world.connect(), world.connect(), world.connect()
    last.run("BLPOP c 0")
    middle.run("BLMOVE b c LEFT RIGHT 0")
    first.run("BLMOVE a b LEFT RIGHT 0")
    world.take_events()
    world.run("RPUSH a x")
    assert (first.answers, middle.answers, last.answers) == ([b"x"], [b"x"], [[b"c", b"x"]])
    events = [(b"a", "rpush")]
    for source, target in ((b"a", b"b"), (b"b", b"c")):
        events += [(target, "rpush"), (source, "lpop"), (source, "del")]
    assert world.take_events() == [*events, (b"c", "lpop"), (b"c", "del")]


def test_a_key_that_is_dead_when_it_becomes_ready_serves_nobody() -> None:
    world = Watched()
    waiting = world.connect()
    waiting.run("BLPOP l 0")
    world.run("MULTI")
    world.run("RPUSH l a")
    world.run("PEXPIREAT l 1")
    world.run("EXEC")
    assert waiting.answers == []
    world.run("RPUSH l b")
    assert waiting.answers == [[b"l", b"b"]]


def test_an_error_while_serving_is_the_answer_and_is_counted() -> None:
    world = Watched()
    waiting = world.connect()
    waiting.run("BLMOVE a s LEFT LEFT 0")
    world.run("SET s text")
    errors = world.engine.stats.error_replies
    world.run("RPUSH a x")
    (answer,) = waiting.answers
    assert answer.code == "WRONGTYPE"
    assert world.engine.stats.error_replies == errors + 1
    assert world.run("LRANGE a 0 -1") == [b"x"]


def test_many_waiting_clients_are_served_in_the_order_in_which_they_came() -> None:
    world = Watched()
    clients = [world.connect() for _ in range(100)]
    for client in clients:
        client.run("BZPOPMIN z 0")
    for i in range(0, 100, 10):
        world.run("ZADD z", *(word for j in range(i, i + 10) for word in (b"%d" % j, b"m%d" % j)))
    assert [client.answers[0][1] for client in clients] == [b"m%d" % i for i in range(100)]
