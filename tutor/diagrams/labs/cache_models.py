"""Models beside dictionaries: sizes as bars, and what a release does to what is stored.

10 rows           value    in Redis
models           1.6 KB      1.8 KB  ████████████████████████████████████
dictionaries      447 B       584 B  ██████████
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    gauge,
    line_width,
    pad,
    width_of,
    wrapped,
)
from tutor.diagrams.pickles import dissect
from tutor.i18n import _, ngettext, pgettext
from tutor.labs.cache.frame import ChangeFrame, ModelsFrame

_WAYS: Mapping[str, Callable[[], str]] = {
    "models": lambda: pgettext("stored", "models, pickle"),
    "dictionaries": lambda: pgettext("stored", "dictionaries, pickle"),
    "json": lambda: pgettext("stored", "dictionaries, JSON"),
    "tuples": lambda: pgettext("stored", "tuples, pickle"),
    "model": lambda: pgettext("stored", "model"),
    "dictionary": lambda: pgettext("stored", "dictionary"),
}
_CHANGES: Mapping[str, Callable[[], str]] = {
    "same": lambda: _("nothing has changed"),
    "added": lambda: _("a field was added, the page shows it"),
    "removed": lambda: _("a field was removed"),
    "renamed": lambda: _("a field has another name"),
    "cents": lambda: _("price is in cents now"),
    "moved": lambda: _("the class was moved to another module"),
    "saved": lambda: _("a cached row is saved (stock is 3 now)"),
}


def draw_models(models: ModelsFrame, width: int, height: int = 40) -> list[Line]:
    """Sizes, then the changes; at most ``height`` lines."""
    rows = ngettext("%(n)d row", "%(n)d rows", models.rows) % {"n": models.rows}
    column = max(*(width_of(_WAYS[one.way]()) for one in models.sizes), width_of(rows)) + 1
    value, memory = pgettext("column", "value"), pgettext("column", "in Redis")
    head = f"{pad(rows, column)}{value:>10}{memory:>11}"
    lines: list[Line] = [clip_line([(head, "label")], width)]
    most = max(one.size for one in models.sizes)
    for one in models.sizes:
        words = f"{size_text(one.size):>10}{size_text(one.memory):>11}  "
        cells = max(min(width - column - width_of(words), 50), 4)
        lines.append(clip_line([(pad(_WAYS[one.way](), column), "text"), (words, "header"),
                                *gauge(one.size, most, cells)], width))  # fmt: skip
    inside = wrapped(_inside(models), width)
    if len(lines) + len(inside) + len(models.changes) + 4 < height:
        lines += [(), *inside]
    lines += [(), *wrapped(_("After a release, what was stored before is read:"), width)]
    lines += _changes(models, width, height - len(lines))
    advice = wrapped(_advice(), width)
    if len(lines) + 1 + len(advice) <= height:
        lines += [(), *advice]
    return lines[:height]


def _changes(models: ModelsFrame, width: int, room: int) -> list[Line]:
    """What each change does to both; in few rows only whether they stand it."""
    full = [line for one in models.changes for line in _change(one, width, width >= 100)]
    if len(full) <= room:
        return full
    ways = ("model", "dictionary")
    found = {(one.change, one.way): _verdict(one) for one in models.changes}
    lines: list[Line] = []
    for change in dict.fromkeys(one.change for one in models.changes):
        row: list[Run] = []
        for way in ways:
            sign, role = found[change, way]
            row += [(sign, role), (f" {_WAYS[way]()}  ", "label")]
        lines.append(clip_line([*row, (_CHANGES[change](), "text")], width))
    return lines


def _inside(models: ModelsFrame) -> str:
    """What the pickle of one model names; it is taken apart, not loaded."""
    layout = dissect(bytes.fromhex(models.pickled))
    names = dict.fromkeys(one.name for one in layout.dangers if one.deed == "names")
    words = _("One model is a pickle of %(size)d bytes; whoever reads it imports: %(names)s.")
    return words % {"size": layout.size, "names": ", ".join(names)}


def _verdict(change: ChangeFrame) -> tuple[str, Role]:
    if change.silent and change.broken:
        return "▲", "warning"
    return ("×", "gone") if change.broken else ("■", "payload")


def _outcome(change: ChangeFrame) -> str:
    if change.loads != "ok":
        return _("cannot be loaded: %(error)s") % {"error": change.loads}
    if change.silent and change.broken:
        return _("%(shown)s: wrong, and nobody notices") % {"shown": change.uses}
    return change.uses


def _change(change: ChangeFrame, width: int, wide: bool) -> list[Line]:
    sign, role = _verdict(change)
    lines: list[Line] = []
    first = change.way == "model"
    title = _CHANGES[change.change]()
    name = pad(_WAYS[change.way](), max(width_of(_WAYS[one]()) for one in ("model", "dictionary")))
    words: list[Run] = [(sign, role), (f" {name}  ", "label")]
    column = max(width_of(words()) for words in _CHANGES.values()) + 2 if wide else 2
    head: list[Run] = [*fill_line([(title if first and wide else "", "text")], column), *words]
    room = max(width - line_width(head), 12)
    blank: Line = ((" " * line_width(head), "text"),)
    if first and not wide:
        lines.append(clip_line([(title, "text")], width))
    for at, line in enumerate(wrapped(_outcome(change), room, role)):
        lines.append(clip_line([*(blank if at else head), *line], width))
    return lines


def _advice() -> str:
    return _(
        "A pickled model carries its class by name, all its fields, its state and what was fetched "
        "with it. Only what a page needs, as a dictionary, is smaller and does not know the class; "
        "what a field means may change all the same: raise the version of the key then."
    )


def tell_models(models: ModelsFrame) -> list[str]:
    """The same facts as sentences."""
    told = [
        _("%(way)s: %(size)d bytes for %(rows)d rows, %(memory)d in Redis.") % {
            "way": _WAYS[one.way](), "size": one.size, "rows": one.rows, "memory": one.memory,
        }
        for one in models.sizes
    ]  # fmt: skip
    for change in models.changes:
        words = f"{_CHANGES[change.change]()}, {_WAYS[change.way]()}: {_outcome(change)}"
        told.append(words[:1].upper() + words[1:] + ".")
    return [*told, _inside(models), _advice()]
