"""A lesson played without a screen: from start to end, in two languages, left and come back to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.course.lessonkit import edit
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.course.prose import Prose, Text, Transcript
from tutor.engine.clock import VirtualClock
from tutor.engine.cmdline import UnbalancedQuotes
from tutor.engine.replies import BLOCKED, is_error
from tutor.i18n import set_language


def words(prose: Prose) -> str:
    return " ".join(block.markdown for block in prose if isinstance(block, Text))


def player_at(course: Course, step: str, clock: VirtualClock | None = None) -> Player:
    return Player(course, "string", step, clock=clock or VirtualClock())


def test_lesson_string_from_start_to_end_with_a_change_of_language_and_a_break(
    course: Course, tmp_path: Path
) -> None:
    set_language("ru")
    clock = VirtualClock()
    player = Player(course, "string", clock=clock, progress=Progress(tmp_path))
    assert player.lesson_title() == "STRING: сессии, счётчики, кэш"
    played = []
    while True:
        step = player.step
        played.append(step.id)
        view = player.view()
        assert view.title
        assert view.body
        assert not view.stale
        assert not view.missing
        if step.id == "counter":
            before = [line.text for check in player.checks() for line in check.lines]
            player.run_line("INCR views:puer")
            set_language("en")
            assert "puer page was opened 3 times" in words(player.view().task)
            after = [line.text for check in player.checks() for line in check.lines]
            assert len(before) == len(after)
            player.run_line("INCR views:puer")
            player = Player(course, "string", clock=clock, progress=Progress(tmp_path))
            assert player.step.id == "counter"
            assert [entry.reply for entry in player.world.history] == [1, 2]
            assert player.run_line("INCR views:puer").just_passed
        elif step.kind == "exercise":
            assert not player.passed
            for line in step.solution:
                turn = player.run(line.argv)
                assert not is_error(turn.reply)
            assert turn.passed
            assert all(check.ok for check in player.checks())
            assert player.feedback() is None
            assert player.view().recap
        elif step.kind in ("predict", "quiz"):
            question = player.question()
            assert question is not None
            assert not question.answered
            verdicts = {option.id: player_at(course, step.id).answer(option.id).correct
                        for option in question.options}  # fmt: skip
            assert sum(verdicts.values()) == 1
            player.answer(next(id_ for id_, right in verdicts.items() if right))
        if not player.next():
            break
    assert played == [step.id for step in course.lesson("string").steps]
    assert all(mark.done for mark in player.marks())
    assert not any(mark.assisted for mark in player.marks())
    summary = Progress(tmp_path).summary("string")
    assert len(summary.done) == summary.steps == 10


def test_examples_in_the_prose_show_replies_of_the_engine(course: Course) -> None:
    body = player_at(course, "what").view().body
    (transcript,) = [block for block in body if isinstance(block, Transcript)]
    assert [exchange.reply for exchange in transcript.exchanges] == [
        "Пуэр".encode(), b"OK", "Шу пуэр".encode()]  # fmt: skip


def test_a_mistake_is_explained_and_the_explanation_follows_the_language(course: Course) -> None:
    player = player_at(course, "cache")
    player.run_line('SET page:puer "<h1>Пуэр</h1>" EX 60')
    turn = player.run_line('SET page:puer "<h1>Пуэр</h1>"')
    assert turn.feedback is not None
    assert turn.feedback.id == "lost"
    assert "There were 60 s left before" in words(turn.feedback.prose)
    set_language("ru")
    feedback = player.feedback()
    assert feedback is not None
    assert "Раньше оставалось 60 с" in words(feedback.prose)


def test_feedback_counts_in_the_grammar_of_the_language(course: Course) -> None:
    player = player_at(course, "forms")
    expected = {1: ("1 byte,", "1 байт,"), 2: ("2 bytes,", "2 байта,"), 5: ("5 bytes,", "5 байт,"),
                21: ("21 bytes,", "21 байт,")}  # fmt: skip
    player.run_line("SET stock 1")
    player.run_line("SET title x")
    for length, (en, ru) in expected.items():
        player.run([b"SET", b"about", b"x" * length])
        for language, text in (("en", en), ("ru", ru)):
            set_language(language)
            feedback = player.feedback()
            assert feedback is not None
            assert text in words(feedback.prose)


def test_on_the_way_to_green_the_catch_all_is_quiet(course: Course) -> None:
    player = player_at(course, "forms")
    player.run_line("PING")
    feedback = player.feedback()
    assert feedback is not None
    assert (feedback.id, feedback.quiet) == ("start", False)
    turn = player.run_line("SET stock 1")
    assert turn.feedback is not None
    assert (turn.feedback.id, turn.feedback.quiet) == ("start", True)


def test_checks_name_the_key_only_where_there_is_more_than_one(course: Course) -> None:
    forms = [line.text for check in player_at(course, "forms").checks() for line in check.lines]
    assert forms[0] == "stock · encoding: int"
    session = player_at(course, "session").checks()
    assert session[0].lines[0].text == "type of the key: string"
    assert [line.text for line in session[1].lines] == ["the session was read"]
    assert session[0].lines[0].status == "pending"


def test_hints_open_one_by_one_and_the_last_is_pasted_not_run(course: Course) -> None:
    player = player_at(course, "session")
    assert player.hints() == []
    names = []
    while True:
        hint = player.hint()
        if hint is None:
            break
        names.append(hint.name)
        assert player.hints()[-1] == hint
        assert player.assisted == (hint.name == "solution")
    assert names == ["idea", "family", "skeleton", "solution"]
    last = player.hints()[-1]
    assert last.paste == 'SET session:abc123 "user_id=123;theme=dark"'
    assert player.hints_left == 0
    assert player.world.history == []
    player.run_line(last.paste)
    assert player.hints()[-1].paste == "GET session:abc123"


def test_a_hint_about_what_is_already_right_is_passed_over(course: Course) -> None:
    player = player_at(course, "cache")
    player.run_line('SET page:puer "<h1>Пуэр</h1>"')
    hint = player.hint()
    assert hint is not None
    assert hint.rung == 2


def test_the_solution_is_shown_and_remembered_as_help(course: Course) -> None:
    player = player_at(course, "cache")
    assert player.solution() == ['SET page:puer "<h1>Пуэр</h1>" EX 60']
    assert player.assisted
    assert player.world.history == []
    assert player_at(course, "what").solution() == []
    assert player_at(course, "what").hint() is None


def test_undo_and_redo_move_the_verdict(course: Course) -> None:
    player = player_at(course, "counter")
    player.run_line("INCRBY views:puer 3")
    assert player.passed
    assert player.undo() is not None
    assert not player.passed
    assert player.done
    assert player.redo() is not None
    assert player.passed
    assert player.redo() is None


def test_reset_is_total(course: Course) -> None:
    player = player_at(course, "counter")
    player.hint()
    for line in ("SELECT 3", "SET views:oolong 1", "MULTI", "INCR views:puer"):
        player.run_line(line)
    world = player.world
    player.reset()
    assert player.world is not world
    assert player.world.history == []
    assert player.run_line("GET views:oolong").reply == b"7"
    assert len(player.hints()) == 1


def test_every_step_can_be_reached_and_keeps_what_was_done_in_it(course: Course) -> None:
    player = player_at(course, "counter")
    player.run_line("INCR views:puer")
    player.jump("cache")
    assert player.run_line("GET views:puer").reply is None
    player.jump("counter")
    assert [entry.reply for entry in player.world.history] == [1]
    assert player.previous()
    assert player.step.id == "append"
    player.jump("what")
    assert not player.previous()
    with pytest.raises(KeyError):
        player.jump("nowhere")


def test_a_predict_question_is_answered_by_the_engine_and_then_run(course: Course) -> None:
    player = player_at(course, "bytes")
    question = player.question()
    assert question is not None
    assert question.run == ('SET greeting "Привет"',)
    assert question.ask == "STRLEN greeting"
    assert [option.label for option in question.options] == [
        "(integer) 6", "(integer) 12", "(integer) 8", "(integer) 0"]  # fmt: skip
    assert player.world.history == []
    answer = player.answer("letters")
    assert not answer.correct
    assert answer.reply == 12
    assert "Six is the number of letters" in words(answer.explanation)
    assert [entry.reply for entry in player.world.history] == [b"OK", 12]
    again = player.question()
    assert again is not None
    assert [(o.id, o.chosen, o.correct) for o in again.options if o.chosen or o.correct] == [
        ("letters", True, False), ("bytes", False, True)]  # fmt: skip
    assert player.done
    with pytest.raises(KeyError):
        player.answer("nothing")
    with pytest.raises(ValueError, match="no question"):
        player_at(course, "what").answer("x")


def test_state_is_json_and_comes_back_exactly(course: Course) -> None:
    clock = VirtualClock()
    player = player_at(course, "cache", clock)
    player.run([b"SET", b"page:puer", b"\xff\x00 bytes", b"EX", b"60"])
    clock.advance(ms=20_000)
    player.run_line("SADD pool a b c d e f g h i j k")
    player.run_line("SPOP pool 3")
    player.run_line("DEL page:puer")
    player.undo()
    player.hint()
    kept = json.loads(json.dumps(player.state()))

    later = VirtualClock(clock.now_us() + 3_600_000_000)
    back = Player(course, "string", clock=later)
    back.restore(kept)
    assert back.step.id == "cache"
    assert [e.argv for e in back.world.history] == [e.argv for e in player.world.history]
    assert [e.reply for e in back.world.history] == [e.reply for e in player.world.history]
    assert back.run_line("GET page:puer").reply == b"\xff\x00 bytes"
    assert back.run_line("TTL page:puer").reply == 40
    assert back.run_line("SRANDMEMBER pool 2").reply == player.run_line("SRANDMEMBER pool 2").reply
    assert len(back.hints()) == 1
    redone = back.redo()
    assert redone is not None
    assert redone.argv == (b"DEL", b"page:puer")
    assert back.run_line("EXISTS page:puer").reply == 0


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"step": "gone", "attempts": {}},
        {"step": "cache", "attempts": {"cache": {"actions": "nonsense", "rung": "x"}}},
        {"attempts": {"cache": {"actions": [["run", -1], ["fly", 0, "x"], 7, ["run", 0, "PING"]]}}},
        {"step": 5, "attempts": [1]},
        {"attempts": {"cache": None, "gone": {"done": True}}},
    ],
)  # fmt: skip
def test_a_state_that_does_not_fit_gives_a_clean_start(
    course: Course, state: dict[str, object]
) -> None:
    player = player_at(course, "what")
    player.restore(state)
    player.jump("cache")
    assert len(player.world.history) <= 1
    assert player.checks()


def test_a_huge_value_does_not_go_into_the_progress_file(course: Course) -> None:
    player = player_at(course, "end")
    player.run([b"SET", b"small", b"x"])
    player.run([b"SET", b"novel", b"x" * 1_000_000])
    assert len(json.dumps(player.state())) < 10_000
    back = player_at(course, "end")
    back.restore(player.state())
    assert back.run_line("EXISTS small novel").reply == 1


def test_ids_of_earlier_releases_are_understood(course: Course) -> None:
    renamed = Course(course.lessons, {"string/old-cache": "string/cache"})
    player = Player(renamed, "string", clock=VirtualClock())
    player.restore({"step": "old-cache", "attempts": {"old-cache": {"done": True}}})
    assert player.step.id == "cache"
    assert player.done


def test_a_waiting_command_is_answered_by_time_or_cancelled(course: Course) -> None:
    clock = VirtualClock()
    player = player_at(course, "end", clock)
    assert player.run_line("BLPOP queue 5").reply is BLOCKED
    assert not player.tick()
    clock.advance(ms=5_100)
    assert player.tick()
    assert not player.world.waiting
    player.run_line("BLPOP queue 0")
    assert player.cancel()
    assert not player.cancel()
    assert player.run_line("PING").reply == b"PONG"
    back = Player(course, "string", clock=clock)
    back.restore(player.state())
    assert not back.world.waiting
    assert len(back.world.history) == 3


def test_time_alone_can_change_a_verdict(course: Course) -> None:
    clock = VirtualClock()
    player = player_at(course, "cache", clock)
    player.run_line('SET page:puer "<h1>Пуэр</h1>" EX 60')
    assert player.passed
    clock.advance(ms=61_000)
    assert player.tick()
    assert not player.passed
    assert player.done


def test_whoever_listens_is_told_of_every_change(course: Course) -> None:
    player = player_at(course, "counter")
    told: list[str] = []
    player.on_change = lambda: told.append(player.step.id)
    player.run_line("INCR views:puer")
    player.undo()
    player.redo()
    player.hint()
    player.reset()
    player.next()
    player.answer("whole")
    assert told == ["counter"] * 5 + ["atomic"] * 2


def test_bad_lines_are_refused_before_they_run(course: Course) -> None:
    player = player_at(course, "counter")
    with pytest.raises(UnbalancedQuotes):
        player.run_line('SET views:puer "3')
    with pytest.raises(ValueError, match="empty"):
        player.run_line("   ")
    assert player.world.history == []


def test_the_goal_is_a_world_of_its_own(course: Course) -> None:
    player = player_at(course, "append")
    goal = player.goal_world()
    assert goal is not None
    assert goal.run([b"GET", b"greeting"]) == "Привет, Анна!".encode()
    assert player.run_line("GET greeting").reply == "Привет".encode()
    assert player_at(course, "what").goal_world() is None


def test_a_text_that_one_language_lacks_is_shown_in_the_other_and_said_so(
    tiny_folder: Path,
) -> None:
    edit(tiny_folder / "tiny" / "ru.md", "## step:intro Начало", "## step:other Начало")
    set_language("ru")
    view = Player(load_course(tiny_folder), "tiny", clock=VirtualClock()).view()
    assert view.missing
    assert view.title == "The beginning"


def test_a_text_that_lags_behind_is_marked(tiny_folder: Path) -> None:
    edit(tiny_folder / "tiny" / "ru.md", "Строка лежит", "Всякая строка лежит")
    player = Player(load_course(tiny_folder), "tiny", clock=VirtualClock())
    assert player.view().stale
    set_language("ru")
    assert not player.view().stale
