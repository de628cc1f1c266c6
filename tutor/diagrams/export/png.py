"""A drawing as PNG, or several as an animated GIF, without a browser: Pillow paints the shapes and
letters of `svg`.

The same drawing gives the same picture on every machine as far as our own font has its letters;
what it lacks is drawn with a font of the system, or as an empty box of the right width.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from tutor.diagrams.canvas import Drawing, Line, Role, line_width
from tutor.diagrams.export.shapes import Area, Head, Shapes, Stroke, Word, clusters, shapes_of
from tutor.diagrams.export.typefaces import Face, drawable, face_of
from tutor.diagrams.palette import PALETTES, Palette, ThemeName, look

LARGEST = 120_000_000
"""Pixels of a picture, beyond which none is made (480 MB while it is painted)."""

_CELL = (9, 20)
_MARGIN = 18
_BAR = 31
_CORNER = 9
_BASELINE = 0.73
_GIF_COLOURS = 64
_FINE = 4
"""How much finer slanting edges are painted before they are scaled down."""


class TooLarge(ValueError):
    """A picture would have more pixels than `LARGEST`; the attributes say how many each way."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(f"{width} × {height} pixels")
        self.width, self.height = width, height


def png(drawing: Drawing, theme: ThemeName = "dark", title: Line = (), scale: float = 2.0) -> bytes:
    """The drawing as a PNG file. At ``scale`` 1 it is as large as an SVG in a browser.

    ``title`` is a line of its own in a bar above. Raises `TooLarge`.
    """
    painter = _Painter(PALETTES[theme], scale, *_extent([(drawing, title)]))
    painter.picture(drawing, title)
    painter.round_off()
    out = io.BytesIO()
    painter.image.save(out, "PNG", optimize=True)
    return out.getvalue()


def gif(
    frames: Sequence[tuple[Drawing, Line]],
    seconds: float,
    theme: ThemeName = "dark",
    scale: float = 2.0,
) -> bytes:
    """Drawings with their titles as an animated GIF that begins anew at its end, each for so many
    ``seconds``, the last one twice as long. Raises `TooLarge`."""
    extent = _extent(frames)
    images = []
    for drawing, title in frames:
        painter = _Painter(PALETTES[theme], scale, *extent)
        painter.picture(drawing, title)
        images.append(painter.image.quantize(_GIF_COLOURS, dither=Image.Dither.NONE))
    times = [round(seconds * 1000)] * len(images)
    times[-1] *= 2
    out = io.BytesIO()
    images[0].save(
        out, "GIF", save_all=True, append_images=images[1:], duration=times, loop=0, optimize=True
    )
    return out.getvalue()


def _extent(frames: Sequence[tuple[Drawing, Line]]) -> tuple[int, int, bool]:
    """Cells and rows of the largest, and whether there is a title anywhere."""
    lines = [line for drawing, title in frames for line in (*drawing.lines, title)]
    rows = max((len(drawing.lines) for drawing, _title in frames), default=0)
    cells = max(map(line_width, lines), default=0)
    return max(cells, 1), max(rows, 1), any(title for _drawing, title in frames)


class _Painter:
    """An image and how large a cell is on it."""

    def __init__(
        self, palette: Palette, scale: float, cells: int, rows: int, with_bar: bool
    ) -> None:
        self.palette = palette
        self.cell = (max(round(_CELL[0] * scale), 1), max(round(_CELL[1] * scale), 1))
        self.margin = round(_MARGIN * scale)
        self.bar = round(_BAR * scale) if with_bar else 0
        self.thin = max(round(1.4 * scale), 1)
        self.corner = round(_CORNER * scale)
        width = cells * self.cell[0] + 2 * self.margin
        height = self.bar + rows * self.cell[1] + 2 * self.margin
        if width * height > LARGEST:
            raise TooLarge(width, height)
        self.image = Image.new("RGB", (width, height), palette.background)
        self.pen = ImageDraw.Draw(self.image)
        if with_bar:
            self.pen.rectangle((0, 0, width, self.bar - 1), palette.surface)

    def picture(self, drawing: Drawing, title: Line) -> None:
        """Paint a drawing, and its title into the bar."""
        if title:
            self.paint(shapes_of([title]), (self.bar - self.cell[1]) // 2)
        self.paint(shapes_of(drawing.lines), self.bar + self.margin)

    def paint(self, shapes: Shapes, top: int) -> None:
        """Put shapes on the image, their first row ``top`` pixels below its edge."""
        for area in shapes.areas:
            self._area(area, top)
        for stroke in shapes.strokes:
            self._stroke(stroke, top)
        for head in shapes.heads:
            self._head(head, top)
        for word in shapes.words:
            self._word(word, top)

    def round_off(self) -> None:
        """Make the corners round; what is outside is transparent."""
        self.image.putalpha(self._rounded())

    def _rounded(self) -> Image.Image:
        """Opaque but for the corners."""
        width, height = self.image.size
        mask = Image.new("L", (width, height), 255)
        side = 2 * self.corner
        disc = Image.new("L", (side * _FINE, side * _FINE), 0)
        ImageDraw.Draw(disc).ellipse((0, 0, side * _FINE - 1, side * _FINE - 1), 255)
        disc = disc.resize((side, side), Image.Resampling.LANCZOS)
        half = self.corner
        for x, left in ((0, 0), (width - half, half)):
            for y, top in ((0, 0), (height - half, half)):
                mask.paste(disc.crop((left, top, left + half, top + half)), (x, y))
        return mask

    def _colour(self, role: Role) -> str:
        return look(role, self.palette).colour

    def _x(self, column: float) -> int:
        return self.margin + round(column * self.cell[0])

    def _area(self, area: Area, top: int) -> None:
        box = (
            self._x(area.left),
            top + round(area.top * self.cell[1]),
            self._x(area.right) - 1,
            top + round(area.bottom * self.cell[1]) - 1,
        )
        if box[2] >= box[0] and box[3] >= box[1]:
            ground = self.palette.background
            self.pen.rectangle(box, _mixed(self._colour(area.role), ground, area.strength))

    def _stroke(self, stroke: Stroke, top: int) -> None:
        """A rectangle on whole pixels, so that lines are sharp; its ends fill corners."""
        wide = self.thin if stroke.weight == 1 else round(self.thin * 2.4)
        x, x2 = self._x(stroke.x), self._x(stroke.x2)
        y, y2 = (top + round(place * self.cell[1]) for place in (stroke.y, stroke.y2))
        left, upper = x - wide // 2, y - wide // 2
        right, lower = x2 - wide // 2 + wide - 1, y2 - wide // 2 + wide - 1
        self.pen.rectangle((left, upper, right, lower), self._colour(stroke.role))

    def _head(self, head: Head, top: int) -> None:
        points = [(self._x(x), top + round(y * self.cell[1])) for x, y in head.points]
        left, upper = min(x for x, _ in points), min(y for _, y in points)
        size = (max(x for x, _ in points) - left + 1, max(y for _, y in points) - upper + 1)
        mask = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
        fine = [((x - left) * _FINE, (y - upper) * _FINE) for x, y in points]
        ImageDraw.Draw(mask).polygon(fine, 255)
        self.image.paste(
            self._colour(head.role), (left, upper), mask.resize(size, Image.Resampling.LANCZOS)
        )

    def _word(self, word: Word, top: int) -> None:
        colour, bold = look(word.role, self.palette)
        row = top + word.row * self.cell[1]
        column = word.column
        for cluster, cells in clusters(word.text):
            if cluster != " ":
                face = face_of(cluster[0], self.cell[0], bold)
                self._letter(cluster, face, self._x(column), row, cells, colour)
            column += cells

    def _letter(
        self, cluster: str, face: Face | None, x: int, row: int, cells: int, colour: str
    ) -> None:
        width = cells * self.cell[0]
        if face is None:
            inset = self.thin + 1
            box = (x + inset, row + inset, x + width - inset, row + self.cell[1] - inset)
            self.pen.rectangle(box, outline=colour, width=self.thin)
        elif face.size:
            self._picture(cluster, face, x, row, width)
        else:
            place = (x + width / 2, row + round(_BASELINE * self.cell[1]))
            self.pen.text(place, drawable(cluster, face), colour, face.font, anchor="ms")

    def _picture(self, cluster: str, face: Face, x: int, row: int, width: int) -> None:
        """A coloured emoji, scaled to its cells."""
        whole = Image.new("RGBA", (face.size * 2, face.size * 2))
        ImageDraw.Draw(whole).text((0, 0), cluster[0], font=face.font, embedded_color=True)
        found = whole.crop(whole.getbbox())
        side = min(width, round(self.cell[1] * 0.8))
        found.thumbnail((side, side), Image.Resampling.LANCZOS)
        left = x + (width - found.width) // 2
        self.image.paste(found, (left, row + (self.cell[1] - found.height) // 2), found)


def _mixed(colour: str, ground: str, strength: float) -> str:
    """As much of a colour over its ground as ``strength`` says."""
    over, under = (bytes.fromhex(one[1:]) for one in (colour, ground))
    return (
        "#"
        + bytes(
            round(a * strength + b * (1 - strength)) for a, b in zip(over, under, strict=True)
        ).hex()
    )
