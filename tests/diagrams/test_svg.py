"""Pictures as SVG: well-formed whatever a key holds, columns exact, the text twin inside."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagrams.samples import SAMPLES, look, new_world, run, sample
from tests.diagrams.test_properties import thorough, words
from tutor.diagrams import Drawing, draw
from tutor.diagrams.canvas import Role, width_of
from tutor.diagrams.export.shapes import clusters
from tutor.diagrams.export.svg import CELL_WIDTH, Theme, svg
from tutor.diagrams.palette import DARK, LIGHT, ROLES
from tutor.diagrams.palette import look as look_of

NAMESPACE = "{http://www.w3.org/2000/svg}"
THEMES: tuple[Theme, ...] = ("dark", "light", "auto")


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def texts(root: ET.Element) -> list[ET.Element]:
    return list(root.iter(f"{NAMESPACE}text"))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_a_small_document(name: str) -> None:
    drawing = sample(name).draw(100)
    document = svg(drawing, "dark", (("k", "title"),))
    root = parsed(document)
    assert root.tag == f"{NAMESPACE}svg"
    assert len(document.encode()) < 60_000


@given(words, words)
@thorough
def test_any_bytes_make_a_well_formed_document(field: bytes, value: bytes) -> None:
    world = new_world()
    run(world, "HSET", "k", field, value, b"<&>\"'", b"]]>")
    drawing = draw(look(world), 60)
    root = parsed(svg(drawing, "auto", (("<&>", "title"),)))
    assert root.findtext(f"{NAMESPACE}desc") == drawing.text
    letters = "".join(text.text or "" for text in texts(root)).replace(" ", "")
    drawn = "─│┌┐└┘├┤┬┴┼█▓▒░■►◄▲▼"
    kept = [
        sign
        for line in drawing.lines
        for part, _role in line
        for sign, _cells in clusters(part)
        if sign not in drawn
    ]
    assert sorted(letters) == sorted("<&>" + "".join(kept).replace(" ", ""))


@given(st.text())
def test_what_xml_forbids_is_replaced(text: str) -> None:
    drawing = Drawing(((("x", "text"),),), text)
    root = parsed(svg(drawing, "dark", name=text))
    assert len(root.findtext(f"{NAMESPACE}desc") or "") == len(text.replace("\r\n", "\n"))


@given(st.text("ab日本🎉 ─", min_size=1, max_size=40))
def test_columns_do_not_depend_on_the_font(text: str) -> None:
    """Each word says where it begins and how long it is, in whole cells."""
    root = parsed(svg(Drawing(((("begin ", "text"), (text, "payload")),), ""), "dark"))
    for element in texts(root):
        assert int(element.get("x", "")) % CELL_WIDTH == 0
        assert int(element.get("textLength", "")) == width_of(element.text or "") * CELL_WIDTH
    for element in texts(root)[1:]:
        column = int(element.get("x", "")) // CELL_WIDTH
        before = 0
        for sign in "begin " + text:
            if before == column:
                assert (element.text or "").startswith(sign)
            before += width_of(sign)


@pytest.mark.parametrize("theme", THEMES)
def test_every_role_has_the_colour_of_the_palette(theme: Theme) -> None:
    roles: tuple[Role, ...] = get_args(Role)
    assert set(ROLES) == set(roles)
    drawing = Drawing(tuple(((role, role),) for role in roles), "")
    style = parsed(svg(drawing, theme)).findtext(f"{NAMESPACE}style") or ""
    palettes = {"dark": [DARK], "light": [LIGHT], "auto": [LIGHT, DARK]}[theme]
    for role in roles:
        for palette in palettes:
            colour, bold = look_of(role, palette)
            weight = ";font-weight:bold" if bold else ""
            assert f".{role}{{fill:{colour}{weight}}}" in style
    assert ("@media" in style) == (theme == "auto")


def test_the_title_names_the_picture() -> None:
    root = parsed(svg(sample("string-int").draw(60), "dark", (("lb", "title"), ("  x", "label"))))
    assert root.findtext(f"{NAMESPACE}title") == "lb  x"
    assert "Key k has the type string" in (root.findtext(f"{NAMESPACE}desc") or "")


def test_a_wider_title_makes_a_wider_picture() -> None:
    narrow = parsed(svg(Drawing(((("x", "text"),),), "")))
    wide = parsed(svg(Drawing(((("x", "text"),),), ""), title=(("y" * 50, "title"),)))
    assert float(wide.get("width", "")) > 5 * float(narrow.get("width", ""))


def test_an_empty_drawing_is_a_picture_too() -> None:
    assert float(parsed(svg(Drawing((), ""))).get("height", "")) > 0
