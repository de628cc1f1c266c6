"""Calls of Django's cache and commands for Memcached, in lines."""

from __future__ import annotations

import pytest
from prompt_toolkit.document import Document

from tests.console.plain.kit import Script
from tests.console.plain.test_typing import completions, terminal
from tests.console.plain.test_whole_course import play_exercise, play_question
from tests.course.besidekit import write_lesson
from tutor.console.plain.typing import PromptReader
from tutor.course.loader import load_course
from tutor.course.model import Course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return load_course(write_lesson(tmp_path_factory.mktemp("beside") / "lessons"))


def test_a_call_prints_its_value_and_what_it_sent(course: Course) -> None:
    script = Script("tiny", "cached", course=course)
    said = script.type('cache.set("board", [1, 2], timeout=60)')
    assert "master   SET myapp:1:board" in said
    assert "✓ " in said
    said = script.type('cache.get("board")')
    assert said.startswith("[1, 2]\n  master   GET myapp:1:board")
    assert "Done. next goes on." in said


def test_examples_show_calls_as_they_were_carried_out(course: Course) -> None:
    said = Script("tiny", "show", course=course).page.text
    assert "> cache.get(\"motd\")\n'hi'\n  master   GET myapp:1:motd" in said


def test_an_error_of_python_is_told_without_a_card_of_redis(course: Course) -> None:
    said = Script("tiny", "cached", course=course).type('cache.incr("nothing")')
    assert "ValueError" in said
    assert "▌" not in said


def test_a_call_is_taken_back_under_its_own_name(course: Course) -> None:
    script = Script("tiny", "cached", course=course)
    script.type('cache.set("board", [1, 2])')
    assert 'Taken back: cache.set("board", [1, 2])' in script.type("undo")


def test_a_word_of_the_course_stays_one_beside_python(course: Course) -> None:
    script = Script("tiny", "cached", course=course)
    assert "1/4" in script.type("hint")
    assert "GET myapp:1:other" in script.type("show = cache.get('other')")


def test_memcached_answers_in_its_own_words(course: Course) -> None:
    script = Script("tiny", "rival", course=course)
    assert script.type(":mc set k 0 60 hello").startswith("STORED\n")
    assert script.type(":mc get k").startswith("VALUE k 0 5\nhello\nEND\n")


@pytest.mark.parametrize("step", ["cached", "rival", "spread"])
def test_such_exercises_are_solved_in_lines(course: Course, step: str) -> None:
    script = Script("tiny", step, course=course)
    play_exercise(script, script.player.step)


def test_a_prediction_shows_the_calls_that_were_run(course: Course) -> None:
    script = Script("tiny", "foretell", course=course)
    assert "What will the answer be?" in script.page.text
    play_question(script, script.player.step, 1)
    assert '> cache.set("pair", (1, 2))\n' in script.page.text
    assert '> cache.get("pair")\n[1, 2]\n' in script.page.text


def test_calls_are_completed_and_coloured_as_python(course: Course) -> None:
    script = Script("tiny", "cached", course=course)
    assert "set(" in completions(script, "cache.se")
    with terminal():
        reader = PromptReader(script.page)
        reader._desk = script.lesson
        lexer = reader._session.lexer
        assert lexer is not None
        pieces = lexer.lex_document(Document('cache.get("k")'))(0)
    assert "".join(text for _style, text, *_more in pieces) == 'cache.get("k")'
    assert all("unknown-command" not in style for style, *_more in pieces)
