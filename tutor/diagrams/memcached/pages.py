"""A page as a map: a cell for each chunk, and the first items by name.

class 1 · page 0 · chunks 10752–10921, 96 B each

10752 ░░░░░░░░░░░░░░░░
… 128 free chunks
10896 ░░░░░░░░░░░░CCHHHH

10908 C ███████░░░ 67 B user:1
"""

from __future__ import annotations

from tutor.diagrams.canvas import Line, Role, Run, clip_line, gauge, wrapped
from tutor.diagrams.memcached.words import SEGMENT_LETTERS, SEGMENT_ROLES, chunks_text
from tutor.diagrams.payload import shown
from tutor.i18n import _, ngettext
from tutor.memcached.layout import ItemLayout, PageLayout

_NAMED = 8
_BAR = 10
_STEPS = (64, 50, 32, 20, 10, 5)


def draw_page(layout: PageLayout, width: int, rows: int = 12) -> list[Line]:
    """At most ``rows`` rows of the map, then the first items, then what the letters mean."""
    lines = [clip_line([(_heading(layout), "title")], width), ()]
    label = max(len(str(layout.first + len(layout.chunks))), 3) + 1
    step = next((each for each in _STEPS if each + label + 1 <= width), 1)
    lines += [clip_line(line, width) for line in _map(layout, label, step, rows)]
    named = _named(layout)
    if named:
        lines.append(())
        lines += [clip_line(_item_row(*pair, layout, label), width) for pair in named]
    return [*lines, (), *wrapped(_legend(layout), width)]


def _map(layout: PageLayout, label: int, step: int, rows: int) -> list[Line]:
    """Rows of ``step`` chunks; of several rows in which all are free only the first stands."""
    lines: list[Line] = []
    skipped = 0
    for at in range(0, len(layout.chunks), step):
        chunks = layout.chunks[at : at + step]
        if len(lines) == rows:
            return [*lines, (("… " + _more(len(layout.chunks) - at), "label"),)]
        if not any(chunks) and at and not any(layout.chunks[at - step : at]):
            skipped += len(chunks)
            continue
        if skipped:
            lines.append((("… " + _free(skipped), "free"),))
            skipped = 0
        number = str(layout.first + at).rjust(label - 1) + " "
        lines.append(((number, "label"), *_cells(chunks)))
    return [*lines, (("… " + _free(skipped), "free"),)] if skipped else lines


def _heading(layout: PageLayout) -> str:
    words = _("class %(class)d · page %(page)d · chunks %(first)d–%(last)d, %(chunk)d B each")
    return words % {
        "class": layout.slab_class,
        "page": layout.number,
        "first": layout.first,
        "last": layout.first + max(len(layout.chunks) - 1, 0),
        "chunk": layout.chunk,
    }


def _cells(chunks: tuple[ItemLayout | None, ...]) -> list[Run]:
    runs: list[Run] = []
    for item in chunks:
        sign = "░" if item is None else SEGMENT_LETTERS.get(item.segment, "?")
        role: Role = "free" if item is None else SEGMENT_ROLES.get(item.segment, "payload")
        if runs and runs[-1][1] == role:
            runs[-1] = (runs[-1][0] + sign, role)
        else:
            runs.append((sign, role))
    return runs


def _named(layout: PageLayout) -> list[tuple[int, ItemLayout]]:
    pairs = ((layout.first + at, item) for at, item in enumerate(layout.chunks))
    return [(at, item) for at, item in pairs if item is not None][:_NAMED]


def _item_row(number: int, item: ItemLayout, layout: PageLayout, label: int) -> list[Run]:
    """How full the chunk is, and whose it is. Of a chain a chunk shows the whole item."""
    size = min(item.size, layout.chunk)
    return [
        (str(number).rjust(label - 1) + " ", "label"),
        (SEGMENT_LETTERS.get(item.segment, "?") + " ", SEGMENT_ROLES.get(item.segment, "payload")),
        *gauge(size, layout.chunk, _BAR),
        ((_("%(bytes)d B") % {"bytes": item.size}).rjust(8) + " ", "label"),
        (shown(item.key, 80), "key"),
    ]


def _free(number: int) -> str:
    return ngettext("%(n)d free chunk", "%(n)d free chunks", number) % {"n": number}


def _more(number: int) -> str:
    return ngettext("%(n)d more chunk", "%(n)d more chunks", number) % {"n": number}


def _legend(layout: PageLayout) -> str:
    text = _("A cell is a chunk: H hot, W warm, C cold, T temp, ░ free.")
    if any(item is not None and not item.segment for item in layout.chunks):
        text += " " + _("? is being written.")
    return text


def describe_page(layout: PageLayout) -> list[str]:
    """The same facts as sentences."""
    used = sum(item is not None for item in layout.chunks)
    words = _("Page %(page)d of class %(class)d: of %(chunks)s from number %(first)d on %(used)d "
              "are used.")  # fmt: skip
    figures = {
        "page": layout.number,
        "class": layout.slab_class,
        "chunks": chunks_text(len(layout.chunks)),
        "first": layout.first,
        "used": used,
    }
    lines = [words % figures]
    for number, item in _named(layout):
        row = _("Chunk %(n)d: %(key)s, %(size)d of %(chunk)d bytes, %(segment)s.")
        lines.append(row % {
            "n": number, "key": shown(item.key, 80), "size": item.size, "chunk": layout.chunk,
            "segment": item.segment.upper(),
        })  # fmt: skip
    more = used - len(_named(layout))
    if more > 0:
        lines.append(_("Not shown: %(what)s.") % {"what": _more_items(more)})
    return lines


def _more_items(number: int) -> str:
    return ngettext("%(n)d more item", "%(n)d more items", number) % {"n": number}
