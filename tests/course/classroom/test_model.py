"""Rows of a class from commands, connections and the time; no socket, no clock."""

from __future__ import annotations

import pytest

from tutor.course.classroom.model import (
    ERRORS_IN_A_ROW,
    HINTS_OPENED,
    IDLE_MS,
    MOST_STEPS,
    TRIES_IN_A_ROW,
    Classroom,
    Connection,
    Place,
    Row,
)
from tutor.course.classroom.roster import Roster

T = 1_700_000_000_000
ANNA = b"anna"


class Lesson:
    """A class of two, and its time."""

    def __init__(self) -> None:
        self.room = Classroom(Roster(["Anna", "Boris"]))
        self.now = T

    def come(self, *peers: str, user: bytes = ANNA) -> None:
        self.room.connected([Connection(user, peer) for peer in peers], self.now)

    def hear(self, line: str, error: str = "", user: bytes = ANNA) -> None:
        self.room.heard(self.now, user, [word.encode() for word in line.split()], error)

    def tell(self, user: bytes = ANNA, **fields: object) -> None:
        """What the learner's tutor writes."""
        place = Place(lesson="string", step="set", number=2, steps=7)._replace(**fields)
        words = [word.encode() for pair in place.fields().items() for word in pair]
        self.room.heard(self.now, user, [b"HSET", user + b":.tutor", *words])

    def row(self, name: str = "anna") -> Row:
        learner = self.room.roster.get(name)
        assert learner is not None
        return self.room.row(learner, self.now)


@pytest.fixture
def lesson() -> Lesson:
    made = Lesson()
    made.come("10.0.0.7:5001")
    return made


def test_one_who_never_came_is_absent_and_has_no_times() -> None:
    row = Lesson().row()
    assert (row.state, row.clients, row.idle_ms, row.last, row.stuck) == ("absent", 0, None, "", "")


def test_a_learner_who_comes_twice_has_one_row_with_both_addresses(lesson: Lesson) -> None:
    lesson.come("10.0.0.7:5001", "10.0.0.7:5002", "[fe80::1]:9", "10.0.0.8:1")
    row = lesson.row()
    assert row.clients == 4
    assert row.addresses == ("10.0.0.7", "[fe80::1]", "10.0.0.8")
    assert [each.learner.id for each in lesson.room.rows(lesson.now)] == ["anna", "boris"]


def test_a_command_is_the_last_one_until_another_comes(lesson: Lesson) -> None:
    lesson.hear("SET anna:x 1")
    lesson.now += 4000
    lesson.hear("GET anna:x")
    lesson.now += 1500
    row = lesson.row()
    assert (row.last, row.last_ms, row.commands, row.failed) == ("GET anna:x", T + 4000, 2, False)
    assert row.idle_ms == 1500


def test_what_clients_say_by_themselves_is_no_command(lesson: Lesson) -> None:
    for line in ("HELLO 3", "AUTH anna w", "CLIENT SETINFO lib-name x", "COMMAND DOCS"):
        lesson.hear(line)
    assert (lesson.row().commands, lesson.row().last) == (0, "")
    lesson.hear("CLIENT INFO")
    assert lesson.row().commands == 1


def test_errors_of_the_last_minute_are_counted_and_older_ones_are_not(lesson: Lesson) -> None:
    lesson.hear("GET x", "NOPERM no")
    lesson.now += 30_000
    lesson.hear("GET x", "NOPERM no")
    assert (lesson.row().errors_minute, lesson.row().errors) == (2, 2)
    lesson.now += 31_000
    assert (lesson.row().errors_minute, lesson.row().errors) == (1, 2)
    lesson.now += 60_000
    assert lesson.row().errors_minute == 0


def test_a_flood_of_errors_is_counted_in_bounded_memory(lesson: Lesson) -> None:
    for _number in range(20_000):
        lesson.now += 10
        lesson.hear("GET x", "NOPERM no")
    row = lesson.row()
    assert row.errors == row.commands == 20_000
    assert 5900 <= row.errors_minute <= 6100
    assert len(lesson.room._desks[ANNA].seconds) <= 61


def test_so_many_errors_in_a_row_mean_stuck_and_one_success_ends_it(lesson: Lesson) -> None:
    for number in range(1, ERRORS_IN_A_ROW + 1):
        assert lesson.row().stuck == ""
        lesson.hear(f"GTE {number}", "ERR unknown command")
    assert lesson.row().stuck == "errors"
    assert [each.id for each in lesson.room.stuck(lesson.now)] == ["anna"]
    lesson.hear("GET anna:x")
    assert lesson.row().stuck == ""


def test_failed_tries_in_a_row_mean_stuck_until_the_step_is_done(lesson: Lesson) -> None:
    lesson.tell(tries=TRIES_IN_A_ROW - 1, failed=TRIES_IN_A_ROW - 1)
    assert (lesson.row().stuck, lesson.row().state) == ("", "working")
    lesson.tell(tries=TRIES_IN_A_ROW, failed=TRIES_IN_A_ROW)
    assert lesson.row().stuck == "tries"
    lesson.tell(tries=TRIES_IN_A_ROW + 1, failed=TRIES_IN_A_ROW, done=True)
    assert (lesson.row().stuck, lesson.row().state) == ("", "done")


def test_opened_hints_mean_stuck(lesson: Lesson) -> None:
    lesson.tell(hints=HINTS_OPENED - 1)
    assert lesson.row().stuck == ""
    lesson.tell(hints=HINTS_OPENED)
    assert lesson.row().stuck == "hints"


def test_idle_in_a_step_means_stuck_but_only_in_one_that_is_not_done(lesson: Lesson) -> None:
    lesson.tell()
    lesson.now += IDLE_MS
    assert lesson.row().stuck == ""
    lesson.now += 1
    assert lesson.row().stuck == "idle"
    lesson.tell(done=True)
    lesson.now += 2 * IDLE_MS
    assert lesson.row().stuck == ""


def test_without_a_step_or_a_connection_nobody_is_stuck_by_idleness(lesson: Lesson) -> None:
    lesson.hear("GET anna:x")
    lesson.now += 3 * IDLE_MS
    assert lesson.row().stuck == ""
    lesson.tell(failed=9)
    lesson.come()
    assert (lesson.row().stuck, lesson.row().state) == ("", "left")


def test_another_step_begins_with_a_clean_sheet(lesson: Lesson) -> None:
    for _number in range(ERRORS_IN_A_ROW):
        lesson.hear("GTE", "ERR unknown command")
    lesson.tell(step="get", number=3)
    assert lesson.row().stuck == ""


def test_the_tutor_s_own_writes_are_no_commands(lesson: Lesson) -> None:
    lesson.tell(tries=4, hints=1)
    row = lesson.row()
    assert (row.commands, row.last) == (0, "")
    assert row.place == Place("string", "set", 2, 7, False, 4, 0, 1)


def test_another_one_s_place_cannot_be_told(lesson: Lesson) -> None:
    argv = [b"HSET", b"boris:.tutor", b"lesson", b"evil"]
    lesson.room.heard(T, ANNA, argv, "NOPERM no permission")
    assert lesson.row("boris").place == Place()
    assert lesson.row("anna").errors == 1


def test_what_a_tutor_tells_is_taken_as_it_can_be_read(lesson: Lesson) -> None:
    words = [b"number", b"-7", b"steps", b"\xff", b"tries", b"9" * 400, b"lesson", b"\x1b[2J" * 900]
    lesson.room.heard(T, ANNA, [b"hset", b"anna:.tutor", *words, b"odd"])
    place = lesson.row().place
    assert (place.number, place.steps, place.tries) == (0, 0, 999_999)
    assert place.lesson.isprintable()
    assert len(place.lesson) <= 120


def test_records_tell_what_was_done_in_each_step(lesson: Lesson) -> None:
    lesson.tell(tries=1)
    lesson.now += 1000
    lesson.hear("SET anna:x 1")
    lesson.hear("GTE", "ERR unknown command")
    lesson.tell(tries=2, hints=1, done=True)
    lesson.now += 1000
    lesson.tell(step="get", number=3)
    lesson.hear("GET anna:x")
    learner = lesson.room.roster.get("anna")
    assert learner is not None
    first, second = lesson.room.records(learner)
    assert (first.step, first.done, first.tries, first.hints) == ("set", True, 2, 1)
    assert (first.commands, first.errors, first.first_ms, first.last_ms) == (2, 1, T, T + 1000)
    assert (second.step, second.done, second.commands, second.errors) == ("get", False, 1, 0)


def test_a_step_that_was_done_stays_so_when_it_is_opened_again(lesson: Lesson) -> None:
    lesson.tell(done=True)
    lesson.tell(step="get")
    lesson.tell(done=False)
    learner = lesson.room.roster.get("anna")
    assert learner is not None
    assert lesson.room.records(learner)[0].done


def test_a_tutor_that_invents_steps_fills_no_memory(lesson: Lesson) -> None:
    for number in range(MOST_STEPS + 50):
        lesson.tell(step=f"s{number}")
    assert len(lesson.room._desks[ANNA].records) == MOST_STEPS


def test_a_long_command_is_kept_short(lesson: Lesson) -> None:
    lesson.room.heard(T, ANNA, [b"MSET", *[b"x" * 1_000_000] * 40])
    kept = lesson.room._desks[ANNA].last
    assert sum(map(len, kept)) < 5000
    assert len(lesson.row().last) <= 120


def test_control_characters_of_a_command_do_not_reach_the_screen(lesson: Lesson) -> None:
    lesson.room.heard(T, ANNA, [b"SET", b"anna:x", b"\x1b[2J\r\n\xff"])
    assert lesson.row().last.isprintable()


@pytest.mark.parametrize("line", ["AUTH boris bad", "HELLO 3 AUTH boris bad"])
def test_a_wrong_word_stands_at_the_learner_whom_it_names(lesson: Lesson, line: str) -> None:
    lesson.hear(line, "WRONGPASS no", user=b"default")
    assert lesson.row("boris").wrong_words == 1
    assert lesson.room.refused == 0
    lesson.hear("AUTH nobody bad", "WRONGPASS no", user=b"default")
    assert lesson.room.refused == 1


def test_what_strangers_say_changes_no_row(lesson: Lesson) -> None:
    before = lesson.room.rows(lesson.now)
    lesson.hear("SET anna:x 1", "NOAUTH Authentication required.", user=b"default")
    lesson.room.heard(lesson.now, b"\xff\xfe", [b"PING"])
    assert lesson.room.rows(lesson.now) == before


def test_keys_are_those_that_were_counted_last(lesson: Lesson) -> None:
    lesson.room.counted({b"anna": 3, b"boris": 1, b"\xff": 9})
    assert (lesson.row("anna").keys, lesson.row("boris").keys) == (3, 1)
    lesson.room.counted({b"boris": 1})
    assert lesson.row("anna").keys == 0
