"""`redis-tutor` in a process of its own: a pipe, TERM=dumb, exit codes."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.console.pasting import as_one_line
from tutor.course.loader import load_course
from tutor.course.progress import Progress
from tutor.diagrams.canvas import width_of

ROOT = Path(__file__).resolve().parents[3]


def tutor(home: Path, typed: str, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run ``redis-tutor`` with this on standard input."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "REDIS_TUTOR_HOME": str(home), **environ}
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words],
        input=typed,
        capture_output=True,
        timeout=60,
        env=env,
        check=False,
        encoding="utf-8",
    )


def test_a_lesson_plays_in_a_pipe_without_being_asked_to(home: Path) -> None:
    done = tutor(
        home,
        'go append\nAPPEND greeting "!"\n:reset\nAPPEND greeting ", Анна!"\nnext\n',
        *("lesson", "string", "--lang", "ru"),
        TERM="dumb",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert max(map(width_of, done.stdout.splitlines())) <= 72
    assert "✗ значение: есть «Привет!», нужно «Привет, Анна!»" in done.stdout
    assert "✓ значение: «Привет, Анна!»" in done.stdout
    assert "шаг 5 из 10" in done.stdout


def way_through(lesson: str) -> str:
    """What solves every step of a lesson, one line after another."""
    typed: list[str] = []
    for step in load_course().lesson(lesson).steps:
        typed += [as_one_line(line.text) for line in step.solution]
        typed += ["1"] * (step.predict is not None or step.quiz is not None)
        typed.append("next")
    return "".join(f"{line}\n" for line in typed)


@pytest.mark.parametrize(
    ("lesson", "lang", "end"),
    [
        ("hash", "en", "Finished: "),
        ("transactions", "ru", "Пройдено: "),
        ("replication", "en", "Finished: "),
    ],
)
def test_a_whole_lesson_can_be_scripted(home: Path, lesson: str, lang: str, end: str) -> None:
    done = tutor(home, way_through(lesson), "lesson", lesson, "--lang", lang, TERM="dumb")
    assert (done.returncode, done.stderr) == (0, "")
    assert end in done.stdout
    assert "\x1b" not in done.stdout
    assert max(map(width_of, done.stdout.splitlines())) <= 72
    summary = Progress(home).summary(lesson)
    assert len(summary.done) == summary.steps


def test_progress_stays_from_one_run_to_the_next(home: Path) -> None:
    tutor(home, "next\nSET session:abc123 1\n", "lesson", "string", "--plain", "--lang", "en")
    done = tutor(home, "1\nlessons\n3\nundo\n", "--plain", "--lang", "en")
    assert "(string, 1 of 10, go on here)" in done.stdout.replace("\n     ", " ")
    assert "Taken back: SET session:abc123 1" in done.stdout


def test_ascii_is_only_ascii_but_for_letters(home: Path) -> None:
    done = tutor(home, "go 3\n2\n", "lesson", "string", "--ascii", "--lang", "en", TERM="dumb")
    signs = {one for one in done.stdout if not one.isascii() and not one.isalpha()}
    assert signs == set()
    assert "+ 2. (integer) 12 (your answer)" in done.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [(["lesson", "nosuch"], "nosuch"), (["lesson", "string", "--step", "99"], "99")],
)
def test_what_is_not_there_ends_with_code_2(home: Path, words: list[str], problem: str) -> None:
    done = tutor(home, "", *words, "--plain", "--lang", "en")
    assert done.returncode == 2
    assert done.stdout == ""
    assert problem in done.stderr


def test_russian_gives_way_where_it_cannot_be_written(home: Path) -> None:
    done = tutor(home, "", "--plain", PYTHONIOENCODING="ascii", LANG="ru_RU.UTF-8", LANGUAGE="ru")
    assert "Type the number of a lesson" in done.stdout
    assert done.stdout.isascii()


def test_whoever_reads_no_further_ends_it_quietly(home: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "REDIS_TUTOR_HOME": str(home)}
    command = [sys.executable, "-m", "tutor", "lesson", "string", "--plain"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env) as process:
        assert process.stdout is not None
        process.stdout.close()
        _out, problem = process.communicate(b"help\n" * 50, timeout=60)
    assert problem == b""


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
@pytest.mark.parametrize(("term", "plain"), [("dumb", []), ("xterm", ["--plain"])])
def test_a_terminal_keeps_its_screen(home: Path, term: str, plain: list[str]) -> None:
    """A dumb one gets no escape sequence at all, another one no other screen."""
    import pty

    env = {**os.environ, "PYTHONPATH": str(ROOT), "REDIS_TUTOR_HOME": str(home), "TERM": term}
    env.pop("NO_COLOR", None)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tutor", "lesson", "string", "--lang", "en", *plain]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = _read_until(ours, b":6379>")
        os.write(ours, b"PING\r" if term == "xterm" else b"PING\n")
        seen += _read_until(ours, b"PONG")
        os.write(ours, b"quit\r" if term == "xterm" else b"quit\n")
        seen += _read_until(ours, b"Until next time")
        process.wait(60)
    os.close(ours)
    assert process.returncode == 0
    assert b"\x1b[?1049h" not in seen
    assert (b"\x1b" in seen) is (term == "xterm")


def _read_until(terminal: int, wanted: bytes) -> bytes:
    """What comes until these bytes have come; a prompt that asks where the cursor is hears it."""
    seen = b""
    while wanted not in seen:
        ready, _w, _x = select.select([terminal], [], [], 30)
        assert ready, seen
        come = os.read(terminal, 4096)
        seen += come
        if b"\x1b[6n" in come:
            os.write(terminal, b"\x1b[1;1R")
    return seen
