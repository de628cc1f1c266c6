"""Then and now: the same data as zipmap, ziplist and listpack, entry by entry.

       zipmap · 2.0–2.4       ziplist · 2.6–6.2        listpack · 7.0+
       22 B ██████░░░░        32 B ██████████          27 B ████████░░
       │len│free│text│        │prevlen│enc│data│       │enc│data│backlen│
total                         │20 00 00 00│            │1b 00 00 00│
count  │02│                   │04 00│                  │04 00│
name   │04│name│         5    │00│04│name│         6   │84│name│05│         6
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.diagrams.canvas import (
    MARK,
    Line,
    Role,
    Run,
    clip,
    clip_line,
    fill_line,
    gauge,
    line_width,
    marked,
    omitted,
    width_of,
    wrapped,
)
from tutor.diagrams.difference import Changes
from tutor.diagrams.packed import items_left_out
from tutor.diagrams.parts import Parts
from tutor.diagrams.payload import shown
from tutor.diagrams.sentences import not_shown
from tutor.diagrams.then.cells import HEADERS, Entry, cell_widths, entry_cell, header_cell, parts_of
from tutor.diagrams.then.words import (
    cascade_end,
    cascade_first,
    cascade_step,
    cascade_title,
    limits,
    notes,
    versions,
    versions_in_short,
)
from tutor.engine.ancestors import Ancestry, Dominoes, Form, LinkedForm, ancestors
from tutor.engine.inspect import Inspection
from tutor.engine.structures.ziplist import LONG_PREVIOUS
from tutor.i18n import _, ngettext

_LABEL, _NARROWEST_LABEL = 16, 8
_GAP = 2
_SIZE = 5
_NARROWEST_COLUMN = 18
_HEAD = 18
_BAR = 10
_STEPS_SHOWN = 6
_WORD = 40


def draw_then(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    """A table with a column for each form; where that is too narrow, one form under the other."""
    found = ancestors(inspection, changed)
    lines = [line for one in found for line in _ancestry(one, width, changed, gaps=True)]
    left = _nodes_left(inspection, found)
    if left:
        lines += [omitted(left, width), ()]
    return lines + _notes(found, width)


def then_parts(inspection: Inspection, width: int, changed: Changes) -> Parts:
    """The same in parts: the rows of the window's entries, or its nodes."""
    found = ancestors(inspection, changed)
    if len(found) != 1 or found[0].node is not None:
        items = [line for one in found for line in _ancestry(one, width, changed, gaps=False)]
        return Parts((), items, _notes(found, width))
    forms = _forms(found[0], width, changed, gaps=False)
    return forms._replace(below=[*forms.below, *_fall(found[0], width), (), *_notes(found, width)])


def _ancestry(ancestry: Ancestry, width: int, changed: Changes, gaps: bool) -> list[Line]:
    """One value, or a node of a list under its name, in all its forms."""
    forms = _forms(ancestry, width, changed, gaps)
    lines = [*forms.above, *forms.items, *forms.below, *_fall(ancestry, width), ()]
    if ancestry.node is None:
        return lines
    return [clip_line([(f"node {ancestry.node}", "title")], width), *lines]


def _fall(ancestry: Ancestry, width: int) -> list[Line]:
    return [] if ancestry.dominoes is None else [(), *_cascade(ancestry.dominoes, width)]


def _notes(found: Sequence[Ancestry], width: int) -> list[Line]:
    """What changed between the versions; the same for all nodes of a list."""
    told = (note for one in found[:1] for note in (*notes(one), limits(one)))
    return [line for note in told for line in wrapped(note, width)]


def _nodes_left(inspection: Inspection, found: Sequence[Ancestry]) -> str:
    n = getattr(inspection.layout, "node_count", len(found)) - len(found)
    return ngettext("%(n)d more node", "%(n)d more nodes", n) % {"n": n} if n > 0 else ""


def _forms(ancestry: Ancestry, width: int, changed: Changes, gaps: bool) -> Parts:
    """``gaps``: say where entries are left out."""
    count = len(ancestry.forms)
    label = min(_LABEL, max(map(width_of, _labels(ancestry))) + 1)
    least, needed = _cell_widths(ancestry)
    least = max(_NARROWEST_COLUMN, least + _SIZE)
    needed = min(_WORD, max(_HEAD, needed) + _SIZE)
    spare = width - (least + _GAP) * count + _GAP
    narrow = min(label, max(spare, _NARROWEST_LABEL))
    column = (width - narrow - _GAP * (count - 1)) // count
    if column >= least:
        return _table(ancestry, narrow, min(column, needed), changed, gaps)
    lines: list[Line] = []
    label = min(label, max(width // 3, 4))
    for number, form in enumerate(ancestry.forms):
        if number:
            lines.append(())
        column = min(width - label, needed)
        lines += _stacked(ancestry, form, label, column, changed, gaps)
    return Parts(items=[clip_line(line, width) for line in lines])


def _cell_widths(ancestry: Ancestry) -> tuple[int, int]:
    """Cells of the widest entry with as good as no text, and with all of it."""
    entries = (entry for form in ancestry.forms for entry in form.layout.entries)
    widths = [cell_widths(entry) for entry in entries] or [(0, 0)]
    return max(fixed + min(text, 3) for fixed, text in widths), max(map(sum, widths))


def _labels(ancestry: Ancestry) -> list[str]:
    return [*HEADERS, *(MARK + clip(shown(one, 256), _LABEL) for one in ancestry.values.values())]


# side by side


def _table(ancestry: Ancestry, label: int, column: int, changed: Changes, gaps: bool) -> Parts:
    """Names, sizes and headers above, the entries, the end below."""
    forms = ancestry.forms
    largest = max(form.layout.total_bytes for form in forms)
    heads: Sequence[Sequence[Line]] = [
        [((form.structure, "title"), (" · " + versions_in_short(form), "label")) for form in forms],
        [_total(form, largest) for form in forms],
        [((parts_of(form.layout), "label"),) for form in forms],
    ]
    above = [_row((), [clip_line(one, column) for one in cells], label, column) for cells in heads]
    fields: dict[str, Line] = {}
    for name in HEADERS:
        cells = [header_cell(form.layout, name, column) for form in forms]
        if any(cells):
            fields[name] = _row(((name, "label"),), cells, label, column)
    end = fields.pop("end", None)
    rows = _entry_rows(ancestry, changed, column, label)
    items = [
        omitted(row, label + column) if isinstance(row, str) else row
        for row in rows
        if gaps or not isinstance(row, str)
    ]
    return Parts([*above, *fields.values()], items, [] if end is None else [end])


def _row(name: Line, cells: Sequence[Line], label: int, column: int) -> Line:
    runs: list[Run] = [*fill_line(name, label)]
    for number, one in enumerate(cells):
        last = number == len(cells) - 1
        runs += one if last else fill_line(one, column + _GAP)
    return tuple(runs)


def _entry_rows(
    ancestry: Ancestry, changed: Changes, column: int, label: int
) -> Iterator[Line | str]:
    """A row for each visible entry, and words for each gap."""
    due = 0
    by_form = [{entry.index: entry for entry in form.layout.entries} for form in ancestry.forms]
    for index in ancestry.shown:
        if index > due:
            yield items_left_out(index - due, due, 1)
        new = _is_new(ancestry, index, changed)
        cells = [_sized(entries[index], column, new) for entries in by_form]
        yield _row(_name(ancestry, index, new, label), cells, label, column)
        due = index + 1
    if due < ancestry.count:
        yield items_left_out(ancestry.count - due, due, 1)


def _is_new(ancestry: Ancestry, index: int, changed: Changes) -> bool:
    if ancestry.kind == "list":
        return (ancestry.node or 0, index) in changed
    return index in changed or ancestry.values[index] in changed


def _name(ancestry: Ancestry, index: int, new: bool, label: int) -> Line:
    value = ancestry.each == 2 and index % 2 == 1
    word = clip(shown(ancestry.values[index], 256), label - (2 if new else 1))
    return marked(word, "payload" if value else "key", new)


def _sized(entry: Entry, column: int, new: bool) -> Line:
    """The bytes of an entry, and how many they are."""
    one = fill_line(entry_cell(entry, column - _SIZE, new), column - _SIZE)
    return (*one, (f"{entry.size:{_SIZE - 1}d} ", "label"))


def _total(form: Form, largest: int) -> Line:
    total = form.layout.total_bytes
    size = _("%(bytes)d B") % {"bytes": total}
    return ((size + " ", "header"), *gauge(total, largest, _BAR))


# one under the other


def _stacked(
    ancestry: Ancestry, form: Form, label: int, room: int, changed: Changes, gaps: bool
) -> Iterator[Line]:
    largest = max(one.layout.total_bytes for one in ancestry.forms)
    yield ((form.structure, "title"), (" · " + versions_in_short(form), "label"))
    yield _total(form, largest)
    if parts_of(form.layout):
        yield ((parts_of(form.layout), "label"),)
    for name in HEADERS[:3]:
        cell = header_cell(form.layout, name, room)
        if cell:
            yield (*fill_line(((name, "label"),), label), *cell)
    due = 0
    for entry in form.layout.entries:
        if gaps and entry.index > due:
            yield omitted(items_left_out(entry.index - due, due, 1), label + room)
        new = _is_new(ancestry, entry.index, changed)
        name_of = _name(ancestry, entry.index, new, label)
        yield (*fill_line(name_of, label), *_sized(entry, room, new))
        due = entry.index + 1
    if gaps and due < ancestry.count:
        yield omitted(items_left_out(ancestry.count - due, due, 1), label + room)
    end = header_cell(form.layout, "end", room)
    if end:
        yield (*fill_line((("end", "label"),), label), *end)


# the cascade


def _cascade(fallen: Dominoes, width: int) -> Iterator[Line]:
    """The entries that grow, one behind the other like dominoes."""
    role: Role = "warning" if len(fallen.steps) > 1 else "label"
    yield from wrapped(cascade_title(fallen), width, "header")
    place, text, size = cascade_first(fallen)
    yield clip_line([("  ■ ", "pointer"), (place, role), (text, "key"), (size, role)], width)
    steps = fallen.steps[:_STEPS_SHOWN]
    for step in steps:
        words = cascade_step(step.index, step.before, step.after)
        bar = gauge(min(step.after, LONG_PREVIOUS), LONG_PREVIOUS, _BAR)
        line: list[Run] = [("  ► ", "pointer"), (words + " ", role), *bar]
        yield tuple(line) if line_width(line) <= width else clip_line(line[:2], width)
    rest = len(fallen.steps) - len(steps)
    if rest:
        more = ngettext("%(n)d more entry", "%(n)d more entries", rest) % {"n": rest}
        yield omitted(more, width)
    yield from wrapped(cascade_end(fallen), width)


# in words


def describe_then(inspection: Inspection, changed: Changes) -> list[str]:
    """The same facts as sentences."""
    found = ancestors(inspection, changed)
    lines: list[str] = []
    for ancestry in found:
        if ancestry.node is not None:
            lines.append(_("Node %(index)d.") % {"index": ancestry.node})
        lines += [_total_in_words(form) for form in ancestry.forms]
        lines += _entries_in_words(ancestry, changed)
        if ancestry.dominoes is not None:
            lines += _cascade_in_words(ancestry.dominoes)
    left = _nodes_left(inspection, found)
    if left:
        lines.append(not_shown(left))
    for ancestry in found[:1]:
        lines += [*notes(ancestry), limits(ancestry)]
    return lines


def _total_in_words(form: Form) -> str:
    words = ngettext(
        "%(structure)s (%(versions)s): %(n)d byte.",
        "%(structure)s (%(versions)s): %(n)d bytes.",
        form.layout.total_bytes,
    )
    figures = {"structure": form.structure, "versions": versions(form)}
    return words % {**figures, "n": form.layout.total_bytes}


def _entries_in_words(ancestry: Ancestry, changed: Changes) -> Iterator[str]:
    due = 0
    by_form = [{entry.index: entry for entry in form.layout.entries} for form in ancestry.forms]
    for index in ancestry.shown:
        if index > due:
            yield not_shown(items_left_out(index - due, due, 1))
        forms = zip(ancestry.forms, by_form, strict=True)
        told = "; ".join(
            f"{form.structure} {versions(form)} {_bytes_in_words(entries[index], form)}"
            for form, entries in forms
        )
        new = _(", changed by the last command") if _is_new(ancestry, index, changed) else ""
        yield f"[{index}] {shown(ancestry.values[index], 256)}{new}: {told}."
        due = index + 1
    if due < ancestry.count:
        yield not_shown(items_left_out(ancestry.count - due, due, 1))


def _bytes_in_words(entry: Entry, form: Form) -> str:
    size = _("%(bytes)d B") % {"bytes": entry.size}
    if isinstance(form.layout, LinkedForm):
        return size
    cell = entry_cell(entry, _WORD, False)
    return f"{size} ({''.join(text for text, _role in cell).strip('│').replace('│', ' ')})"


def _cascade_in_words(fallen: Dominoes) -> list[str]:
    steps = [cascade_step(one.index, one.before, one.after) for one in fallen.steps[:_STEPS_SHOWN]]
    rest = len(fallen.steps) - len(steps)
    first = "".join(cascade_first(fallen))
    lines = [cascade_title(fallen), *(step + "." for step in (first, *steps))]
    if rest:
        more = ngettext("%(n)d more entry", "%(n)d more entries", rest) % {"n": rest}
        lines.append(not_shown(more))
    return [*lines, cascade_end(fallen)]
