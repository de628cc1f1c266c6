"""A string as an array of bits: rows of bytes, the highest bit of each first.

bit  +0       +8
   0 ·■■·■··· ·■■··■·■  68 65
     ⁺    ▲
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tutor.diagrams.canvas import MARK, Line, Run, clip_line, omitted, wrapped
from tutor.diagrams.difference import replaced, string_text
from tutor.diagrams.parts import Parts
from tutor.diagrams.sentences import changed_by_command
from tutor.engine.inspect import Inspection
from tutor.engine.structures.bitmap_layout import BitmapLayout, bitmap_layout
from tutor.engine.structures.sds import StringLayout
from tutor.engine.structures.window import Window
from tutor.i18n import _, ngettext

Changed = frozenset[object]
ROWS, MOST_ROWS = 32, 1024
"""Rows of bytes that are drawn, and how many where a wide window asks for more."""

_ONE, _ZERO, _NAMED = "■", "·", "▲"
_LABEL = 5
_BITS_NAMED = 8


def has_bits(inspection: Inspection) -> bool:
    """Whether the key can be looked at bit by bit: a string that is not empty."""
    return inspection.type == "string" and inspection.length > 0


@dataclass(frozen=True, slots=True)
class _Field:
    """An integer that the last command names: a bit, or one of BITFIELD's."""

    offset: int
    width: int
    signed: bool

    @property
    def alone(self) -> bool:
        """Whether it is just a bit."""
        return self.width == 1 and not self.signed

    @property
    def name(self) -> str:
        """``bit 7`` or ``u5 at 6``."""
        if self.alone:
            return _("bit %(offset)d") % {"offset": self.offset}
        kind = f"{'i' if self.signed else 'u'}{self.width}"
        return _("%(type)s at %(offset)d") % {"type": kind, "offset": self.offset}


class _Grid:
    """What is drawn: rows of ``per`` bytes around what the inspection's window or the last command
    points at, or those of a ``window``."""

    def __init__(
        self,
        inspection: Inspection,
        width: int,
        changed: Changed,
        window: Window | None = None,
    ) -> None:
        text = string_text(inspection)
        self.fields = [
            _Field(*item[1:])
            for item in sorted(
                item for item in changed if isinstance(item, tuple) and item[0] == "field"
            )
        ]
        self.changed = _changed_bits(text, changed)
        self.named = {
            bit for field in self.fields for bit in range(field.offset, field.offset + field.width)
        }
        self.label = max(_LABEL, len(str(8 * len(text))))
        self.per = next((n for n in (16, 8, 4, 2) if self.label + 1 + 12 * n <= width), 1)
        self.layout = bitmap_layout(text, window or self._window(inspection, len(text)))

    def _window(self, inspection: Inspection, length: int) -> Window:
        """The bytes that are shown: those of the window, unless what matters lies elsewhere."""
        rows = max(ROWS, min(inspection.window.count, MOST_ROWS))
        size = rows * self.per
        layout = inspection.layout
        start = layout.preview_start if isinstance(layout, StringLayout) else 0
        start = start // self.per * self.per
        touched = [bit >> 3 for bit in self.changed | self.named if bit >> 3 < length]
        if touched and not start <= min(touched) < start + size:
            start = max(min(touched) // self.per - rows // 2, 0) * self.per
        return Window(start, size)

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Each row: the offset of its first bit, its bytes."""
        data = self.layout.data
        for at in range(0, len(data), self.per):
            yield 8 * (self.layout.start + at), data[at : at + self.per]


def _changed_bits(text: bytes | bytearray, changed: Changed) -> frozenset[int]:
    """Bits that are others than before; those that were not there count as 0."""
    piece = replaced(changed)
    if piece is None:
        return frozenset()
    first, past, old = piece
    bits: set[int] = set()
    for at, byte in enumerate(text[first:past]):
        other = byte ^ (old[at] if at < len(old) else 0)
        bits |= {8 * (first + at) + bit for bit in range(8) if other & 0x80 >> bit}
    return frozenset(bits)


def draw_bits(inspection: Inspection, width: int, changed: Changed) -> list[Line]:
    """``changed`` may hold what `difference` and `named` say of strings: ("was", …), ("field",
    offset, width, signed)."""
    grid = _Grid(inspection, width, changed)
    around = _around(grid.layout)
    lines = [
        *_above(grid, width),
        *(line for row in grid.rows() for line in _row(grid, *row)),
        *([omitted(around, width)] if around else []),
        *_below(grid, width),
    ]
    return [clip_line(line, width) for line in lines]


def bits_parts(inspection: Inspection, width: int, changed: Changed) -> Parts:
    """The figures, the rows of the window's bytes, what was named."""
    grid = _Grid(inspection, width, changed, inspection.window)
    rows = [line for row in grid.rows() for line in _row(grid, *row)]
    return Parts(_above(grid, width), rows, _below(grid, width))


def _above(grid: _Grid, width: int) -> list[Line]:
    """How many bits, and how far each byte of a row is from its first bit."""
    lines = [line for text in _figures(grid.layout) for line in wrapped(text, width)]
    heads = "".join(f"+{8 * at:<8}" for at in range(min(grid.per, grid.layout.length)))
    return [*lines, (), ((_("bit").ljust(grid.label) + " " + heads.rstrip(), "label"),)]


def _below(grid: _Grid, width: int) -> list[Line]:
    """What the last command named."""
    if not grid.fields:
        return []
    return [(), *(line for field in grid.fields for line in wrapped(_named(field, grid), width))]


def _figures(layout: BitmapLayout) -> list[str]:
    """How many bits there are, and what BITCOUNT and BITPOS say."""
    bits = 8 * layout.length
    count = ngettext("%(n)d bit", "%(n)d bits", bits) % {"n": bits}
    if layout.ones is None:
        return [count]
    ones = ngettext("%(n)d is 1 (BITCOUNT)", "%(n)d are 1 (BITCOUNT)", layout.ones)
    places = _("the first 1 at %(one)s, the first 0 at %(zero)s (BITPOS)")
    figures = {"one": layout.first_one, "zero": layout.first_zero}
    return [f"{count} · {ones % {'n': layout.ones}} · {places % figures}"]


def _row(grid: _Grid, first: int, data: bytes) -> Iterator[Line]:
    """The bits of some bytes, the bytes in hexadecimal, and marks under the bits."""
    runs: list[Run] = [(f"{first:>{grid.label}} ", "label")]
    for number, byte in enumerate(data):
        if number:
            runs.append((" ", "text"))
        runs += _signs(byte)
    gap = 9 * (grid.per - len(data)) + 2
    yield (*runs, (" " * gap + data.hex(" "), "label"))
    marks = _marks(grid, first, 8 * len(data))
    if marks:
        yield ((" " * (grid.label + 1), "text"), *marks)


def _signs(byte: int) -> list[Run]:
    runs: list[Run] = []
    for bit in range(8):
        run: Run = (_ONE, "payload") if byte & 0x80 >> bit else (_ZERO, "free")
        if runs and runs[-1][1] == run[1]:
            runs[-1] = (runs[-1][0] + run[0], run[1])
        else:
            runs.append(run)
    return runs


def _marks(grid: _Grid, first: int, count: int) -> list[Run]:
    """`MARK` under bits that changed, ``▲`` under the others that were named."""
    runs: list[Run] = []
    at = 0
    for bit in range(first, first + count):
        if bit not in grid.changed and bit not in grid.named:
            continue
        cell = bit - first + (bit - first >> 3)
        if cell > at:
            runs.append((" " * (cell - at), "text"))
        new = bit in grid.changed
        runs.append((MARK, "changed") if new else (_NAMED, "pointer"))
        at = cell + 1
    return runs


def _around(layout: BitmapLayout) -> str:
    """Which bytes are shown, if not all."""
    if len(layout.data) == layout.length:
        return ""
    words = _("shown are bytes %(first)d–%(last)d of %(size)d")
    last = layout.start + len(layout.data) - 1
    return words % {"first": layout.start, "last": last, "size": layout.length}


def _named(field: _Field, grid: _Grid) -> str:
    """``bit 7 = 1: byte 0, mask 01`` or ``u5 at 6 = 13: bits 6–10``."""
    value = grid.layout.field(field.offset, field.width, field.signed)
    text = f"{field.name} = {value}" if value is not None else field.name
    if field.alone:
        mask = 0x80 >> (field.offset & 7)
        where = _("byte %(byte)d, mask %(mask)s") % {
            "byte": field.offset >> 3,
            "mask": f"{mask:02x}",
        }
    else:
        where = _("bits %(first)d–%(last)d") % {
            "first": field.offset,
            "last": field.offset + field.width - 1,
        }
    return f"{text}: {where}"


def describe_bits(inspection: Inspection, changed: Changed) -> list[str]:
    """The same facts as sentences."""
    grid = _Grid(inspection, 70, changed)
    lines = [f"{text}." for text in _figures(grid.layout)]
    words = _("Bits %(first)d–%(last)d (%(hex)s): %(bits)s.")
    for first, data in grid.rows():
        bits = " ".join(f"{byte:08b}" for byte in data)
        last = first + 8 * len(data) - 1
        lines.append(words % {"first": first, "last": last, "hex": data.hex(" "), "bits": bits})
    around = _around(grid.layout)
    lines += [_capital(around) + "."] if around else []
    for field in grid.fields:
        text = _named(field, grid) + "."
        lines.append(_capital(text) if field.alone else text)
    names = [_("bit %(offset)d") % {"offset": bit} for bit in sorted(grid.changed)[:_BITS_NAMED]]
    if len(grid.changed) > _BITS_NAMED:
        more = len(grid.changed) - _BITS_NAMED
        names.append(ngettext("%(n)d more bit", "%(n)d more bits", more) % {"n": more})
    return [*lines, *changed_by_command(names)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
