"""The gallery: its page is written from its table, and every command on it makes a picture."""

from __future__ import annotations

import importlib.util
import io
import re
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tutor import cli
from tutor.i18n import set_language

DOCS = Path(__file__).resolve().parent.parent / "docs"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("gallery", DOCS / "gallery.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gallery = _load()
PICTURES = gallery.pictures()


def test_the_page_is_that_of_the_table() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    assert page == gallery.page(PICTURES), "run: python docs/gallery.py"


def test_the_commands_on_the_page_are_those_that_draw_the_pictures() -> None:
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    typed = [shlex.split(block.replace("\\\n", "")) for block in re.findall(
        r"```sh\n(.*?)```", page, re.DOTALL)]  # fmt: skip
    drawn = [["redis-tutor", *one.words("en", f"{one.name}.{one.form}")] for one in PICTURES]
    drawn += [shlex.split(gallery.demo_command(name)) for name in gallery.demo_names()]
    assert typed == drawn


def test_names_are_given_once() -> None:
    names = [one.name for one in PICTURES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("code", gallery.LANGUAGES)
def test_every_scene_of_every_demo_has_its_picture(code: str) -> None:
    expected = {
        Path(file).name
        for name in gallery.demo_names()
        for _title, file in gallery.demo_files(name, code)
    }
    present = {path.name for path in (DOCS / gallery.DEMOS).glob(f"*-{code}.svg")}
    assert present == expected, "run: python docs/gallery.py"


@pytest.mark.parametrize("code", gallery.LANGUAGES)
def test_every_picture_is_there_and_small(code: str) -> None:
    expected = {Path(one.file(code)).name for one in PICTURES}
    present = {path.name for path in (DOCS / gallery.FOLDER).glob(f"*-{code}.*")}
    assert present == expected, "run: python docs/gallery.py"
    for name in present:
        most = 60_000 if name.endswith(".svg") else 400_000
        assert (DOCS / gallery.FOLDER / name).stat().st_size < most, name


@pytest.mark.parametrize("picture", PICTURES, ids=[one.name for one in PICTURES])
def test_every_command_makes_its_picture(picture: Any, tmp_path: Path) -> None:
    """The one of the gallery, as far as its title says; its words may be those of older code."""
    file = tmp_path / "picture"
    try:
        assert cli.main(picture.words("en", str(file))) == 0
    finally:
        set_language("en")
    made, kept = (_subject(path.read_bytes()) for path in (file, DOCS / picture.file("en")))
    assert made == kept


def _subject(data: bytes) -> object:
    """What a picture says of itself: its title, or how many steps it has."""
    if data.startswith(b"GIF"):
        with Image.open(io.BytesIO(data)) as image:
            return getattr(image, "n_frames", 1)
    return ET.fromstring(data).findtext("{http://www.w3.org/2000/svg}title")
