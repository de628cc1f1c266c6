"""Before and after: two looks at one key side by side, what went and what came marked in both.

    memory       96 →  184 B ⁺         figures that differ
    ┄ before ─────────── │ ┄ after ───────────
    ┌ len ┬ alloc ┐      │ ┌ len ┬ alloc ┐
    │ ⁻22 │ ⁻22   │      │ │ ⁺52 │ ⁺104  │      ⁻ on the left: gone, ⁺ on the right: new
    └─────┴───────┘      │ └─────┴───────┘

Where there is no room for two pictures they stand one above the other. Under them the bytes that
differ, as a list of removed and added fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from tutor.diagrams.allocations import draw_allocations
from tutor.diagrams.canvas import (
    GONE,
    MARK,
    Drawing,
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    marked,
    omitted,
    width_of,
    wrapped,
)
from tutor.diagrams.difference import NOTHING, Changes, changes, common
from tutor.diagrams.picture import NARROWEST, describe, heading, lifetime
from tutor.diagrams.structure import draw_structure
from tutor.diagrams.why import why
from tutor.engine.events import Conversion
from tutor.engine.inspect import Inspection
from tutor.engine.structures.sds import StringLayout
from tutor.i18n import _, ngettext, pgettext

SIDE_BY_SIDE = 88
"""Cells from which two pictures stand beside each other."""

_BYTES_MOST = 24
_COMPARED_MOST = 160
"""Byte lines, from the first that differs on, that are laid beside each other."""

_NEAR = 1
_LEAST_MOVE_MS = 1500
_INDEX = re.compile(r"^\[\d+\] (?!►)")
_PLACE = 8
"""Cells of a byte line's offset and mark."""

_GLUE = "\u00a0"

_HEX = re.compile("[0-9a-f]{2}( [0-9a-f]{2})*")

Figure = tuple[str, str, str]
"""What is counted, before, after."""


def draw_diff(
    before: Inspection | None,
    after: Inspection | None,
    width: int,
    argv: Sequence[bytes] = (),
    conversions: Sequence[Conversion] = (),
    events: Sequence[str] = (),
    failed: bool = False,
) -> Drawing:
    """Two looks at one key compared, ``width`` cells wide at most, and the text twin.

    The first line is the heading of what is there now, the second is empty, as in `picture.draw`.
    The other parameters are those of `why`, whose line stands above the pictures. None stands for
    a key that was not there. O(visible).
    """
    width = max(width, NARROWEST)
    reason = why(before, after, argv, conversions, events, failed)
    marks = changes(before, after) if before is not None and after is not None else NOTHING
    lost = changes(after, before) if before is not None and after is not None else NOTHING
    lines: list[Line] = [clip_line(_head(before, after, marks), width), ()]
    if reason:
        first, *more = _in_lines(reason, max(width - 2, 1))
        lines += [
            ((MARK, "changed"), (" ", "text"), *first),
            *((("  ", "text"), *line) for line in more),
            (),
        ]
    lines += [clip_line(line, width) for line in _figure_lines(_figures(before, after))]
    lines += _pictures(before, lost, after, marks, width)
    lines += [clip_line(line, width) for line in _bytes(before, after, width)]
    return Drawing(tuple(lines), "\n".join(_words(before, after, reason)))


def _in_lines(sentence: str, width: int) -> list[Line]:
    """A sentence over several lines; figures stay with their arrows and units."""
    glued = re.sub(r" (→ |B\b)", lambda found: found[0].replace(" ", _GLUE), sentence)
    lines = wrapped(glued, width, "text")
    return [tuple((text.replace(_GLUE, " "), role) for text, role in line) for line in lines]


def _head(before: Inspection | None, after: Inspection | None, marks: Changes) -> list[Run]:
    if after is not None:
        return heading(after, marks)
    if before is not None:
        return [*heading(before), (" · ", "frame"), *_gone(pgettext("key", "gone"))]
    return [(_("There is no such key."), "label")]


def _gone(text: str) -> Line:
    return ((GONE, "gone"), (text, "gone"))


# figures


def _figures(before: Inspection | None, after: Inspection | None) -> list[Figure]:
    """What is counted in a key, where it differs."""
    if before is None or after is None:
        return []
    rows = [
        (_("type"), before.type, after.type),
        (_("encoding"), before.encoding, after.encoding),
        (_("length"), str(before.length), str(after.length)),
    ]
    old, new = before.layout, after.layout
    if isinstance(old, StringLayout) and isinstance(new, StringLayout):
        rows += [
            (pgettext("sds", "header"), old.header or "—", new.header or "—"),
            ("alloc", str(old.alloc), str(new.alloc)),
            (pgettext("sds", "free"), str(old.free), str(new.free)),
        ]
    rows.append(("MEMORY USAGE", str(before.memory), str(after.memory)))
    if _moment(before, after):
        rows.append((_("lifetime"), lifetime(before), lifetime(after)))
    return [row for row in rows if row[1] != row[2]]


def _moment(before: Inspection, after: Inspection) -> bool:
    """Whether the key's end is another one. That time goes by is no difference."""
    was, now = before.ttl_ms, after.ttl_ms
    if was is None or now is None:
        return was is not now
    return abs(was - now) >= _LEAST_MOVE_MS


def _figure_lines(figures: Sequence[Figure]) -> list[Line]:
    if not figures:
        return []
    name, was = (max(width_of(figure[at]) for figure in figures) for at in (0, 1))
    lines: list[Line] = []
    for what, old, new in figures:
        gap = " " * (name - width_of(what) + 2 + was - width_of(old))
        parts: Line = ((what + gap, "label"), (old, "text"), (" → ", "frame"))
        lines.append((*parts, *marked(new, "text", True)))
    return [*lines, ()]


# pictures


def _pictures(
    before: Inspection | None,
    lost: Changes,
    after: Inspection | None,
    marks: Changes,
    width: int,
) -> list[Line]:
    before_title = _("before") + f" · {GONE} " + _("gone by now")
    after_title = _("after") + f" · {MARK} " + _("new")
    if before is not None and after is not None and before.layout == after.layout:
        return [
            _title(_("the structure is as it was"), width),
            *_side(after, marks, width, False),
        ]
    if width < SIDE_BY_SIDE or before is None or after is None:
        lines: list[Line] = []
        if before is not None:
            lines += [_title(before_title, width), *_side(before, lost, width, True), ()]
        if after is not None:
            lines += [_title(after_title, width), *_side(after, marks, width, False), ()]
        return lines
    left = (width - 3) // 2
    right = width - 3 - left
    one = [_title(before_title, left), *_side(before, lost, left, True)]
    two = [_title(after_title, right), *_side(after, marks, right, False)]
    height = max(len(one), len(two))
    one += [()] * (height - len(one))
    two += [()] * (height - len(two))
    joined = [
        (*fill_line(old, left), (" │ ", "frame"), *new) for old, new in zip(one, two, strict=True)
    ]
    return [*joined, ()]


def _title(word: str, width: int) -> Line:
    rest = max(width - width_of(word) - 3, 0)
    return clip_line([("─ ", "frame"), (word, "title"), (" " + "─" * rest, "frame")], width)


def _side(seen: Inspection, changed: Changes, width: int, gone: bool) -> list[Line]:
    lines = draw_structure(seen, width, changed)
    cut = [clip_line(line, width) for line in lines]
    return [_as_gone(line) for line in cut] if gone else cut


def _as_gone(line: Line) -> Line:
    """Marks of what is new, seen from the other side."""
    return tuple(
        (text.replace(MARK, GONE, 1) if text.startswith(MARK) else text, "gone")
        if role == "changed"
        else (text, role)
        for text, role in line
    )


# bytes


def _bytes(before: Inspection | None, after: Inspection | None, width: int) -> list[Line]:
    """Fields of the bytes view that differ, the line before and after them for company."""
    if before is None or after is None:
        return []
    was = draw_allocations(before, width, NOTHING)
    now = draw_allocations(after, width, NOTHING)
    rows = list(_edited(was, now))
    if not rows:
        return []
    rest = len(rows) - _BYTES_MOST
    lines = [_title(_("bytes that differ"), width), *rows[:_BYTES_MOST]]
    if rest > 0:
        words = ngettext("%(n)d more line", "%(n)d more lines", rest)
        lines.append(omitted(words % {"n": rest}, width))
    return lines


def _content(line: Line) -> tuple[Run, ...]:
    """A byte line without its offset and the index of its element, which move with everything in
    front of it. Slots of a table are told apart by their index."""
    if not (line and line[0][1] == "label" and len(line[0][0]) < _PLACE):
        return line
    return tuple((_INDEX.sub("", text), role) for text, role in line[1:])


def _edited(was: Sequence[Line], now: Sequence[Line]) -> Iterator[Line]:
    """What an edit of the one makes the other, with a little of what stayed around it."""
    left, right = [_content(line) for line in was], [_content(line) for line in now]
    head = common(left, right)
    tail = common(left[head:][::-1], right[head:][::-1])
    if head == len(left) == len(right):
        return
    skipped = max(head - _NEAR, 0)
    kept = max(tail - _NEAR, 0)
    left, right = left[skipped : len(left) - kept], right[skipped : len(right) - kept]
    cut = max(len(left), len(right)) > _COMPARED_MOST
    left, right = left[:_COMPARED_MOST], right[:_COMPARED_MOST]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    shown = 0
    for group in matcher.get_grouped_opcodes(_NEAR):
        yield from _place(now, skipped + group[0][3], shown)
        shown = skipped + group[-1][4]
        if group[-1][0] == "equal" and _is_title(now[shown - 1]):
            shown -= 1  # the name of a block of which nothing follows
        for kind, i, j, first, last in group:
            if kind == "equal":
                yield from now[skipped + first : min(skipped + last, shown)]
                continue
            yield from (_signed(line, GONE, "gone") for line in was[skipped + i : skipped + j])
            fresh = now[skipped + first : skipped + last]
            yield from (_signed(line, MARK, "changed") for line in fresh)
    if cut:
        yield (("     … " + _("more is different further on"), "label"),)


def _place(lines: Sequence[Line], first: int, shown: int) -> Iterator[Line]:
    """The title of the block in which lines from ``first`` on stand, if it is not among those
    shown before, and that something is left out."""
    at = min(first, len(lines) - 1)
    while at > 0 and not _is_title(lines[at]):
        at -= 1
    if shown <= at < first and _is_title(lines[at]):
        yield lines[at]
    if max(at + 1, shown) < first:
        yield (("     …", "label"),)


def _is_title(line: Line) -> bool:
    return bool(line) and line[0][1] == "title"


def _signed(line: Line, sign: str, role: Role) -> Line:
    """A byte line as removed or added: the sign where the mark stands, or in front of a title."""
    if len(line) > 1 and len(line[0][0]) < _PLACE and line[0][1] == "label":
        data = ((text, role if _HEX.fullmatch(text.strip()) else one) for text, one in line[2:])
        return (line[0], (sign, role), *data)
    return ((sign, role), *line)


# words


def _words(before: Inspection | None, after: Inspection | None, reason: str) -> list[str]:
    """The text twin: why, the figures, the sentences that hold no longer, and those that do now."""
    lines = [reason] if reason else []
    if after is None and before is None:
        return [_("There is no such key.")]
    for what, old, new in _figures(before, after):
        figures = {"what": what, "old": old, "new": new}
        lines.append(_("%(what)s: before %(old)s, now %(new)s.") % figures)
    was = describe(before) if before is not None else []
    now = describe(after) if after is not None else []
    gone = [line for line in was if line not in set(now)]
    fresh = [line for line in now if line not in set(was)]
    if gone:
        lines += [_("Before:"), *gone]
    if fresh:
        lines += [_("Now:"), *fresh]
    if not gone and not fresh:
        lines += [_("Nothing differs."), *now]
    return lines
