"""Pictures as PNG: they decode, say the same as the drawing, and no character breaks them."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.diagrams.samples import SAMPLES, sample
from tutor.diagrams import Drawing
from tutor.diagrams.export import typefaces
from tutor.diagrams.export.png import TooLarge, gif, png
from tutor.diagrams.export.shapes import shapes_of
from tutor.diagrams.export.typefaces import face_of, our_face
from tutor.diagrams.palette import DARK, LIGHT, ThemeName


def decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.format == "PNG"
    return image


def painted(*lines: str, scale: float = 1.0, theme: ThemeName = "dark") -> Image.Image:
    drawing = Drawing(tuple(((line, "text"),) for line in lines), "")
    return decoded(png(drawing, theme, scale=scale))


def colours(image: Image.Image) -> set[tuple[int, ...]]:
    return {colour for _count, colour in image.getcolors(1 << 24) or ()}  # type: ignore[misc]


def rgba(colour: str) -> tuple[int, ...]:
    return (*bytes.fromhex(colour[1:]), 255)


SOME = ("string-scripts", "hash-rehashing", "list-odd", "set-intset-32", "zset-skiplist-9")


@pytest.mark.parametrize("name", SOME)
def test_a_sample_is_a_picture_that_is_not_blank(name: str) -> None:
    drawing = sample(name).draw(90)
    image = decoded(png(drawing, scale=1, title=(("k", "title"),)))
    assert image.height > 20 * len(drawing.lines)
    assert len(colours(image)) > 20


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_grounds_and_lines_have_the_colours_of_the_palette(theme: ThemeName) -> None:
    drawing = sample("zset-skiplist-9").draw(90)
    found = colours(decoded(png(drawing, theme, (("k", "title"),), 2)))
    chosen = {"dark": DARK, "light": LIGHT}[theme]
    for colour in (chosen.background, chosen.surface, chosen.colours["pointer"]):
        assert rgba(colour) in found


def test_corners_are_round_and_transparent() -> None:
    image = painted("x", scale=2)
    for corner in ((0, 0), (image.width - 1, image.height - 1)):
        assert image.getpixel(corner)[3] == 0  # type: ignore[index]
    assert image.getpixel((image.width // 2, 0))[3] == 255  # type: ignore[index]


def test_the_same_drawing_is_the_same_picture_and_another_is_another() -> None:
    first, again = (png(sample("string-int").draw(80)) for _ in range(2))
    assert first == again
    assert first != png(sample("string-embstr").draw(80))
    assert first != png(sample("string-int").draw(80), "light")
    assert painted("abc").tobytes() != painted("abd").tobytes()


def test_scale_is_the_size() -> None:
    one, three = painted("hello", scale=1), painted("hello", scale=3)
    assert three.width == pytest.approx(3 * one.width, rel=0.02)
    assert three.height == pytest.approx(3 * one.height, rel=0.02)


def test_letters_stay_in_their_columns() -> None:
    """What stands behind a long line begins where it begins behind spaces."""
    for scale in (1, 1.5, 2, 3.3):
        behind = painted("W" * 60 + "|", scale=scale)
        alone = painted(" " * 60 + "|", scale=scale)
        cell = round(9 * scale)
        left = behind.width - round(18 * scale) - cell
        box = (left + 1, 0, behind.width, behind.height)
        assert behind.crop(box).tobytes() == alone.crop(box).tobytes()


def test_every_sign_of_the_samples_is_in_our_own_font() -> None:
    """So pictures do not depend on the fonts of a system, but for what a key holds."""
    names = [name for name in SAMPLES if "odd" not in name and "scripts" not in name]
    for name in names:
        for word in shapes_of(sample(name).draw(110).lines).words:
            for sign in set(word.text) - set(" 日本語🎉👍"):
                assert face_of(sign, 18, False) == our_face(18, False), (name, sign)


def test_what_no_font_has_is_a_box_of_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typefaces, "_OTHERS", ())
    face_of.cache_clear()
    try:
        assert face_of("日", 9, False) is None
        box, gap = painted("日x"), painted("  x")
        assert box.size == gap.size
        assert box.tobytes() != gap.tobytes()
        right = (18 + 18, 0, box.width, box.height)
        assert box.crop(right).tobytes() == gap.crop(right).tobytes()
    finally:
        face_of.cache_clear()


@given(st.text(min_size=1, max_size=12))
@settings(max_examples=60)
def test_no_text_is_too_odd(text: str) -> None:
    text = "".join(sign for sign in text if sign.isprintable())
    assert painted("a" + text).width > 0


def test_a_film_has_a_frame_of_one_size_for_each_drawing() -> None:
    drawings = [sample(name).draw(60) for name in ("string-int", "zset-skiplist-9", "list-nodes")]
    frames = [(one, (("k", "title"),)) for one in drawings]
    film = Image.open(io.BytesIO(gif(frames, 1.5, scale=1)))
    assert film.format == "GIF"
    assert film.n_frames == 3
    assert film.info["loop"] == 0
    pictures, times = [], []
    for number in range(3):
        film.seek(number)
        times.append(film.info["duration"])
        pictures.append(film.convert("RGB").tobytes())
    assert times == [1500, 1500, 3000]
    assert len(set(pictures)) == 3
    lines = max(len(one.lines) for one in drawings)
    assert film.height > 20 * lines


def test_a_picture_too_large_to_paint_is_refused() -> None:
    drawing = Drawing(((("x" * 1000, "text"),),) * 2000, "")
    with pytest.raises(TooLarge) as refused:
        png(drawing, scale=8)
    assert refused.value.width > 70_000
