"""Going through time at the prompt: :undo N, :redo N, :time."""

from __future__ import annotations

import pytest

from tests.console.test_commands import Screen
from tutor.console.backend import EmbeddedBackend
from tutor.console.travel import Trip, command_text, loss_of, trip_of
from tutor.engine.world import Entry


@pytest.fixture
def screen() -> Screen:
    return Screen()


def typed(screen: Screen, *lines: str) -> str:
    """What the last of some lines prints."""
    return [screen.type(line) for line in lines][-1]


@pytest.mark.parametrize(
    ("line", "trip"),
    [
        (":undo", Trip("undo")),
        (":undo 3", Trip("undo", 3)),
        (":undo yes", Trip("undo", 1, True)),
        (":redo 2 yes", Trip("redo", 2, True)),
        (":time", None),
        (":time 0", Trip("go", 0)),
        (":time 12 yes", Trip("go", 12, True)),
        (":time BRANCH 2", Trip("branch", 2)),
    ],
)
def test_words_ask_for_trips(line: str, trip: Trip | None) -> None:
    word, *arguments = line.split()
    assert trip_of(word, arguments) == trip


@pytest.mark.parametrize(
    "line",
    [":undo 0", ":undo x", ":undo 1 2", ":redo -1", ":time x", ":time branch", ":time branch 0",
     ":time yes", ":time 1 2", ":time branch x", ":time branch 1 2"],
)  # fmt: skip
def test_what_means_nothing_is_explained(screen: Screen, line: str) -> None:
    word, *arguments = line.split()
    with pytest.raises(ValueError, match=word):
        trip_of(word, arguments)
    assert "Say " in typed(screen, "SET a 1", line)
    assert typed(screen, "GET a") == "b'1'"


@pytest.mark.parametrize(
    "trip",
    [Trip("undo"), Trip("undo", 4), Trip("redo", 2), Trip("go", 7), Trip("branch", 1)],
)
def test_a_trip_says_how_it_is_typed(trip: Trip) -> None:
    word, *arguments = trip.words.split()
    assert trip_of(word, arguments) == trip


def test_several_changes_are_taken_back_and_done_again(screen: Screen) -> None:
    typed(screen, "SET a 1", "SET a 2", "GET a", "SET a 3")
    assert typed(screen, ":undo 2") == "Taken back: 2 changes"
    assert typed(screen, "GET a") == "b'1'"
    assert typed(screen, ":redo 99") == "Done again: 2 changes"
    assert typed(screen, "GET a") == "b'3'"
    assert typed(screen, ":undo 99") == "Taken back: 3 changes"
    assert typed(screen, ":undo 99") == "Nothing to undo."


def test_time_lists_moments_and_goes_to_them(screen: Screen) -> None:
    assert typed(screen, ":time") == "Nothing has been done yet."
    typed(screen, *(f"SET k{number} v" for number in range(20)), "GET k1")
    lines = typed(screen, ":time").splitlines()
    assert lines[0] == "… 13 before"
    assert lines[1].split() == ["14", "•", "SET", "k13", "v"]
    assert lines[-2].split() == ["21", "GET", "k1"]
    assert lines[-1] == "► the present"
    assert typed(screen, ":time 5") == "You stand after 5 of 21 commands."
    lines = typed(screen, ":time").splitlines()
    assert lines[5] == "► the past, 16 commands ahead; a change begins a branch"
    assert lines[6].split() == ["6", "•", "SET", "k5", "v"]
    assert lines[-1] == "… 8 after"
    assert typed(screen, "DBSIZE") == "5"
    assert "moment 99" in typed(screen, ":time 99")
    assert "beginning" in typed(screen, ":time 0")
    assert typed(screen, ":time 22") == "You stand after all 22 commands."


def test_branches_are_listed_and_returned_to(screen: Screen) -> None:
    typed(screen, "SET a 1", "SET a 2", "SET b 1", ":time 1", "SET a 5")
    listed = typed(screen, ":time").splitlines()[-1]
    assert listed == "branch 1: after command 1 another 2 commands, up to SET b 1"
    assert "branch 2" in typed(screen, ":time branch 2")
    said = typed(screen, ":time branch 1")
    assert said == "This is branch 1 now: after all 3 commands."
    assert typed(screen, "MGET a b") == "[b'2', b'1']"
    assert "up to SET a 5" in typed(screen, ":time")


def test_a_journey_that_costs_others_their_work_wants_a_yes(screen: Screen) -> None:
    backend = screen.backend
    assert isinstance(backend, EmbeddedBackend)
    typed(screen, "SET mine 1", "SET mine 2", "SET mine 3")
    other = backend.world.engine.connect()
    backend.world.engine.execute(other, b"SET theirs 1".split())
    for line in (":undo 2", ":time 0"):
        said = typed(screen, line)
        assert "1 change" in said
        assert f"{line} yes" in said
        assert loss_of(backend.world, trip_of(*_split(line)) or Trip("undo")) is not None
    assert typed(screen, "GET mine") == "b'3'"
    assert "went with it" in typed(screen, ":time 1 yes")
    assert typed(screen, "MGET mine theirs") == "[b'1', None]"


def _split(line: str) -> tuple[str, list[str]]:
    word, *arguments = line.split()
    return word, arguments


def test_a_long_command_is_cut_to_one_line() -> None:
    entry = Entry((b"SET", b"k", "Ё".encode() * 500, *[b"x"] * 100_000))
    text = command_text(entry)
    assert len(text) <= 60
    assert text.endswith("…")
    assert "\n" not in command_text(Entry((b"SET", b"a\nb", b"\x00")))


def test_a_cut_command_is_cut_between_characters_and_says_so() -> None:
    text = command_text(Entry((b"ZADD", b"k", b"5", ("a" + "Ё" * 300).encode())))
    assert text == "ZADD k 5 a" + "Ё" * 49 + "…"
    assert command_text(Entry((b"SET", b"k", b"\x80" * 900))).startswith('SET k "\\x80\\x80')
