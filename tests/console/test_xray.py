"""`redis-tutor xray` and the word ``:xray``: pictures outside the full screen."""

from __future__ import annotations

import io
import re
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from tests.console.test_commands import Screen
from tests.diagrams.samples import build
from tutor import cli
from tutor.console.editing import STYLE
from tutor.console.xray.printing import as_console, in_colour
from tutor.console.xray.sight import Sight, sight_in
from tutor.console.xray.staging import _event_of
from tutor.console.xray.watching import watch
from tutor.diagrams.canvas import Role
from tutor.engine.clock import VirtualClock
from tutor.engine.engine import Engine
from tutor.engine.world import World
from tutor.i18n import set_language

BIG = "CONFIG SET zset-max-listpack-entries 0"
PLAYERS = "ZADD lb 100 p1 120 p2 150 p3"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"):
        monkeypatch.delenv(variable, raising=False)
    yield
    set_language("en")


def xray(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What is printed: on standard output, or on standard error if it fails."""
    assert cli.main(["xray", *words]) == code
    shown = capsys.readouterr()
    return shown.err if code else shown.out


def steps(*lines: str) -> list[str]:
    return [word for line in lines for word in ("--run", line)]


# text


def test_the_picture_is_that_of_the_diagram_with_marks_on_the_last_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ["SADD k 1 2 3", "SADD k 70000"]
    text = xray(capsys, "k", *steps(*lines), "--width", "70")
    drawn = build(lines).draw(70).plain
    assert text.startswith(drawn + "\n\n⁺ SADD")
    assert "⁺70000" in text


def test_without_marks_nothing_is_marked_nor_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = xray(capsys, "k", *steps("SADD k 1", "SADD k 2"), "--no-marks")
    assert "⁺" not in text
    assert "SADD" not in text


def test_without_a_key_it_is_the_one_that_the_last_command_changed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert xray(capsys, *steps("SET a 1", "HSET h f v")).startswith("⁺new hash")
    moved = ["RPUSH a x y", "RPUSH b z", "LMOVE a b LEFT RIGHT"]
    assert xray(capsys, *steps(*moved)).startswith("list")
    renamed = xray(capsys, *steps("SET old 1", "RENAME old new"), "--plain")
    assert renamed.startswith("Key new ")


def test_steps_run_in_the_order_in_which_they_are_given(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "commands"
    file.write_text("# a remark\n\nAPPEND k b\nAPPEND k c  # another\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"APPEND k d\nAPPEND k e")))
    words = ["--run", "SET k a", "--file", str(file), "--file", "-", "--run", "2 APPEND k f"]
    assert "abcdeff" in xray(capsys, "k", *words, "--no-marks")


def test_what_a_command_did_to_a_key_of_this_name_elsewhere_is_not_told_of_this_one() -> None:
    world = World(Engine(VirtualClock(), seed=1))
    world.run([b"SET", b"k", b"1"])
    script = b"redis.call('SELECT', 1) redis.call('SET', 'k', '1') redis.call('APPEND', 'k', 'x')"
    world.run([b"EVAL", script, b"1", b"k"])
    here, there = sight_in(world, 0, b"k"), sight_in(world, 1, b"k")
    assert (here.conversions, here.events) == ((), ())
    assert there.conversions
    assert "append" in there.events


def test_the_same_seed_gives_the_same_towers(capsys: pytest.CaptureFixture[str]) -> None:
    members = "ZADD lb " + " ".join(f"{n} m{n}" for n in range(40))
    one, again, other = (
        xray(capsys, "lb", *steps(BIG, members), "--seed", seed) for seed in ("3", "3", "4")
    )
    assert one == again
    assert one != other


def test_the_width_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    for width in (20, 60, 200):
        text = xray(capsys, "lb", *steps(BIG, PLAYERS), "--width", str(width))
        assert max(map(len, text.splitlines())) <= width


def test_a_window_shows_a_part(capsys: pytest.CaptureFixture[str]) -> None:
    fill = "SADD s " + " ".join(map(str, range(300)))
    text = xray(capsys, "s", *steps(fill), "--window", "100:5", "--width", "90")
    assert "[100]" in text
    assert "[104]" in text
    assert "[105]" not in text


@pytest.mark.parametrize(
    "words",
    [
        ["--window", "x"],
        ["--window", "1:2:3"],
        ["--window=-1"],
        ["--width", "3"],
        ["--width", "x"],
        ["--scale", "0", "--png", "never.png"],
    ],
)
def test_a_wrong_number_is_explained(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    error = xray(capsys, "k", *steps("SET k 1"), *words, code=1)
    assert error.startswith(words[0].split("=")[0] + " takes ")


def test_ascii_and_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["k", *steps("HSET k f v"), "--no-marks"]
    assert xray(capsys, *words, "--ascii").isascii()
    told = xray(capsys, *words, "--plain")
    assert told.startswith("Key k has the type hash")
    assert not set("─│┌") & set(told)


def test_a_pipe_that_lacks_the_signs_gets_ascii(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="cp1251"))
    assert cli.main(["xray", "k", *steps("HSET k имя 日本")]) == 0
    text = out.getvalue().decode("cp1251")
    assert "+ total -+" in text or "+ total +" in text
    assert "имя" in text
    assert "\\u65e5\\u672c" in text


def test_keys_may_hold_any_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    run = steps('SET "a\\x00\\xff b" v')
    assert xray(capsys, '"a\\x00\\xff b"', *run, "--plain").startswith("Key a\\x00\\xff b has")
    assert xray(capsys, 'a"b', *steps("SET 'a\"b' v"), "--plain").startswith('Key a"b has')


def test_in_russian(capsys: pytest.CaptureFixture[str]) -> None:
    text = xray(capsys, "k", *steps("HSET k f v"), "--no-marks", "--lang", "ru")
    assert "без TTL" in text


# views


def test_every_view_that_fits_is_shown_under_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    text = xray(capsys, "lb", *steps(BIG, PLAYERS), "--all-views")
    names = [line for line in text.splitlines() if line in ("structure", "bytes", "text")]
    assert names == ["structure", "bytes", "text"]
    assert "zskiplistNode" in text
    assert "Rank 0 is p1" in text


def test_a_view_that_does_not_fit_names_those_that_do(capsys: pytest.CaptureFixture[str]) -> None:
    error = xray(capsys, "k", *steps("SET k v"), "--view", "nosuch", code=1)
    assert "nosuch" in error
    assert "structure, bytes" in error


def test_before_and_after(capsys: pytest.CaptureFixture[str]) -> None:
    text = xray(capsys, "k", *steps("SET k 12345", "APPEND k 6"), "--view", "diff")
    assert "int" in text
    assert "raw" in text
    gone = xray(capsys, "k", *steps("SET k 12345", "DEL k"), "--view", "diff")
    assert "gone" in gone


# what goes wrong


def test_a_missing_key_is_said_to_be_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no key nokey" in xray(capsys, "nokey", code=1)
    assert "removed it" in xray(capsys, "k", *steps("SET k 1", "DEL k"), code=1)
    assert "Which key?" in xray(capsys, code=1)
    assert "Which key?" in xray(capsys, *steps("PING"), code=1)


def test_a_failing_command_shows_its_error_and_its_card(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = ["SET k v", "LPUSH k x", "SET k never"]
    error = xray(capsys, "k", *steps(*lines), code=1)
    assert error.startswith("LPUSH k x\n(error) WRONGTYPE")
    assert "▌" in error


@pytest.mark.parametrize("looking", [["k"], ["--server", "map"], ["--slow"]])
@pytest.mark.parametrize("line", ["LPUSH k x", 'SET k "v', "0 SET k v"])
def test_the_line_of_a_file_that_fails_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, looking: list[str], line: str
) -> None:
    file = tmp_path / "commands"
    file.write_text(f"SET k v\n# a remark\n{line}\nSET k never\n", encoding="utf-8")
    error = xray(capsys, *looking, "--file", str(file), code=1)
    assert error.startswith(f"{file}:3:\n{line}")


def test_a_file_with_a_byte_order_mark(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "commands"
    file.write_text("SET k v\n", encoding="utf-8-sig")
    assert xray(capsys, "k", "--file", str(file), "--plain").startswith("Key k has")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SET k", "wrong number of arguments"),
        ("NOSUCH k", "unknown command"),
        ("PING", "Which key? PING names none."),
    ],
)
def test_without_a_key_a_wrong_command_is_the_first_thing_to_hear_of(
    capsys: pytest.CaptureFixture[str], line: str, told: str
) -> None:
    assert told in xray(capsys, *steps(line), code=1)


@pytest.mark.parametrize("line", ['SET k "v', "0 SET k v", "BLPOP k 0", "NOSUCH k"])
def test_lines_that_are_no_commands_end_it(capsys: pytest.CaptureFixture[str], line: str) -> None:
    error = xray(capsys, "k", *steps(line), code=1)
    assert "k" in error
    assert "Traceback" not in error


def test_files_that_cannot_be_read_or_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    absent = tmp_path / "nofile"
    words = ["k", "--lang", "ru"]
    error = xray(capsys, *words, "--file", str(absent), code=1)
    assert error == f"redis-tutor: {absent}: нет такого файла или папки\n"
    there = tmp_path / "nofolder" / "a.svg"
    error = xray(capsys, *words, *steps("SET k v"), "--svg", str(there), code=1)
    assert error == f"redis-tutor: {there}: нет такого файла или папки\n"
    error = xray(capsys, *words, *steps("SET k v"), "--svg", str(tmp_path), code=1)
    assert error == f"redis-tutor: {tmp_path}: это папка\n"


def test_a_key_that_went_while_it_was_watched_was_removed_by_nobody_in_particular() -> None:
    before = build(["SET k v"]).after
    gone = Sight(b"k", None, before, compared=True).misfit("structure")
    assert gone == "There is no key k any more."


@pytest.mark.parametrize(
    ("line", "event"),
    [("LPUSH k a", "lpush"), ("rpushx k a", "rpush"), ("LINSERT k BEFORE a b", None)],
)
def test_the_event_of_a_push_is_known_of_a_real_server_too(line: str, event: str | None) -> None:
    assert _event_of(line.encode().split()) == ((event,) if event else ())


def test_of_a_real_server_there_is_no_slow_motion(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["k", "--connect", "redis://127.0.0.1:1", "--slow"]
    for more in ([], ["--watch"]):
        assert "no slow motion" in xray(capsys, *words, *more, code=1)


def test_slow_motion_and_a_picture_are_two_wishes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--slow", "--svg", str(tmp_path / "a.svg"), *steps("SET k v")]
    assert "--gif" in xray(capsys, *words, code=1)


def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    error = xray(capsys, "k", "--connect", "redis://127.0.0.1:1", code=1)
    assert "127.0.0.1:1" in error
    assert "redis://" in xray(capsys, "k", "--connect", "nonsense", code=1)
    assert xray(capsys, "k", "--connect", "", code=1).startswith('"" is not an address')


# the whole server


def test_the_whole_server_is_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = steps("SET a 1 EX 100", "HSET h f v", "GET a")
    assert "a " in xray(capsys, "--server", "map", *run)
    assert "$3\\r\\nGET\\r\\n" in xray(capsys, "--server", "wire", *run)
    every = xray(capsys, "--server", "map", "--all-views", *run).splitlines()
    names = ["map", "memory", "expiry", "eviction", "wire", "clients"]
    assert [line for line in every if line in names] == names
    file = tmp_path / "map.svg"
    xray(capsys, "--server", "map", *run, "--svg", str(file))
    title = ET.parse(file).getroot().findtext("{http://www.w3.org/2000/svg}title") or ""
    assert title.split() == ["Server", "map", ">", "GET", "a"]


def test_evictions_of_the_commands_are_seen(capsys: pytest.CaptureFixture[str]) -> None:
    fill = 'EVAL "for n = 1, 300 do redis.call([[SETRANGE]], n, 900, n) end" 0'
    limit = ["CONFIG SET maxmemory-policy allkeys-random", "CONFIG SET maxmemory 1200000"]
    text = xray(capsys, "--server", "eviction", *steps(fill, *limit, "SET one more"))
    assert re.search(r"[1-9]\d* keys were evicted", text)


def test_what_there_is_to_see_of_a_server(capsys: pytest.CaptureFixture[str]) -> None:
    error = xray(capsys, "--server", "nosuch", code=1)
    assert "map, memory" in error
    url = "redis://127.0.0.1:1"
    assert "only keys" in xray(capsys, "--server", "map", "--connect", url, code=1)


# slow motion


def test_the_last_command_step_by_step(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = steps(BIG, PLAYERS, "ZRANK lb p3")
    text = xray(capsys, *run, "--slow", "--width", "80")
    places = [(int(one), int(last)) for one, last in re.findall(r"(\d+) / (\d+)$", text, re.M)]
    assert [one for one, _last in places] == list(range(1, places[-1][1] + 1))
    assert text.count("ZRANK lb p3  slow motion") == len(places) > 2
    told = xray(capsys, *run, "--slow", "--plain")
    assert told.lstrip().startswith("1. ")
    file = tmp_path / "lb.gif"
    assert xray(capsys, *run, "--gif", str(file), "--scale", "1") == ""
    with Image.open(file) as image:
        assert image.n_frames == len(places)  # type: ignore[attr-defined]


@pytest.mark.parametrize("words", [[], steps("PING"), ["k", "--connect", "redis://127.0.0.1:1"]])
def test_where_there_is_nothing_to_film_it_is_said(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert xray(capsys, *words, "--slow", code=1).strip()


# watching


def test_a_watched_key_is_shown_again_when_it_is_another() -> None:
    looks = [build([f"SET k {text}"]).after for text in ("one", "one", "two", "two")]
    gone = [*looks, None]
    shown: list[Sight] = []

    def wait(_seconds: float) -> None:
        if not gone:
            raise KeyboardInterrupt

    watch(Sight(b"k", looks[0]), lambda: gone.pop(0), shown.append, wait)
    assert [sight.now for sight in shown] == [looks[0], looks[2], None]
    assert "⁺two" in shown[1].draw("structure", 60).plain
    assert "gone" in shown[2].draw("diff", 60).plain


def test_a_ttl_that_drains_is_no_change() -> None:
    start = build(["SET k v EX 100"]).after
    looks = [replace(start, ttl_ms=ms) for ms in (99_900, 99_400, 98_600)]
    shown: list[Sight] = []

    def wait(_seconds: float) -> None:
        if not looks:
            raise KeyboardInterrupt

    watch(Sight(b"k", start), lambda: looks.pop(0), shown.append, wait)
    assert [sight.now.ttl_ms for sight in shown if sight.now] == [100_000, 99_900, 98_600]
    assert not any(sight.compared for sight in shown)


def test_only_a_real_server_can_be_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--connect" in xray(capsys, "k", *steps("SET k 1"), "--watch", code=1)


# looks


def test_every_role_of_a_picture_has_a_look_at_the_prompt() -> None:
    line = tuple((role, role) for role in get_args(Role))
    (shown,) = as_console([line])
    assert {role for _text, role in shown if role} <= set(STYLE)


def test_a_terminal_gets_colours_unless_it_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert in_colour(Terminal())
    assert not in_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not in_colour(Terminal())


# files


def test_pictures_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    svg, png = tmp_path / "lb.svg", tmp_path / "lb.png"
    words = ["lb", *steps(BIG, PLAYERS, "ZADD lb 110 new")]
    assert xray(capsys, *words, "--svg", str(svg), "--png", str(png)) == ""
    root = ET.parse(svg).getroot()
    title = root.findtext("{http://www.w3.org/2000/svg}title") or ""
    assert title.split() == ["lb", "structure", ">", "ZADD", "lb", "110", "new"]
    with Image.open(png) as image:
        assert image.width > 500


def test_several_views_make_several_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    xray(capsys, "k", *steps("SET k hello"), "--all-views", "--svg", str(tmp_path / "k.svg"))
    names = {path.name for path in tmp_path.iterdir()}
    assert {"k-structure.svg", "k-bytes.svg", "k-text.svg"} <= names


def test_the_looks_of_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def size(*words: str) -> tuple[int, int]:
        file = tmp_path / "k.png"
        xray(capsys, "k", *steps("SET k hello"), "--png", str(file), *words)
        with Image.open(file) as image:
            return image.size

    usual = size()
    assert size("--scale", "4")[0] == pytest.approx(2 * usual[0], rel=0.02)
    assert size("--no-title")[1] < usual[1]
    assert size("--width", "40")[0] < usual[0]
    assert size("--theme", "light") == usual
    error = xray(capsys, *steps("SETRANGE k 30000 x"), "--view", "bytes", "--window", "0:900000",
                 "--png", str(tmp_path / "x.png"), "--scale", "8", "--width", "1000",
                 "--text", code=0)  # fmt: skip
    assert error


def test_a_picture_may_go_to_a_pipe(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert cli.main(["xray", "k", *steps("SET k v"), "--svg", "-"]) == 0
    out, err = capsysbinary.readouterr()
    assert out.startswith(b"<svg ")
    assert err == b""


# at the prompt


@pytest.fixture
def screen() -> Screen:
    return Screen()


def test_the_word_draws_a_key_and_marks_the_last_command(screen: Screen) -> None:
    screen.type("SADD s 1 2 3")
    screen.type("SADD s 70000")
    shown = screen.type(":xray s")
    assert shown.startswith("set · intset · 4 members")
    assert "⁺70000" in shown
    assert screen.type(":xray") == shown


def test_the_word_marks_nothing_that_the_last_command_did_not_do(screen: Screen) -> None:
    screen.type("SADD s 1 2 3")
    screen.type("SET other 1")
    assert "⁺" not in screen.type(":xray s")
    screen.type("SMEMBERS s")
    assert "⁺" not in screen.type(":xray s")


def test_the_word_knows_views_and_odd_keys(screen: Screen) -> None:
    screen.type('SET "\\xff k" v')
    assert "embstr · 32 B" in screen.type(':xray "\\xff k" bytes')
    assert "structure, bytes" in screen.type(':xray "\\xff k" nosuch')


def test_looking_changes_nothing(screen: Screen) -> None:
    screen.type("SET k v")
    history = len(screen.backend.world.history)  # type: ignore[attr-defined]
    screen.type(":xray k diff")
    assert len(screen.backend.world.history) == history  # type: ignore[attr-defined]
    assert screen.type("GET k") == "b'v'"


@pytest.mark.parametrize(
    ("line", "says"),
    [(":xray", "Which key"), (":xray nokey", "no key nokey"), (":xray a b c", "one key")],
)
def test_the_word_says_what_is_wrong(screen: Screen, line: str, says: str) -> None:
    assert says in screen.type(line)
