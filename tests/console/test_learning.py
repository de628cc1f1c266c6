"""`redis-tutor progress`, `review` and `cheatsheet`: what they print, write and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tutor.cli import main
from tutor.course.loader import load_course
from tutor.course.model import Course
from tutor.course.player import Player
from tutor.course.progress import FILE_NAME, Progress
from tutor.engine.clock import SystemClock, VirtualClock

DAY_US = 86_400_000_000


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(folder))
    monkeypatch.setenv("LANG", "C")
    return folder


@pytest.fixture(scope="module")
def course() -> Course:
    return load_course()


def begin(course: Course, days_ago: int = 0) -> None:
    """One step of the lesson `string` solved after a mistake, one question answered wrongly."""
    clock = VirtualClock(SystemClock().now_us() - days_ago * DAY_US)
    player = Player(course, "string", clock=clock, progress=Progress())
    for step in player.lesson.steps:
        player.jump(step.id)
        if step.kind == "exercise":
            for line in (*step.reject[0].run, *step.reject[0].recover, *step.solution):
                player.run(line.argv)
        elif step.kind in ("predict", "quiz"):
            question = player.question()
            assert question is not None
            player.answer(question.options[-1].id)


def said(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    code = main([*argv, "--lang", "en"])
    out, err = capsys.readouterr()
    return code, out, err


def test_progress_tells_every_lesson_and_where_to_go_on(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = said(capsys, "progress")
    assert (code, err) == (0, "")
    for lesson in course.lessons:
        assert lesson.title("en") in out
    assert "Nothing to review yet" in out
    begin(course)
    _code, out, _err = said(capsys, "progress")
    assert "Steps done: 0 of" not in out
    assert "open: " in out
    assert "Go on with: STRING" in out
    assert "(redis-tutor learn string)" in " ".join(out.split())


def test_review_lists_what_is_due(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    begin(course, days_ago=30)
    code, out, _err = said(capsys, "review", "--list")
    assert code == 0
    assert "due: redis-tutor review" in out
    assert "STRING" in out


def test_the_cheat_sheet_is_printed_or_written(
    course: Course, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    begin(course)
    code, out, _err = said(capsys, "cheatsheet", "string")
    assert code == 0
    assert "**`SET`**" in out
    file = tmp_path / "sheet.md"
    code, words, _err = said(capsys, "cheatsheet", "--output", str(file))
    assert (code, words) == (0, f"Written: {file}\n")
    assert file.read_text(encoding="utf-8") == out


def test_an_empty_cheat_sheet_and_a_lesson_that_is_not_there_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _out, err = said(capsys, "cheatsheet")
    assert (code, err[:18]) == (2, "Nothing was typed ")
    code, _out, err = said(capsys, "cheatsheet", "nowhere")
    assert code == 2
    assert "There is no lesson nowhere. There are: " in err


def test_progress_goes_to_another_machine_and_is_joined_there(
    course: Course, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    begin(course)
    file = tmp_path / "all.json"
    assert said(capsys, "progress", "export", str(file))[0] == 0
    done = Progress().summary("string").done
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(tmp_path / "other"))
    code, out, _err = said(capsys, "progress", "import", str(file))
    assert (code, out) == (0, f"{len(done)} steps became done.\n")
    assert Progress().summary("string").done == done
    code, out, _err = said(capsys, "progress", "import", str(file))
    assert out.startswith("0 steps became done.\nYour progress before that is kept as ")


def test_junk_changes_nothing_and_is_named_with_its_place(
    course: Course, capsys: pytest.CaptureFixture[str], tmp_path: Path, home: Path
) -> None:
    begin(course)
    before = (home / FILE_NAME).read_bytes()
    file = tmp_path / "junk.json"
    for text, place in (("{\n oops", "line 2, column 2"), (json.dumps({"a": 1}), "this is no")):
        file.write_text(text)
        code, _out, err = said(capsys, "progress", "import", str(file))
        assert code == 2
        assert err.startswith(f"{file}: {place}")
        assert err.endswith("Nothing was changed.\n")
    code, _out, err = said(capsys, "progress", "import", str(tmp_path / "absent.json"))
    assert (code, err) == (2, f"{tmp_path}/absent.json: No such file or directory\n")
    code, _out, err = said(capsys, "progress", "export", str(tmp_path / "no" / "folder.json"))
    assert code == 2
    assert [path.name for path in home.glob("*.json")] == [FILE_NAME]
    assert (home / FILE_NAME).read_bytes() == before


def test_a_deed_without_its_name_and_a_lesson_without_an_exam_are_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for deed in ("export", "import", "report"):
        code, _out, err = said(capsys, "progress", deed)
        assert (code, err) == (2, f"progress {deed} needs a name\n")
    code, _out, err = said(capsys, "progress", "report", "string")
    assert (code, err) == (2, "The lesson string has no exam.\n")


def test_the_report_on_an_exam_is_made_of_what_was_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.course.lessonkit import write_lesson

    root = write_lesson(tmp_path / "lessons")
    with (root / "tiny" / "lesson.toml").open("a", encoding="utf-8") as text:
        text.write("\n[step.exam]\nminutes = 5\n")
    course = load_course(root)
    monkeypatch.setattr("tutor.course.loader.lessons_folder", lambda: root)
    code, _out, err = said(capsys, "progress", "report", "tiny")
    assert (code, err) == (2, "The exam has not been begun yet.\n")
    player = Player(course, "tiny", "delta", progress=Progress())
    player.run_line("SET delta:key 24")
    code, out, _err = said(capsys, "progress", "report", "tiny")
    assert code == 0
    assert out.startswith("# Exam report\n")
    assert "## Not fixed" in out
    file = tmp_path / "report.md"
    said(capsys, "progress", "report", "tiny", "--output", str(file))
    assert file.read_text(encoding="utf-8").startswith("# Exam report\n")


def test_the_history_of_a_lesson_tells_what_was_done_when(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = said(capsys, "progress", "history", "string")
    assert (code, err) == (2, "Nothing was done in this lesson yet.\n")
    player = Player(course, "string", clock=VirtualClock(), progress=Progress())
    step = next(step for step in player.lesson.steps if step.kind == "exercise")
    player.jump(step.id)
    player.run_line("GETT x")
    player.run(step.reject[0].run[0].argv)
    player.run_line("SET x 1")
    player.undo()
    player.hint()
    player.reset()
    player.solution()
    for line in step.solution:
        player.run(line.argv)
    question = next(step for step in player.lesson.steps if step.kind == "predict")
    player.jump(question.id)
    player.answer(next(iter(question.predict.options)) if question.predict else "")
    code, out, _err = said(capsys, "progress", "history", "string")
    assert code == 0
    for text in (
        "> GETT x  (error) ERR unknown command", "feedback: ", "a command taken back",
        "hint 1 opened", "begun again", "the solution was seen", "right now: ",
        "done after the solution was seen", "answer: ", "done: the answer was ",
    ):  # fmt: skip
        assert text in out
