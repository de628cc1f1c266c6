"""A demo that is written down: pictures of its scenes, Markdown with what Redis really replied."""

from __future__ import annotations

import argparse
import io
import os
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt
from PIL import Image

from tutor.cli import main
from tutor.console import presenting
from tutor.console.scenebook import Page, as_markdown, pictures, played
from tutor.course.presence import Presence
from tutor.course.scenereading import demo_names, load_script
from tutor.course.scenes import Script
from tutor.i18n import set_language


@pytest.fixture(scope="module")
def script() -> Script:
    return load_script("replication")


@pytest.fixture(scope="module")
def page(script: Script) -> Page:
    """Its first scene."""
    set_language("en")
    return next(played(script, "en", only=1))


def arguments(*words: str, **known: Any) -> argparse.Namespace:
    """What the options of this module give."""
    parser = argparse.ArgumentParser()
    presenting.add_arguments(parser.add_argument_group())
    defaults = {"demo": "replication", "lang": "en", "seed": None, "scene": 1, **known}
    return argparse.Namespace(**{**defaults, **vars(parser.parse_args(words))})


def test_a_page_has_the_commands_with_their_real_replies(page: Page) -> None:
    lines = [line for turn in page.turns for line in turn.lines]
    assert "master> SET cart:anna tea" in lines
    assert lines[lines.index("replica1> GET cart:anna") + 1] == '"tea"'
    refused = lines[lines.index("replica1> SET cart:anna coffee") + 1]
    assert refused.startswith("(error) READONLY")
    assert all(turn.note for turn in page.turns)
    assert len(page.turns) == len(page.scene.beats)


def test_the_same_seed_writes_the_same_and_another_one_does_not(script: Script) -> None:
    once, again = (next(played(script, "en", 7, 2)) for _ in range(2))
    assert once == again
    assert next(played(script, "en", 8, 2)).drawing != once.drawing


def test_figures_stand_beneath_in_the_words_of_the_scene(page: Page) -> None:
    figures = dict(page.figures)
    assert len(figures) == len(page.scene.figures)
    assert int(figures["writes confirmed"]) > 0


def test_markdown_is_a_document_with_a_heading_for_each_scene(script: Script, page: Page) -> None:
    text = as_markdown(script, [page], "en", 7, ["pictures/01 copy.svg"])
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    heads = [tokens[at + 1].content for at, token in enumerate(tokens)
             if token.type == "heading_open"]  # fmt: skip
    assert heads == [script.title("en"), f"1 · {page.title}"]
    assert f"![{page.title}](pictures/01%20copy.svg)" in text
    assert "redis-tutor demo replication --lang en --seed 7" in text
    assert any(token.type == "table_open" for token in tokens)
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences[0].startswith("master> SET cart:anna tea\nOK\n")
    assert page.drawing.plain.splitlines()[1].strip() not in text


def test_without_pictures_the_last_moment_is_drawn_in_the_text(script: Script, page: Page) -> None:
    text = as_markdown(script, [page], "en", 7)
    assert "![" not in text
    for line in page.drawing.plain.splitlines():
        assert line.rstrip() in text


def test_pictures_are_whole_files_in_both_themes(page: Page) -> None:
    light, dark = (dict(pictures(page, theme)) for theme in ("light", "dark"))  # type: ignore[arg-type]
    assert light != dark
    for files in (light, dark):
        root = ElementTree.fromstring(files[".svg"])
        assert page.title in "".join(root.itertext())
        with Image.open(io.BytesIO(files[".png"])) as image:
            image.verify()
    with Image.open(io.BytesIO(light[".png"])) as image:
        assert sum(image.convert("RGB").getpixel((40, image.height // 2))) > 600  # type: ignore[arg-type]


@pytest.mark.parametrize("lang", ["en", "ru"])
def test_files_are_written_where_they_are_wished(
    tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "run.md"
    args = arguments("--export", str(tmp_path / "a" / "b"), "--markdown", str(document), lang=lang)
    assert presenting.run(args) == 0
    names = sorted(path.name for path in (tmp_path / "a" / "b").iterdir())
    assert names == ["01-copy.png", "01-copy.svg"]
    text = document.read_text(encoding="utf-8")
    assert "](a/b/01-copy.svg)" in text
    assert bool(re.search("[а-я]{5}", text)) == (lang == "ru")
    assert capsys.readouterr().err.count(str(tmp_path)) == 3


def test_a_dash_prints_the_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert presenting.run(arguments("--markdown", "-")) == 0
    said = capsys.readouterr()
    assert said.out.startswith("# ")
    assert said.err == ""


def test_no_file_is_written_over_without_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "01-copy.png").write_text("precious")
    assert presenting.run(arguments("--export", str(tmp_path))) == 1
    assert "01-copy.png" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["01-copy.png"]
    assert (tmp_path / "01-copy.png").read_text() == "precious"
    assert presenting.run(arguments("--export", str(tmp_path), "--force")) == 0
    assert (tmp_path / "01-copy.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "known", "said"),
    [
        (["--export", "{}/file/x"], {}, "folder"),
        (["--export", "{}/file"], {"force": True}, "{}/file"),
        (["--markdown", "{}/none/a.md"], {}, "no such file"),
        (["--markdown", "{}", "--force"], {}, "that is a folder"),
        (["--markdown", "-"], {"scene": 0}, "has 7 scenes"),
        (["--markdown", "-"], {"scene": 8}, "has 7 scenes"),
        (["--markdown", "-"], {"demo": "../x"}, "There are: "),
        (["--markdown", "-"], {"demo": None}, "replication"),
        (["--markdown", "-", "--record", "a.cast"], {}, "--record"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    words: list[str], known: dict[str, Any], said: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    args = arguments(*(word.format(tmp_path) for word in words), **known)
    assert presenting.run(args) in (1, 2)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("redis-tutor: ")
    assert told.err.count("\n") == 1
    assert said.format(tmp_path) in told.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert presenting.run(arguments("--markdown", "/dev/full", "--force")) == 1
    assert "/dev/full: no space is left" in capsys.readouterr().err


@pytest.mark.parametrize("name", demo_names())
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_every_demo_can_be_written_down(name: str, lang: str) -> None:
    set_language(lang)
    script = load_script(name)
    pages = list(played(script, lang, only=len(script.scenes)))
    text = as_markdown(script, pages, lang, script.seed)
    assert pages[0].title in text
    assert pages[0].drawing.lines


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REDIS_TUTOR_RUNTIME", str(tmp_path / "run"))
    return tmp_path / "run"


@pytest.mark.usefixtures("runtime")
def test_a_second_presenter_is_told_of_the_first_and_how_to_go_on(script: Script) -> None:
    first = presenting.presence_of(arguments(), script)
    assert first is not None
    with first:
        with pytest.raises(presenting.Refused) as told:
            presenting.presence_of(arguments(), script)
        assert str(os.getpid()) in str(told.value)
        command = str(told.value).partition("redis-tutor demo replication ")[2]
        other = presenting.presence_of(arguments(*command.split()), script)
        assert other is not None
        with other, pytest.raises(presenting.Refused, match="--run c"):
            presenting.presence_of(arguments("--run", "b"), script)
    after = presenting.presence_of(arguments(), script)
    assert after is not None
    after.close()


def test_who_follows_or_chooses_yet_takes_nobodys_place(script: Script, runtime: Path) -> None:
    assert presenting.presence_of(arguments("--notes"), script) is None
    assert presenting.presence_of(arguments(), None) is None
    assert not runtime.exists()


@pytest.mark.parametrize("lang", ["en", "ru"])
@pytest.mark.parametrize("words", [["--run", "../b"], ["--notes", "--run", "B b"]])
@pytest.mark.usefixtures("runtime")
def test_a_run_that_cannot_be_called_so_is_refused(
    script: Script, lang: str, words: list[str]
) -> None:
    set_language(lang)
    with pytest.raises(presenting.Refused, match="--run"):
        presenting.presence_of(arguments(*words), script)


def test_without_a_folder_for_it_one_presents_all_the_same(script: Script, runtime: Path) -> None:
    runtime.touch()
    assert presenting.presence_of(arguments(), script) is None


@pytest.mark.usefixtures("runtime")
def test_the_command_refuses_a_second_presenter_a_scene_and_a_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with Presence.open("replication"):
        for words, said in (
            ([], "presents replication already"),
            (["--scene", "9"], "There is no scene 9"),
            (["--run", "X"], "--run"),
            (["--notes", "--run", "X"], "--run"),
            (["--markdown", "-", "--scene", "9"], "There is no scene 9"),
        ):
            assert main(["demo", "replication", "--lang", "en", *words]) == 2
            told = capsys.readouterr()
            assert said in told.err
            assert told.err.count("\n") == 1
            assert told.out == ""


def test_the_command_writes_one_scene(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["demo", "replication", "--scene", "3", "--markdown", "-", "--lang", "ru"]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert "## 3 · " in text
    assert "WAIT 1 1000" in text
    assert "## 4" not in text
