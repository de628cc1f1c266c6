"""The cheat sheet is made of the learner's own commands, and shows exactly what they typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.course.labkit import write_lesson as write_lab_lesson
from tutor.course.cheatsheet import MOST_LINES, Manner, cheat_sheet
from tutor.course.loader import load_course
from tutor.course.markdown import code, escaped, fenced
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import Progress
from tutor.engine.clock import VirtualClock
from tutor.i18n import set_language

MANNER = Manner(str, str)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "home")


def sheet(course: Course, progress: Progress) -> str:
    return cheat_sheet(course, progress, MANNER)


def tokens(text: str) -> list[Token]:
    return READER.parse(text)


def blocks(text: str) -> list[str]:
    """The contents of all fenced blocks."""
    return [token.content for token in tokens(text) if token.type == "fence"]


def test_it_has_own_commands_with_what_they_do_recaps_and_mistakes(
    tiny: Course, progress: Progress
) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run_line("SET alpha:key 24")
    player.run_line("APPEND alpha:key")
    player.run_line("SET alpha:key 42")
    text = sheet(tiny, progress)
    assert text.startswith("# My Redis cheat sheet\n\n## A trial\n")
    assert "**`SET`** — Write a string" in text
    own, _recaps = text.split("### Worth remembering")
    assert blocks(own) == ["SET alpha:key 24\nSET alpha:key 42\n"]
    assert "APPEND" not in own
    assert "**Writing**\n\nDone." in text
    wrong = text.split("### What went wrong, and why")[1]
    assert "> The key now holds `24`: the digits are the other way round." in wrong
    assert any("(error) ERR wrong number of arguments" in block for block in blocks(wrong))


def test_it_is_in_the_language_of_the_moment(tiny: Course, progress: Progress) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run_line("SET alpha:key 24")
    player.run_line("SET alpha:key 42")
    set_language("ru")
    text = sheet(tiny, progress)
    assert "## Проба" in text
    assert "**`SET`** — Записать значение строки" in text
    assert "> Сейчас в\u00a0ключе `24`: цифры стоят наоборот." in text
    assert "Готово." in text


def test_what_was_typed_before_a_reset_stands_in_it(tiny: Course, progress: Progress) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run_line("SET alpha:key 24")
    player.reset()
    assert blocks(sheet(tiny, progress))[0] == "SET alpha:key 24\n"


def test_of_one_command_the_newest_lines_are_shown_each_once(
    tiny: Course, progress: Progress
) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    for number in range(9):
        player.run_line(f"GET k{number}")
    player.run_line("GET k6")
    lines = blocks(sheet(tiny, progress))[0].splitlines()
    assert lines == ["GET k4", "GET k5", "GET k7", "GET k8", "GET k6"]
    assert len(lines) == MOST_LINES


def test_a_subcommand_has_its_own_words(tiny: Course, progress: Progress) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run_line("OBJECT ENCODING other")
    assert "**`OBJECT ENCODING`** — " in sheet(tiny, progress)


def test_moves_in_a_lab_are_told_with_their_node(tmp_path: Path, progress: Progress) -> None:
    course = load_course(write_lab_lesson(tmp_path / "lessons"))
    player = Player(course, "tiny", "tie", clock=VirtualClock(), progress=progress)
    player.run_line(":cut master-replica1")
    player.run_line(":on replica1 ROLE")
    text = sheet(course, progress)
    assert "**Moves**" in text
    assert blocks(text)[:2] == [":cut master-replica1\n", "replica1> ROLE\n"]


def test_a_step_played_before_there_were_diaries_is_in_it(tiny: Course, progress: Progress) -> None:
    attempt = {"actions": [["run", 0, "SET", "alpha:key", "a b"], ["undo", 1], ["run", 2]]}
    progress.keep("tiny", {"step": "alpha", "attempts": {"alpha": attempt}}, 7)
    assert blocks(sheet(tiny, progress)) == ['SET alpha:key "a b"\n']


def test_nothing_typed_is_no_sheet(tiny: Course, progress: Progress) -> None:
    assert sheet(tiny, progress) == ""
    Player(tiny, "tiny", "intro", clock=VirtualClock(), progress=progress).next()
    assert sheet(tiny, progress) == ""
    assert cheat_sheet(tiny, progress, MANNER, ["tiny"]) == ""


NASTY = ["```", "`a`", "<script>alert(1)</script>", "| a | b |", "# x", "**b** _i_", "[l](u)", "\\"]


@pytest.mark.parametrize("value", NASTY)
def test_what_was_typed_can_never_become_a_mark(
    tiny: Course, progress: Progress, value: str
) -> None:
    player = Player(tiny, "tiny", "alpha", clock=VirtualClock(), progress=progress)
    player.run([b"SET", b"alpha:key", value.encode()])
    text = sheet(tiny, progress)
    allowed = {"heading", "paragraph", "fence", "inline", "blockquote"}
    seen = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens(text)}
    assert seen <= allowed
    assert value in blocks(text)[0]


@given(st.text(max_size=40))
def test_escaped_words_read_as_they_were_written(text: str) -> None:
    inline = [token for token in tokens(escaped(text)) if token.type == "inline"]
    kinds = {token.type for token in tokens(escaped(text))}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline"}
    children = [child for token in inline for child in token.children or []]
    assert {child.type for child in children} <= {"text", "text_special"}
    shown = "".join(child.content for child in children)
    assert shown.split() == escaped_free(text).split()


def escaped_free(text: str) -> str:
    from tutor.course.markdown import one_line

    return one_line(text).replace("\x00", "�")


@given(st.text(max_size=40))
def test_a_code_span_shows_exactly_the_text(text: str) -> None:
    made = code(text)
    (inline,) = [token for token in tokens(f"a {made} b") if token.type == "inline"]
    spans = [child for child in inline.children or [] if child.type == "code_inline"]
    assert len(spans) == 1
    assert "".join(spans[0].content.split()) == "".join(escaped_free(text).split())


@given(st.lists(st.text("`~ab\n\r", max_size=12), max_size=5))
def test_no_line_can_close_a_fence(lines: list[str]) -> None:
    found = [token.type for token in tokens(fenced(lines) + "\n\nend")]
    assert found[:1] == ["fence"]
    assert found[1:] == ["paragraph_open", "inline", "paragraph_close"]
