"""Memcached's prompt without a screen: what is sent, what is waited for, which card explains it."""

from __future__ import annotations

import pytest

from tutor.console.telnet.cards import card
from tutor.console.telnet.commands import COMMANDS, completions, usage
from tutor.console.telnet.talk import Said, Talk
from tutor.engine.clock import VirtualClock
from tutor.i18n import set_language
from tutor.memcached.memcached import Memcached


@pytest.fixture
def talk() -> Talk:
    return Talk(Memcached(VirtualClock(1_700_000_000_000_000), memory_limit=4 << 20))


def said(talk: Talk, *lines: str) -> Said:
    """What came of the last of these lines."""
    found = None
    for line in lines:
        found = talk.say(line)
    assert found is not None
    return found


def test_a_value_is_a_line_of_its_own(talk: Talk) -> None:
    first = talk.say("set k 0 60 5")
    assert (first.reply, first.waiting, talk.prompt) == ((), 7, "5 B> ")
    second = talk.say("hello")
    assert (second.reply, second.waiting, talk.prompt) == (("STORED",), 0, "11211> ")
    assert (second.command, second.data, second.sent) == ("set k 0 60 5", "hello", b"hello\r\n")
    assert talk.say("get k").reply == ("VALUE k 0 5", "hello", "END")


def test_a_short_line_leaves_the_server_waiting_and_data_may_have_line_ends(talk: Talk) -> None:
    assert said(talk, "set k 0 0 9", "ab").reply == ()
    assert talk.waiting == 7
    assert talk.prompt == "5 B> "
    found = talk.say("cdefg")
    assert (found.reply, found.data) == (("STORED",), "ab\r\ncdefg")


def test_what_is_too_large_is_taken_and_thrown_away_before_that_is_said(talk: Talk) -> None:
    assert talk.say("set k 0 0 1100000").reply == ()
    assert talk.discards
    assert talk.waiting == 1_100_002
    found = talk.say("x" * 1_100_000)
    assert found.reply == ("SERVER_ERROR object too large for cache",)
    assert not talk.discards


def test_giving_up_begins_a_new_connection(talk: Talk) -> None:
    talk.say("set k 0 0 900")
    talk.hang_up()
    assert not talk.waiting
    assert talk.say("get k").reply == ("END",)


def test_quit_hangs_up_and_the_next_line_is_heard(talk: Talk) -> None:
    assert talk.say("quit").reply == ()
    assert talk.say("version").reply == ("VERSION 1.6.18",)


def test_it_remembers_the_item_that_was_named(talk: Talk) -> None:
    said(talk, "set k 0 0 1", "v", "stats", "version")
    assert talk.key == b"k"
    talk.say("gat 60 other")
    assert talk.key == b"other"


def test_items_that_come_and_go_are_told(talk: Talk) -> None:
    said(talk, "set k 0 0 1", "v", "delete k")
    assert [(event.kind, event.key) for event in talk.events] == [
        ("stored", b"k"), ("deleted", b"k"),
    ]  # fmt: skip


LONG = "k" * 251
CARDS: list[tuple[list[str], str]] = [
    (["GET k"], "Memcached's commands are written in small letters"),
    (["get"], "The number of words does not fit"),
    (["set k 0 60"], "The number of words does not fit"),
    (["lpush tasks a"], "This is a command of Redis"),
    (["hello world"], "This is a command of Redis"),
    (["frobnicate"], "Memcached does not know this command"),
    (["set k 0 60 3", "hello"], "The data are not as long as was said"),
    ([f"set {LONG} 0 60 5"], "The key is too long"),
    ([f"get {LONG}"], "The key is too long"),
    (["set k x 60 5"], "A word that should be a number is none"),
    (["set k 0 60 -1"], "A word that should be a number is none"),
    (["set k 0 0 1100000", "x" * 1_100_000], "Larger than an item may be"),
    (["set k 0 0 1", "x", "incr k 1"], "The value is not a number"),
    (["set k 0 0 1", "1", "incr k -1"], "A number without a sign"),
    (["set k 0 0 1", "1", "incr k x"], "By how much is to be a number"),
    (["touch k x"], "The lifetime is to be a number"),
    (["set k 0 0 1", "1", "add k 0 0 1", "2"], "The key is there already"),
    (["replace k 0 0 1", "2"], "There is nothing to change"),
    (["append k 0 0 1", "2"], "There is nothing to change"),
    (["set k 0 0 1", "1", "cas k 0 0 1 99", "2"], "Somebody was faster"),
    (["incr k 1"], "A counter must be there before it counts"),
    (["touch k 60"], "The key is not there"),
    (["delete k"], "The key is not there"),
    (["set k 0 2592001 1", "v"], "More than 30 days is a date"),
    (["set k 0 1500000000 1", "v"], "More than 30 days is a date"),
    (["set k 0 -1 1", "v"], "Stored, and gone at once"),
    (["mg k !"], "A flag that this meta command does not have"),
]


@pytest.mark.parametrize(("lines", "title"), CARDS, ids=[lines[0][:24] for lines, _ in CARDS])
def test_a_card_explains_it(talk: Talk, lines: list[str], title: str) -> None:
    found = card(said(talk, *lines))
    assert found is not None
    assert found.title == title
    assert "{" not in found.meaning
    assert found.try_lines


@pytest.mark.parametrize(
    "lines",
    [["set k 0 2592000 1", "v"], ["set k 0 0 1", "v"], ["get k"], ["version"], ["mg k v"],
     ["set k 0 1700000060 1", "v"]],
)  # fmt: skip
def test_what_is_as_hoped_needs_no_card(talk: Talk, lines: list[str]) -> None:
    assert card(said(talk, *lines)) is None


def test_what_a_card_says_of_lifetimes_is_what_the_server_does(talk: Talk) -> None:
    said(talk, "set k 0 2592001 1", "v")
    assert talk.say("get k").reply == ("END",)
    said(talk, "set k 0 2592000 1", "v")
    assert talk.say("get k").reply == ("VALUE k 0 1", "v", "END")


def test_a_date_is_said_as_one(talk: Talk) -> None:
    found = card(said(talk, "set k 0 2592001 1", "v"))
    assert found is not None
    assert "1970-01-31" in found.meaning
    assert "30 days" in found.meaning


def test_time_that_passes_lets_items_expire(talk: Talk) -> None:
    said(talk, "set k 0 5 1", "v")
    clock = talk.cache.clock
    assert isinstance(clock, VirtualClock)
    for _second in range(300):
        clock.advance(ms=1000)
        talk.tick()
    assert ("expired", b"k") in [(event.kind, event.key) for event in talk.events]
    assert talk.cache.store.layout().items == 0


def test_the_old_value_is_gone_after_one_that_is_too_large_and_stays_after_bad_data(
    talk: Talk,
) -> None:
    said(talk, "set k 0 0 3", "old", "set k 0 0 1", "toolong")
    assert talk.say("get k").reply[:2] == ("VALUE k 0 3", "old")
    talk.say("set k 0 0 2000000")
    talk.hang_up()
    assert talk.say("get k").reply == ("END",)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "quit"])
def test_every_command_of_the_table_is_one_of_the_server(talk: Talk, name: str) -> None:
    words = {"key": "k", "flags": "0", "exptime": "0", "bytes": "1", "casid": "1", "number": "1",
             "level": "1"}  # fmt: skip
    wanted = [words[word] for word in COMMANDS[name].syntax.split() if word in words]
    found = said(talk, " ".join([name, *wanted]))
    if found.waiting:
        found = talk.say("v")
    assert found.reply != ("ERROR",)
    assert COMMANDS[name].data == (found.data is not None)


def test_syntax_and_completion() -> None:
    found = usage("set k 0")
    assert found is not None
    assert found[1] == "set key flags exptime bytes [noreply]"
    assert usage("se") is None
    assert completions("de") == ["decr", "delete"]
    assert completions("set k") == []
    assert completions("get") == ["gets"]


def test_cards_are_said_in_russian_as_well(talk: Talk) -> None:
    set_language("ru")
    for lines, title in CARDS:
        found = card(said(Talk(talk.cache), *lines))
        if found is not None:
            assert found.title != title
