"""What a learner's tutor tells the class, and how it gets there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.serving import free_port, until
from tutor.course.classroom.hall import Hall
from tutor.course.classroom.model import Place, Row
from tutor.course.classroom.roster import Roster
from tutor.course.classroom.teller import Teller, failed_tries, place_of
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.engine.clock import VirtualClock
from tutor.network.classlink import ClassLink
from tutor.network.link import LinkError

COURSE = Path(__file__).parents[2] / "tui" / "course"


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course(COURSE)


@pytest.mark.parametrize(
    ("events", "failed"),
    [
        ([], 0),
        ([["run", "GTE", "", "ERR"]], 1),
        ([["run", "GET x", "", ""]], 0),
        ([["run", "GET x", "", ""], ["said", "wrong-key"]], 1),
        ([["run", "GTE", "", "ERR"], ["said", "typo"]], 1),
        ([["run", "GTE", "", "ERR"], ["run", "GTE", "", "ERR"], ["green", "a"]], 0),
        ([["green", "a", "b"], ["run", "DEL x", "", ""], ["green", "a"], ["said", "gone"]], 1),
        ([["run", "GTE", "", "ERR"], ["done", "alone"], ["run", "GTE", "", "ERR"]], 1),
        ([["run", "GTE", "", "ERR"], ["hint", "1"], ["reset"]], 1),
    ],
)
def test_a_try_fails_by_an_error_or_by_what_the_lesson_says(
    events: list[list[str]], failed: int
) -> None:
    assert failed_tries([[0, *event] for event in events]) == failed


def player_of(course: Course) -> Player:
    return Player(course, course.lessons[0].id, clock=VirtualClock())


def test_the_place_follows_the_player(course: Course) -> None:
    player = player_of(course)
    told: list[Place] = []
    Teller(lambda fields: told.append(Place.read(fields))).follow(player)
    assert told[-1].lesson == course.lessons[0].id
    assert (told[-1].step, told[-1].number) == (player.step.id, 1)
    assert told[-1].steps == len(player.lesson.steps)
    while player.step.hints is None:
        assert player.next()
    assert told[-1].number == player.index + 1
    player.run_line("GTE")
    player.hint()
    assert (told[-1].tries, told[-1].failed, told[-1].hints) == (1, 1, 1)
    for line in player.solution():
        player.run_line(line)
    assert told[-1].done
    assert told[-1].failed == 0


def test_what_is_told_is_read_as_it_was(course: Course) -> None:
    place = Place("list", "trim", 3, 9, True, 7, 2, 1)
    assert Place.read(place.fields()) == place
    assert Place.read(place_of(player_of(course)).fields()) == place_of(player_of(course))


# over a socket


class Joined:
    """A class, and the tutor of one learner in it."""

    def __init__(self) -> None:
        self.hall = Hall(Roster(["Анна"]))
        (self.anna,) = self.hall.roster
        self.port = free_port()
        self.hall.open(self.port)
        self.link = ClassLink(self.hall.url(self.anna), pauses=(0.01,))

    def row(self) -> Row:
        self.hall.look()
        return self.hall.classroom.row(self.anna, self.hall.now_ms)

    def at(self, step: str) -> bool:
        return self.row().place.step == step

    def tell(self, step: str) -> None:
        self.link.tell(Place("string", step, 1, 5).fields())


@pytest.fixture
def joined() -> Iterator[Joined]:
    made = Joined()
    yield made
    made.link.close()
    made.hall.close()


def test_the_class_sees_where_the_tutor_is_and_that_it_left(joined: Joined) -> None:
    joined.link.begin()
    joined.tell("set")
    until(lambda: joined.at("set"))
    assert joined.row().clients == 1
    joined.tell("get")
    joined.link.close()
    until(lambda: joined.row().clients == 0)
    assert joined.at("get")
    assert joined.row().state == "left"
    assert joined.row().commands == 0


def test_nothing_but_the_place_leaves_the_learner_s_machine(joined: Joined) -> None:
    joined.link.begin()
    joined.tell("set")
    until(lambda: joined.at("set"))
    engine = joined.hall.world.engine
    assert list(engine.databases[0].keys.data) == [b"anna:.tutor"]
    said = {each.words[0].upper() for each in joined.hall.traffic.latest(100)}
    assert said <= {b"AUTH", b"CLIENT", b"HSET"}


def test_telling_a_class_that_is_gone_takes_no_time_and_is_made_up_for(joined: Joined) -> None:
    joined.link.begin()
    joined.tell("one")
    until(lambda: joined.at("one"))
    joined.hall.close()
    began = time.monotonic()
    for number in range(1000):
        joined.tell(f"s{number}")
    assert time.monotonic() - began < 1
    until(lambda: joined.link._failures > 1)
    joined.hall.open(joined.port)
    until(lambda: joined.at("s999"))


def test_a_class_that_is_not_there_yet_is_found_later(joined: Joined) -> None:
    joined.hall.close()
    with pytest.raises(LinkError) as caught:
        joined.link.begin()
    assert caught.value.trouble == "refused"
    joined.tell("set")
    joined.hall.open(joined.port)
    until(lambda: joined.at("set"))


def test_a_wrong_word_is_told_and_not_tried_again(joined: Joined) -> None:
    link = ClassLink(f"redis://anna:wrong@127.0.0.1:{joined.port}", pauses=(0.01,))
    with pytest.raises(LinkError) as caught:
        link.begin()
    assert caught.value.trouble == "auth"
    link.tell({"lesson": "x"})
    link.close()
    assert joined.row().wrong_words == 1


@pytest.mark.parametrize(
    "url",
    ["redis://127.0.0.1:1", "redis://anna@127.0.0.1:1", "redis://:w@127.0.0.1:1", "http://a:b@c"],
)
def test_an_address_without_name_and_word_is_refused(url: str) -> None:
    with pytest.raises(LinkError) as caught:
        ClassLink(url)
    assert caught.value.trouble == "url"
    assert "b@" not in caught.value.address


def test_closing_does_not_wait_for_a_class_that_does_not_answer(joined: Joined) -> None:
    joined.link.begin()
    with joined.hall.world.lock:
        joined.tell("set")
        began = time.monotonic()
        joined.link.close(0.1)
        assert time.monotonic() - began < 3
