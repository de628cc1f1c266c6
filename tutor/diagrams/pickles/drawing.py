"""A pickle drawn: each row an opcode, its bytes, what it does; beneath it the same value as JSON.

pickle · protocol 4 · 28 bytes · 8 opcodes
0000  80 04              PROTO             protocol 4 from here on
0002  8C 05 70 6F 73 …   SHORT_BINUNICODE  push 'posix'
0014  93                 STACK_GLOBAL    ▲ would import posix.system
001C  52                 REDUCE          ▲ would call posix.system('id')
pickle  28 B ██████████
JSON     …
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.diagrams.amounts import size_text
from tutor.diagrams.canvas import (
    Drawing,
    Line,
    Role,
    Run,
    clip,
    clip_line,
    fill_line,
    gauge,
    line_width,
    pad,
    prefix_of,
    width_of,
    wrapped,
)  # fmt: skip
from tutor.diagrams.files.rows import rule
from tutor.diagrams.pickles.layout import ALTERED, JsonTwin, Op, PickleLayout, Rest
from tutor.diagrams.pickles.machine import PUSHED
from tutor.diagrams.pickles.meanings import (
    danger_words,
    loss_words,
    meaning,
    pickle_fault,
    rest_words,
)  # fmt: skip
from tutor.diagrams.sentences import as_sentence
from tutor.i18n import _, ngettext

DANGER = "▲"
_NAME = 17
_MOST_ROWS = 3
_MOST_WORDS = 240
_LOOKS: tuple[tuple[frozenset[str], Role], ...] = (
    (frozenset({"PROTO", "FRAME", "STOP"}), "frame"),
    (frozenset({"MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT", "GET", "BINGET", "LONG_BINGET"}),
     "pointer"),
    (PUSHED | {"BYTEARRAY8", "NONE", "NEWTRUE", "NEWFALSE"}, "payload"),
)  # fmt: skip


def draw(layout: PickleLayout, width: int, most: int = 400, beside: bool = True) -> Drawing:
    """At most ``most`` opcodes, ``width`` cells wide at most; ``beside``: JSON as well."""
    first, *further = wrapped(_heading(layout), width)
    lines: list[Line] = [(("pickle", "title"), (first[0][0][len("pickle") :], "label")), *further]
    if layout.is_number:
        lines += wrapped(_number(layout), width)
    for op in layout.ops[:most]:
        lines += _rows(op, width)
    if len(layout.ops) > most:
        hidden = len(layout.ops) - most
        words = ngettext("… %(n)d more opcode", "… %(n)d more opcodes", hidden) % {"n": hidden}
        lines.append(((words, "label"),))
    if layout.rest is not None:
        lines += _rest(layout.rest, width)
    ends = [fault for fault in layout.faults if fault.offset >= _covered(layout)]
    for fault in ends:
        words = f"× {_place(fault.offset)}  {pickle_fault(fault)}"
        lines += wrapped(words, width, "warning")
    if layout.dangers:
        lines += [(), *_warning(layout, width)]
    if beside and layout.json is not None:
        lines += [(), *_beside(layout, layout.json, width)]
    return Drawing(tuple(clip_line(line, width) for line in lines), tell(layout))


def _covered(layout: PickleLayout) -> int:
    """The byte after the last opcode; faults before it stand in the rows."""
    last = layout.ops[-1] if layout.ops else None
    return last.offset + last.size if last else 0


def _heading(layout: PickleLayout) -> str:
    figures = [
        "pickle",
        _("protocol %(n)d") % {"n": layout.protocol},
        ngettext("%(n)d byte", "%(n)d bytes", layout.size) % {"n": layout.size},
        ngettext("%(n)d opcode", "%(n)d opcodes", len(layout.ops)) % {"n": len(layout.ops)},
        _("stack up to %(n)d") % {"n": layout.deepest},
    ]
    memo = layout.ops[-1].memo if layout.ops else 0
    if memo:
        figures.append(_("memo %(n)d") % {"n": memo})
    return " · ".join(figures)


def _number(layout: PickleLayout) -> str:
    return _("Django reads this text as a whole number and does not unpickle it.")


def _place(offset: int) -> str:
    return f"{offset:04X}"


def _per_row(width: int) -> int:
    return 12 if width >= 110 else 8 if width >= 90 else 6 if width >= 70 else 4


def _role(op: Op) -> Role:
    if op.danger is not None:
        return "warning"
    return next((role for names, role in _LOOKS if op.name in names), "header")


def _rows(op: Op, width: int) -> list[Line]:
    """The offset, the bytes, the opcode's name, what it does; as many rows as that takes."""
    count, role = _per_row(width), _role(op)
    rows = [op.data[at : at + count] for at in range(0, len(op.data), count)][:_MOST_ROWS]
    named = width >= 70
    indent = min(op.depth, 6) * 2
    room = max(width - 6 - count * 3 - indent - (_NAME if named else 0) - 3, 12)
    words = _words(op, room, named, op.size - sum(map(len, rows)))
    lines: list[Line] = []
    for number in range(max(len(rows), len(words))):
        data = rows[number] if number < len(rows) else b""
        head: list[Run] = [
            (pad(_place(op.offset + number * count) if data else "", 6), "label"),
            (data.hex(" ").upper().ljust(count * 3), role),
            (" ", "text"),
        ]
        if named:
            head.append((pad(op.name if not number else "", _NAME), "label"))
        head.append((" " * indent, "text"))
        lines.append((*head, *(words[number] if number < len(words) else ())))
    return lines


def _words(op: Op, room: int, named: bool, hidden: int) -> list[Line]:
    role = _role(op)
    word_role: Role = "payload" if role == "payload" else "label"
    lines: list[Line] = []
    if op.danger is None:
        text = meaning(op)
        lines += _folded(clip(text, _MOST_WORDS), room, word_role)
    else:
        lines += _headed(DANGER, clip(danger_words(op.danger), _MOST_WORDS), room)
    if hidden:
        text = ngettext("… %(n)d byte more", "… %(n)d bytes more", hidden) % {"n": hidden}
        lines += wrapped(text, room)
    if op.fault is not None:
        lines += _headed("×", pickle_fault(op.fault), room)
    return lines


def _headed(sign: str, text: str, room: int) -> list[Line]:
    """A warning; its sign stands before the first line."""
    lines = _folded(text, max(room - 2, 10), "warning")
    return [((" " * 2 if at else f"{sign} ", "warning"), *line) for at, line in enumerate(lines)]


def _folded(text: str, room: int, role: Role) -> list[Line]:
    """As `wrapped`; a word that is wider than the room goes on in the next line."""
    pieces: list[str] = []
    for word in text.split(" "):
        while width_of(word) > room:
            piece = prefix_of(word, room)
            pieces.append(piece)
            word = word[len(piece) :]
        pieces.append(word)
    return wrapped(" ".join(pieces), room, role)


def _rest(rest: Rest, width: int) -> list[Line]:
    count = _per_row(width)
    data = rest.data[:count]
    role: Role = "gone" if rest.kind == "damage" else "free"
    head: Line = (
        (pad(_place(rest.offset), 6), "label"),
        (data.hex(" ").upper().ljust(count * 3), role),
        (" ", "text"),
    )
    lines = wrapped(rest_words(rest), max(width - line_width(head), 12), "label")
    blank: Line = ((" " * line_width(head), "text"),)
    return [(*(blank if at else head), *line) for at, line in enumerate(lines)]


def _warning(layout: PickleLayout, width: int) -> list[Line]:
    return _folded(f"{DANGER} {_verdict(layout)}", width, "warning")


def _verdict(layout: PickleLayout) -> str:
    """What the opcodes with a mark come to."""
    weapons = [one for one in layout.dangers if one.weapon and one.deed != "builds"]
    calls = [one for one in layout.dangers if one.deed in ("calls", "makes")]
    if weapons:
        chosen = next((one for one in weapons if one.deed in ("calls", "makes")), weapons[0])
        what = f"{chosen.name}{chosen.arguments}"
        return _(
            "An attack: whoever wrote this into Redis makes every reader run %(what)s. Nothing "
            "was run here."
        ) % {"what": clip(what, 120)}
    names = list(dict.fromkeys(one.name for one in calls or layout.dangers))
    return _(
        "To read it Python imports and calls what the bytes name: %(names)s. Other bytes could "
        "name anything, os.system too: whoever can write to Redis can execute code."
    ) % {"names": clip(", ".join(names), 120)}


# JSON


def _beside(layout: PickleLayout, twin: JsonTwin, width: int) -> list[Line]:
    lines: list[Line] = [rule(((_("the same as JSON"), "title"),), width)]
    sizes = [("pickle", layout.size), ("JSON", twin.size), (_("JSON, tight"), twin.compact)]
    most = max(size for _name, size in sizes if size is not None)
    widest = max(width_of(name) for name, _size in sizes)
    for name, size in sizes:
        if size is not None:
            cells = max(min(width - widest - 14, 40), 4)
            bar = gauge(size, most, cells)
            figure = size_text(size).rjust(9)
            lines.append((*fill_line([(name, "label")], widest), (figure + "  ", "header"), *bar))
    if twin.text:
        lines += _folded(clip(twin.text, max(width * 3, 120)), width, "payload")
    if twin.error:
        lines += wrapped(f"× json.dumps: {twin.error}", width, "warning")
    elif twin.size is None:
        lines += wrapped(_("Too large to be written out here."), width)
    for loss, count in twin.losses:
        sign, role = ("→", "label") if loss in ALTERED else ("×", "warning")
        lines += wrapped(f"{sign} {loss_words(loss, count)}", width, role)  # type: ignore[arg-type]
    lines += wrapped(_why_json(twin), width)
    return lines


def _why_json(twin: JsonTwin) -> str:
    return _(
        "JSON holds only data: reading it calls nothing, every language reads it, and it does not "
        "know your classes, so that changing one breaks nothing."
    )


# the text twin


def tell(layout: PickleLayout) -> str:
    """The same facts as sentences."""
    told = [_heading(layout) + "."]
    if layout.is_number:
        told.append(_number(layout))
    told += [_sentence(op) for op in layout.ops]
    if layout.rest is not None:
        told.append(_at(layout.rest.offset, layout.rest.size, rest_words(layout.rest)))
    covered = _covered(layout)
    told += [as_sentence(pickle_fault(one)) for one in layout.faults if one.offset >= covered]
    if layout.dangers:
        told.append(_verdict(layout))
    if layout.value:
        told.append(_("The value: %(value)s.") % {"value": layout.value})
    if layout.json is not None:
        told += _json_sentences(layout.json)
    return "\n".join(told)


def _sentence(op: Op) -> str:
    words = meaning(op) if op.danger is None else f"{DANGER} {danger_words(op.danger)}"
    text = f"{op.name}: {words}"
    if op.fault is not None:
        text += f" × {pickle_fault(op.fault)}"
    return _at(op.offset, op.size, text)


def _at(offset: int, size: int, words: str) -> str:
    amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    return _("At %(place)s, %(amount)s: %(meaning)s.") % {
        "place": f"{offset:#x}", "amount": amount, "meaning": words,
    }  # fmt: skip


def _json_sentences(twin: JsonTwin) -> Sequence[str]:
    if twin.error:
        told = [f"json.dumps: {twin.error}."]
    elif twin.size is None or twin.compact is None:
        told = [_("Too large to be written out here.")]
    else:
        told = [_("As JSON: %(size)s, without spaces %(compact)s.") % {
            "size": size_text(twin.size), "compact": size_text(twin.compact),
        }]  # fmt: skip
    return [*told, *(as_sentence(loss_words(loss, count)) for loss, count in twin.losses),
            _why_json(twin)]  # fmt: skip
