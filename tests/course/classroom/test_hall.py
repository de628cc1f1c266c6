"""The room of a class without sockets: users, rights, words, keys, strangers."""

from __future__ import annotations

from itertools import count

import pytest

from tutor.course.classroom import hall as module
from tutor.course.classroom.hall import STRANGER_MS, Hall
from tutor.course.classroom.model import Row
from tutor.course.classroom.rights import RULES
from tutor.course.classroom.roster import Roster
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.replies import OK, PONG, Reply, ReplyError
from tutor.engine.session import Session
from tutor.network.classservice import class_config


class Room:
    """A hall with a clock that stands still, and its guests."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        words = (f"word-{number}" for number in count(1))
        engine = Engine(self.clock, 1, config=class_config())
        self.hall = Hall(Roster(["Anna", "Boris"]), engine=engine, make_word=lambda: next(words))

    def say(self, session: Session, line: str) -> Reply:
        return self.hall.world.engine.execute(session, [word.encode() for word in line.split()])

    def guest(self) -> Session:
        return self.hall.world.engine.connect("10.0.0.9:1")

    def come(self, name: str) -> Session:
        session = self.guest()
        assert self.say(session, f"AUTH {name} {self.hall.words[name]}") == OK
        return session

    def row(self, name: str = "anna") -> Row:
        assert self.hall.look()
        learner = self.hall.roster.get(name)
        assert learner is not None
        return self.hall.classroom.row(learner, self.hall.now_ms)


@pytest.fixture
def room() -> Room:
    return Room()


REFUSALS = ("NOPERM", "ERR BY option", "ERR DEBUG command not allowed")


def refused(reply: Reply) -> bool:
    return isinstance(reply, ReplyError) and reply.message.startswith(REFUSALS)


def test_who_is_not_logged_in_can_do_nothing(room: Room) -> None:
    guest = room.guest()
    for line in ("GET anna:x", "PING", "INFO", "AUTH default x", "AUTH anna wrong", "AUTH x y"):
        reply = room.say(guest, line)
        assert isinstance(reply, ReplyError), line
        assert reply.code in ("NOAUTH", "WRONGPASS")


def test_the_default_user_has_a_closed_door_and_protected_mode_none_to_open(room: Room) -> None:
    acl = room.hall.world.engine.acl
    assert not acl.open
    assert not acl.default.rights.enabled
    assert not acl.default.rights.nopass


def test_the_instructor_is_inside(room: Room) -> None:
    session = room.hall.world.session
    assert room.say(session, "SET boris:x 1") == OK
    assert room.say(session, "CONFIG GET port") is not None


ALLOWED = (
    "SET anna:x 1",
    "GET anna:x",
    "LPUSH anna:l 1",
    "SORT anna:l",
    "MULTI",
    "EXEC",
    "PUBLISH anna:news hi",
    "SUBSCRIBE anna:news",
    "UNSUBSCRIBE",
    "OBJECT ENCODING anna:x",
    "MEMORY USAGE anna:x",
    "INFO server",
    "SCAN 0",
    "DUMP anna:x",
    "CLIENT SETNAME me",
    "CLIENT INFO",
    "COMMAND COUNT",
    "EVAL return(1) 0",
    "XADD anna:s * f v",
    "EXPIRE anna:x 100",
)


@pytest.mark.parametrize("line", ALLOWED)
def test_a_learner_may_do_what_concerns_his_own_keys(room: Room, line: str) -> None:
    anna = room.come("anna")
    if line == "EXEC":
        room.say(anna, "MULTI")
    if line.startswith(("OBJECT", "MEMORY", "DUMP", "EXPIRE")):
        room.say(anna, "SET anna:x 1")
    assert not isinstance(room.say(anna, line), ReplyError)


FORBIDDEN = (
    "GET boris:x",
    "SET boris:x 1",
    "SET anna 1",
    "SET annabel:x 1",
    "MGET anna:x boris:x",
    "COPY anna:x boris:x",
    "RENAME anna:x boris:x",
    "PUBLISH boris:news hi",
    "SUBSCRIBE boris:news",
    "PSUBSCRIBE *",
    "KEYS *",
    "FLUSHALL",
    "FLUSHDB",
    "SWAPDB 0 1",
    "CONFIG GET *",
    "CONFIG SET maxmemory 1",
    "ACL LIST",
    "ACL SETUSER anna +@all",
    "CLIENT LIST",
    "CLIENT KILL 127.0.0.1:1",
    "CLIENT PAUSE 100000",
    "CLIENT TRACKING on BCAST",
    "MONITOR",
    "SHUTDOWN NOSAVE",
    "REPLICAOF 127.0.0.1 1",
    "DEBUG SLEEP 100",
    "SLOWLOG GET",
    "MIGRATE 127.0.0.1 1 anna:x 0 10",
    "RESTORE anna:x 0 x",
    "FUNCTION FLUSH",
    "SCRIPT FLUSH",
    "SCRIPT KILL",
    "SAVE",
    "SORT anna:l BY boris:*",
    "SORT anna:l STORE boris:x",
    "PSYNC ? -1",
)


@pytest.mark.parametrize("line", FORBIDDEN)
def test_a_learner_may_do_nothing_that_others_feel(room: Room, line: str) -> None:
    anna = room.come("anna")
    room.say(anna, "LPUSH anna:l 1")
    before = room.hall.world.engine.databases[0].keys.data.copy()
    assert refused(room.say(anna, line)), line
    assert room.hall.world.engine.databases[0].keys.data == before


def test_a_script_has_no_more_rights_than_who_runs_it(room: Room) -> None:
    anna = room.come("anna")
    engine = room.hall.world.engine
    script = b"return redis.call('GET', 'boris:x')"
    reply = engine.execute(anna, [b"EVAL", script, b"0"])
    assert isinstance(reply, ReplyError)


def test_every_rule_has_its_reason() -> None:
    assert all(rule and len(reason) > 4 for rule, reason in RULES)


def test_a_new_word_lets_out_who_is_in_and_the_old_one_lets_nobody_in(room: Room) -> None:
    anna, old = room.come("anna"), room.hall.words["anna"]
    learner = room.hall.roster.get("anna")
    assert learner is not None
    word = room.hall.renew(learner)
    assert word != old
    assert anna.id not in room.hall.world.engine.sessions
    guest = room.guest()
    assert isinstance(room.say(guest, f"AUTH anna {old}"), ReplyError)
    assert room.say(guest, f"AUTH anna {word}") == OK
    assert room.row().wrong_words == 1


def test_kicking_hangs_up_on_all_of_one_learner_and_on_nobody_else(room: Room) -> None:
    for _number in range(3):
        room.come("anna")
    boris = room.come("boris")
    assert room.row().clients == 3
    learner = room.hall.roster.get("anna")
    assert learner is not None
    assert room.hall.kick(learner) == 3
    assert (room.row().clients, room.row("boris").clients) == (0, 1)
    assert room.say(boris, "PING") == PONG
    room.come("anna")
    assert room.row().clients == 1


def test_somebody_who_comes_later_is_let_in(room: Room) -> None:
    learner = room.hall.add("Вера")
    assert learner.id == "vera"
    vera = room.come("vera")
    assert room.say(vera, "SET vera:x 1") == OK
    assert room.row("vera").commands == 1
    assert room.hall.url(learner).startswith("redis://vera:word-3@127.0.0.1:")


def test_keys_are_counted_in_all_databases_and_the_tutor_s_own_is_none(room: Room) -> None:
    anna = room.come("anna")
    for line in ("SET anna:b 1", "SET anna:a 1", "HSET anna:.tutor lesson string", "SELECT 3",
                 "SET anna:c 1"):  # fmt: skip
        room.say(anna, line)
    assert room.row().keys == 3
    assert room.hall.keys[b"anna"] == [(0, b"anna:a"), (0, b"anna:b"), (3, b"anna:c")]


def test_many_keys_are_counted_a_slice_at_a_look(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEYS_AT_ONCE", 10)
    anna = room.come("anna")
    for number in range(35):
        room.say(anna, f"SET anna:{number} 1")
    looks = 0
    while room.row().keys == 0:
        looks += 1
        assert room.hall.counting
    assert (looks, room.row().keys) == (3, 35)


def test_who_does_not_log_in_is_let_go(room: Room) -> None:
    room.guest()
    anna = room.come("anna")
    room.hall.look()
    assert room.hall.classroom.strangers == 1
    room.clock.advance(ms=STRANGER_MS + 1)
    room.hall.look()
    room.hall.look()
    assert room.hall.classroom.strangers == 0
    assert room.say(anna, "PING") == PONG


def test_a_script_s_inner_commands_are_not_the_learner_s(room: Room) -> None:
    anna = room.come("anna")
    script = b"redis.call('SET', KEYS[1], 1) return redis.call('GET', KEYS[1])"
    room.hall.world.engine.execute(anna, [b"EVAL", script, b"1", b"anna:x"])
    assert room.row().commands == 1


def test_nobody_but_a_learner_is_in_the_rows(room: Room) -> None:
    room.say(room.hall.world.session, "SET x 1")
    room.hall.look()
    assert room.hall.classroom.strangers == 0
    assert [row.commands for row in room.hall.classroom.rows(room.hall.now_ms)] == [0, 0]


@pytest.mark.parametrize(
    ("hosts", "here"),
    [(("127.0.0.1", "-::1"), True), (("0.0.0.0",), False), (("127.0.0.1", "10.0.0.1"), False)],
)
def test_it_is_known_whether_others_can_come(hosts: tuple[str, ...], here: bool) -> None:
    assert Hall(Roster(), hosts).here_only is here
