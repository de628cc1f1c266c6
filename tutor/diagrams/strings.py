"""A string: the object header, and where its pointer leads: SDS header, text, spare room.

┌ type ───┬ encoding ┬ refcount ┬ ptr ──┐
│ string  │ raw      │ 1        │ ► sds │
└ 4 bit ──┴ 4 bit ───┴ 4 B ─────┴ 8 B ─┬┘
sds · 48 B          ┌──────────────────┘
┌ len ┬ alloc ┬ flags ──┬▼buf ───────┬ ───┬ free ──┐
│ 22  │ 44    │ sdshdr8 │ user_id=1… │ \\0 │ ░░░░░░ │
"""

from __future__ import annotations

from tutor.diagrams.boxes import Cell, Group, cell, draw_row, flow, group_width, row_width
from tutor.diagrams.canvas import (
    MARK,
    Line,
    Role,
    Run,
    clip_line,
    gauge,
    line_width,
    marked,
    prefix_of,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import printable, shown
from tutor.diagrams.sentences import changed_by_command
from tutor.diagrams.tables import packed
from tutor.engine.structures.sds import (
    EMBSTR_LIMIT,
    MAX_LENGTHS,
    ROBJ_SIZE,
    SHARED_INTEGERS,
    StringLayout,
)
from tutor.i18n import _, ngettext, pgettext

Changed = frozenset[object]
_LEAST_TEXT = 8
_BAR_CELLS = 24
_ROUND = {32: " ≤4 GB", 64: ""}
"""The longest texts of the larger headers, in round numbers."""


def draw_string(layout: StringLayout, width: int, changed: Changed) -> list[Line]:
    """``changed`` may hold the words ``encoding``, ``len``, ``alloc``, ``header``, ``text`` and,
    where only a part of the text is new, ``("text", first byte, byte after the last)``, or
    ``beyond`` if that part is out of sight."""
    robj = _robj(layout, changed)
    if layout.encoding == "int":
        lines = [_title(f"robj · {ROBJ_SIZE} B", width), *flow([robj], width)]
        lines += _shared(layout, width) if layout.shared else []
    elif layout.encoding == "embstr":
        lines = [_title(f"embstr · {layout.allocation} B", width)]
        lines += _one_block(robj, layout, width, changed)
    else:
        lines = [_title(f"robj · {ROBJ_SIZE} B", width)]
        lines += _two_blocks(robj, layout, width, changed)
    if layout.integer is None:
        lines += [*_used(layout, width), *_kinds(layout, width)]
    return lines + [line for text in _notes(layout) for line in wrapped(text, width)]


def _shared(layout: StringLayout, width: int) -> list[Line]:
    """The objects made at the start, of which this is one (redis 7.0, server.c: shared)."""
    assert layout.integer is not None
    last = SHARED_INTEGERS - 1
    near = sorted({0, last, *range(max(layout.integer - 1, 0), min(layout.integer + 1, last) + 1)})
    boxes: list[Cell] = []
    for at, number in enumerate(near):
        if at and number > near[at - 1] + 1:
            boxes.append(cell("…", role="label"))
        mine = number == layout.integer
        role: Role = "payload" if mine else "label"
        boxes.append(cell(f"► {number}" if mine else str(number), role=role))
    size = f"{SHARED_INTEGERS} × {ROBJ_SIZE} B"
    return [_title(f"shared.integers · {size}", width), *flow([boxes], width)]


def _used(layout: StringLayout, width: int) -> list[Line]:
    """How much of its room the text takes."""
    if not layout.free:
        return []
    figures = _("%(actual)d of %(most)d") % {"actual": layout.length, "most": layout.alloc}
    head: Line = (("len / alloc ", "label"),)
    cells = max(min(width - width_of(figures) - 15, _BAR_CELLS), 4)
    bar = gauge(layout.length, layout.alloc, cells)
    return [clip_line([*head, *bar, (f" {figures} B", "label")], width)]


def _kinds(layout: StringLayout, width: int) -> list[Line]:
    """The five headers, each with the longest text it can tell of; the present one is marked."""
    words: list[Line] = []
    for kind, longest in MAX_LENGTHS.items():
        own = layout.header == f"sdshdr{kind}"
        most = _ROUND.get(kind, f" ≤{longest}")
        name: Line = (("► ", "pointer"), (str(kind), "header")) if own else ((str(kind), "label"),)
        words.append((*name, (most, "label")))
    words[0] = (("sdshdr ", "label"), *words[0])
    return packed(words, width)


def _title(text: str, width: int) -> Line:
    return clip_line([(text, "title")], width)


def _one_block(robj: Group, layout: StringLayout, width: int, changed: Changed) -> list[Line]:
    header = _header(layout, changed)
    room = width - row_width([robj, header])
    sds = [*header, *_buffer(layout, changed, room)]
    if group_width([*header, *_buffer(layout, changed, 10_000)]) + group_width(robj) < width:
        return draw_row([robj, sds])
    return flow([robj], width) + _sds(layout, width, changed)


def _two_blocks(robj: Group, layout: StringLayout, width: int, changed: Changed) -> list[Line]:
    """The object, a line that leads from its pointer to the text, and the block of the text."""
    title = f"sds · {layout.allocation} B"
    lines = flow([robj], width)
    sds = _sds(layout, width, changed)
    start = group_width(robj) - 3
    end = group_width(_header(layout, changed))
    if len(lines) > 3 or len(sds) > 3:
        return [*lines, _title(title, width), *sds]
    lines[-1] = _replace(lines[-1], start, "┬", "pointer")
    sds[0] = _replace(sds[0], end, "▼", "pointer")
    if width_of(title) >= end:
        lines += [_title(title, width)]
    lead = title + " " * (end - width_of(title)) if width_of(title) < end else " " * end
    bend = (
        "┌" + "─" * (start - end - 1) + "┘" if start > end else "└" + "─" * (end - start - 1) + "┐"
    )
    if start < end:
        lead = prefix_of(lead, start)
    return [*lines, ((lead, "title"), (bend if start != end else "│", "pointer")), *sds]


def _replace(line: Line, at: int, sign: str, role: Role) -> Line:
    """Another sign in one cell of a line of frame signs."""
    runs: list[Run] = []
    for text, own in line:
        if 0 <= at < width_of(text) and text.isprintable():
            runs += [(text[:at], own), (sign, role), (text[at + 1 :], own)]
            at = -1
        else:
            runs.append((text, own))
            at = at - width_of(text) if at >= 0 else at
    return tuple(run for run in runs if run[0])


def _robj(layout: StringLayout, changed: Changed) -> list[Cell]:
    pointer = "► sds" if layout.integer is None else str(layout.integer)
    role: Role = "pointer" if layout.integer is None else "payload"
    return [
        cell("string", "type", "4 bit", "header"),
        cell(layout.encoding, "encoding", "4 bit", "header", "encoding" in changed),
        cell("…", "lru", "24 bit", "label"),
        cell(str(refcount(layout)), "refcount", "4 B", "header"),
        cell(pointer, "ptr", "8 B", role, layout.integer is not None and "text" in changed),
    ]


def refcount(layout: StringLayout) -> int:
    """Of a shared integer that of an object that never dies (redis 7.0, OBJ_SHARED_REFCOUNT)."""
    return 2147483647 if layout.shared else 1


def _header(layout: StringLayout, changed: Changed) -> list[Cell]:
    flags = cell(layout.header, "flags", "1 B", "header", "header" in changed)
    if layout.header_size == 1:
        length = cell(str(layout.length), "len", "5 bit", "header", "len" in changed)
        return [length, cell(layout.header, "flags", "3 bit", "header", "header" in changed)]
    field = (layout.header_size - 1) // 2
    return [
        cell(str(layout.length), "len", f"{field} B", "header", "len" in changed),
        cell(str(layout.alloc), "alloc", f"{field} B", "header", "alloc" in changed),
        flags,
    ]


def _sds(layout: StringLayout, width: int, changed: Changed) -> list[Line]:
    """Header, text and spare room; on two rows where the screen is narrow."""
    header = _header(layout, changed)
    used = group_width(header)
    least = sum(1 + one.width for one in _buffer(layout, changed, 0))
    if used + least <= width:
        return draw_row([[*header, *_buffer(layout, changed, width - used)]])
    return flow([header], width) + flow([_buffer(layout, changed, width - 1)], width)


def _buffer(layout: StringLayout, changed: Changed, room: int) -> list[Cell]:
    """Text, NUL and spare room in at most ``room`` cells if they can. The spare room is as large
    beside the text as it is in memory, or smaller if the text could not be read otherwise."""
    end = Cell(((r"\0", "label"),), "", "1 B")
    caption = f"{MARK}buf" if "beyond" in changed else "buf"
    text = Cell(_text(layout, changed), caption, f"{layout.length} B")
    room -= end.width + 2
    free = Cell((), pgettext("bytes", "free"), f"{layout.free} B", 4)
    wanted = min(text.width, 10_000)
    if not layout.free:
        return [_fitted(text, max(min(wanted, room), min(wanted, _LEAST_TEXT))), end]
    room -= 1
    spare = max(free.width, round(wanted * layout.free / max(layout.length, 1)))
    if wanted + spare > room:
        spare = max(min(spare, max(room - wanted, room // 3)), free.width)
        wanted = max(min(wanted, room - spare), min(wanted, _LEAST_TEXT))
    signs: Line = (("░" * (spare - 2), "free"),)
    return [_fitted(text, wanted), end, Cell(signs, free.caption, free.note)]


def _fitted(text: Cell, width: int) -> Cell:
    """The text's box made narrower; what is new in the text stays in sight."""
    inside = max(width - 2, 1)
    runs = text.runs
    if line_width(runs) > inside and len(runs) > 2 and runs[0][1] == "payload":
        beside = inside - line_width(runs[1:]) - 1
        head = prefix_of(runs[0][0], max(beside, inside // 3 - 1, 0))
        if head != runs[0][0]:
            runs = ((head, "payload"), ("…", "label"), *runs[1:])
    return Cell(clip_line(runs, inside), text.caption, text.note)


def _text(layout: StringLayout, changed: Changed) -> Line:
    """The text, the part that is new marked."""
    data = layout.preview
    more: Line = (("…", "label"),) if layout.preview_start + len(data) < layout.length else ()
    part = new_part(changed)
    if part is None:
        new = "text" in changed and "beyond" not in changed
        return (*marked(shown(data, len(data)), "payload", new), *more)
    first, last = _boundary(data, part[0]), _boundary(data, part[1], forward=True)
    pieces: list[Run] = [
        (printable(data[:first], first), "payload"),
        *marked(printable(data[first:last], last), "changed", True),
        (printable(data[last:], len(data)), "payload"),
    ]
    return (*(run for run in pieces if run[0]), *more)


def new_part(changed: Changed) -> tuple[int, int] | None:
    """Where the new part of the text begins and ends, if only a part is new."""
    for item in changed:
        if isinstance(item, tuple) and item[0] == "text":
            return item[1], item[2]
    return None


def _boundary(data: bytes, at: int, forward: bool = False) -> int:
    """The nearest place between two UTF-8 characters."""
    for _step in range(3):
        if not 0 < at < len(data) or data[at] & 0xC0 != 0x80:
            break
        at += 1 if forward else -1
    return min(at, len(data))


def _notes(layout: StringLayout) -> list[str]:
    """Why it lies in memory like this: sentences under the picture and in its twin."""
    if layout.integer is not None:
        if layout.shared:
            return [
                _("One of the 10,000 shared integers 0–9999: every key that holds it points here.")
            ]
        return [_("A 64-bit integer: the number itself lies in the pointer, there is no SDS.")]
    grows = _(
        "Text that does not fit gets room for twice its new length, from 1 MB on for 1 MB more."
    )
    return [_capacity(layout), grows, _allocation(layout)]


def _capacity(layout: StringLayout) -> str:
    if not layout.free:
        return _("No spare room: the next APPEND must move the text to a larger block.")
    return ngettext(
        "%(n)d byte free: an APPEND of up to that many writes in place.",
        "%(n)d bytes free: an APPEND of up to that many writes in place.",
        layout.free,
    ) % {"n": layout.free}


def _allocation(layout: StringLayout) -> str:
    parts = [layout.header_size, layout.alloc, 1]
    if layout.encoding == "embstr":
        why = _("embstr, up to %(limit)d bytes: object, header and text in one block.")
        parts.insert(0, ROBJ_SIZE)
    elif layout.length > EMBSTR_LIMIT:
        why = _("raw, over %(limit)d bytes: the object and the text are two blocks.")
    else:
        why = _("raw although short, since it was built in place: two blocks.")
    total, terms = sum(parts), " + ".join(map(str, parts))
    size = _("%(terms)s = %(total)d bytes in a block of %(block)d.")
    figures = {"terms": terms, "total": total, "block": layout.allocation}
    return f"{why % {'limit': EMBSTR_LIMIT}} {size % figures}"


def describe_string(layout: StringLayout, changed: Changed = frozenset()) -> list[str]:
    """The same facts as sentences."""
    if layout.integer is not None:
        head = _("The object's pointer holds the integer %(value)d.") % {"value": layout.integer}
        return [head, *_notes(layout), *_news(layout, changed)]
    header = _("Its header is %(header)s: len %(len)d, alloc %(alloc)d, free %(free)d.")
    figures = {
        "header": layout.header,
        "len": layout.length,
        "alloc": layout.alloc,
        "free": layout.free,
    }
    text = shown(layout.preview)
    return [
        header % figures,
        *_notes(layout),
        _("The text is: %(text)s") % {"text": text},
        *_news(layout, changed),
    ]


def _news(layout: StringLayout, changed: Changed) -> list[str]:
    words = {"encoding": "encoding", "len": "len", "alloc": "alloc", "header": "flags"}
    names = [name for word, name in words.items() if word in changed]
    part = new_part(changed)
    if part is not None:
        piece = printable(layout.preview[part[0] : part[1]])
        names.append(_("in the text “%(text)s”") % {"text": piece})
    elif "beyond" in changed:
        names.append(_("the text where it is not shown"))
    elif "text" in changed:
        names.append(_("the text") if layout.integer is None else "ptr")
    return changed_by_command(names)
