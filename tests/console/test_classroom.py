"""`redis-tutor class` in lines, and `learn --join`: what is printed, and what goes wrong."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.network.serving import free_port
from tutor import cli, i18n
from tutor.console.classoptions import add_arguments
from tutor.console.classroom import ClassLog, ended, opened
from tutor.console.classwords import ago, place_text, rule_text, stuck_text
from tutor.console.joining import join, why_not
from tutor.course.classroom.hall import Hall
from tutor.course.classroom.model import Place
from tutor.course.classroom.roster import Roster
from tutor.course.loader import load_course
from tutor.network.link import LinkError

COURSE = Path(__file__).parents[1] / "tui" / "course"


@pytest.fixture(autouse=True)
def english() -> None:
    i18n.set_language("en")


def asked(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser.add_argument_group("options"))
    return parser.parse_args(words)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["--learners", "anna,Anna"], "two learners called Anna"),
        (["--learners", "no/such.txt"], "no/such.txt"),
        (["--bind", "203.0.113.1"], "cannot be opened on 203.0.113.1"),
    ],
)
def test_a_class_that_cannot_be_opened_says_why(
    words: list[str], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert opened(asked("--port", "0", *words)) is None
    assert part in capsys.readouterr().err


def test_a_taken_port_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        assert opened(asked("--port", port)) is None
    assert f"Port {port} is taken" in capsys.readouterr().err


def test_a_sheet_that_cannot_be_written_is_an_error_at_the_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(Hall(Roster(["anna"])), str(tmp_path / "no" / "class.csv")) == 1
    assert "class.csv" in capsys.readouterr().err


def test_a_line_is_said_when_something_has_changed_and_only_then() -> None:
    hall = Hall(Roster(["Анна"]))
    (anna,) = hall.roster
    said: list[str] = []
    log = ClassLog(hall, load_course(COURSE), said.append)
    log.look()
    assert said == []
    session = hall.world.engine.connect("10.0.0.7:1")
    hall.world.engine.execute(session, [b"AUTH", anna.user, hall.words["anna"].encode()])
    log.look()
    log.look()
    assert [line[9:] for line in said] == ["Анна: here, 1 client: 10.0.0.7"]
    place = Place("sample", "first", 2, 7, failed=3, tries=3)
    words = [word.encode() for pair in place.fields().items() for word in pair]
    hall.world.engine.execute(session, [b"HSET", b"anna:.tutor", *words])
    log.look()
    assert said[-1][9:].startswith("Анна: at work, 2/7 ")
    assert said[-1].endswith("stuck: tries that failed")
    guest = hall.world.engine.connect("10.0.0.8:1")
    hall.world.engine.execute(guest, [b"AUTH", b"nobody", b"x"])
    log.look()
    assert said[-1] == "1 login with no learner's name"


def test_words_of_the_class() -> None:
    course = load_course(COURSE)
    assert place_text(Place(), course) == ""
    assert place_text(Place("gone", "x", 1, 3), course) == "1/3 gone"
    assert [ago(ms) for ms in (None, 0, 59_999, 60_000, 7_200_000)] == [
        "", "0 s", "59 s", "1 min", "2 h",
    ]  # fmt: skip
    assert "3 errors in a row" in rule_text()
    assert stuck_text("") == ""


def test_an_absent_class_is_no_reason_not_to_learn() -> None:
    joined = join(f"redis://anna:w@127.0.0.1:{free_port()}")
    assert "cannot be reached" in joined.greeting
    joined.close()


def test_a_wrong_word_is_told_without_it() -> None:
    hall = Hall(Roster(["Anna"]))
    hall.open(free_port())
    try:
        with pytest.raises(LinkError) as caught:
            join(f"redis://anna:wrong-word@127.0.0.1:{hall.service.port}")
        assert "ask for the address" in why_not(caught.value)
        assert "wrong-word" not in why_not(caught.value)
        (anna,) = hall.roster
        joined = join(hall.url(anna))
        assert "as anna" in joined.greeting
        joined.close()
    finally:
        hall.close()


def test_an_address_without_a_name_is_refused_before_anything_is_opened(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_TUTOR_HOME", str(tmp_path))
    code = cli.main(["learn", "string", "--plain", "--lang", "en", "--join", "redis://127.0.0.1:1"])
    assert code == 2
    assert "names no learner" in capsys.readouterr().err


def test_the_command_serves_until_it_is_interrupted_and_writes_the_sheet(tmp_path: Path) -> None:
    port, sheet = free_port(), tmp_path / "class.csv"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "tutor", "class", "--plain", "--lang", "en"),
            *("--learners", "Анна", "--port", str(port), "--csv", str(sheet)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "REDIS_TUTOR_HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line)
            if "--join" in line:
                break
        url = re.search(r"redis://\S+", lines[-1])
        assert url is not None
        joined = join(url[0])
        joined.link.tell(Place("string", "set", 2, 9).fields())
        for line in process.stdout:
            lines.append(line)
            if "2/9" in line:
                break
        joined.close()
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert "Written" in rest
    assert "Traceback" not in "".join(lines) + rest
    assert "Анна,string,set,begun,0,0,0,0,2" in sheet.read_text(encoding="utf-8-sig")
