"""The score of a place, bit by bit: longitude and latitude take turns.

longitude 13.36139  1 0 0 0 1 0 0 1 1 …
latitude 38.11556    1 0 1 1 1 0 1 0 …
score               11000101110000011 …
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Run, clip_line, width_of
from tutor.diagrams.payload import shown
from tutor.engine.structures.geohash_layout import SCORE_BITS, PlaceLayout
from tutor.i18n import _

_WORD = 32


def draw_interleaving(place: PlaceLayout, step: int, width: int) -> list[Line]:
    """Three rows of bits, or twice three where it is narrow; those that name the square of the
    map are underlined."""
    title: Line = (
        (shown(place.member, _WORD), "key"),
        (f" · score {place.score}", "label"),
    )
    names = [_("longitude"), _("latitude"), "score"]
    margin = max(map(width_of, names)) + 2
    if width >= margin + SCORE_BITS:
        pieces = [(0, SCORE_BITS)]
    elif width >= margin + SCORE_BITS // 2:
        pieces = [(0, SCORE_BITS // 2), (SCORE_BITS // 2, SCORE_BITS)]
    else:
        return [clip_line(title, width)]
    lines = [clip_line(title, width)]
    for first, past in pieces:
        lines += _rows(place, (first, past), 2 * step, names, margin)
    longitude, latitude = place.point
    words = _("longitude %(x).6f, latitude %(y).6f: the middle of its cell")
    return [*lines, clip_line([(words % {"x": longitude, "y": latitude}, "label")], width)]


def _rows(
    place: PlaceLayout, part: tuple[int, int], cell: int, names: list[str], margin: int
) -> list[Line]:
    """The rows for some of the bits; ``cell`` of all bits name the cell on the map."""
    bits = f"{place.score:0{SCORE_BITS}b}"
    first, past = part
    lines: list[Line] = []
    for row, name in enumerate(names):
        runs: list[Run] = [(name + " " * (margin - width_of(name)), "label")]
        for at in range(first, past):
            sign = bits[at] if row == 2 or at % 2 == row else " "
            runs.append((sign, "header" if at < cell else "label"))
        lines.append(_merged(runs))
    inside = min(cell, past) - first
    if inside > 1:
        edge = "└" if first == 0 else "─"
        end = "┘" if cell <= past else "─"
        runs = [(" " * margin, "text"), (edge + "─" * (inside - 2) + end, "frame")]
        if cell <= past:
            runs.append((" " + _("the square"), "label"))
        lines.append(tuple(runs))
    return lines


def _merged(runs: list[Run]) -> Line:
    """Runs of one role joined."""
    joined: list[Run] = []
    for text, role in runs:
        if joined and joined[-1][1] == role:
            joined[-1] = (joined[-1][0] + text, role)
        else:
            joined.append((text, role))
    return tuple(joined)


def describe_interleaving(place: PlaceLayout, step: int) -> str:
    """The same facts as a sentence."""
    bits = f"{place.score:0{SCORE_BITS}b}"
    words = _(
        "The score of %(member)s, %(bits)s in binary, takes one bit of the longitude (%(x)s) and "
        "one of the latitude (%(y)s) in turns; the first %(n)d name its cell on the map."
    )
    return words % {
        "member": shown(place.member, _WORD),
        "bits": bits,
        "x": place.longitude_bits,
        "y": place.latitude_bits,
        "n": 2 * step,
    }
