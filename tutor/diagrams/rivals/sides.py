"""An experiment drawn: what was said to each engine and what it said, side by side.

Use: queue
The notes: Redis: cache, queue, …; Memcached: only a cache.

  Redis                                │ Memcached
1. Tasks are pushed
  > LPUSH tasks a                      │ > lpush tasks a
  :1                                   │ ERROR
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from tutor.diagrams.canvas import (
    Drawing,
    Line,
    Role,
    Run,
    clip_line,
    fill_line,
    omitted,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import printable
from tutor.diagrams.rivals.words import (
    figure_text,
    notes_text,
    row_text,
    step_text,
    value_text,
    verdict_sentence,
    verdict_text,
)
from tutor.diagrams.tables import Column, table
from tutor.i18n import _, ngettext
from tutor.labs.rivals.bench import EngineName, Exchange
from tutor.labs.rivals.experiment import Outcome, failed
from tutor.labs.rivals.rows import ROWS

NARROWEST = 12
_APART = 64
"""From here on both engines stand side by side."""

_FEW = 1
"""Repetitions that are shown before the ellipsis; the last one stands behind it."""

_MOST_LINES = 6
"""Lines of one reply."""

NAMES: dict[EngineName, str] = {"redis": "Redis", "memcached": "Memcached"}


def draw_outcome(outcome: Outcome, width: int, done: bool = True, wire: bool = False) -> Drawing:
    """What has been said so far, and at the end (``done``) figures and the verdict. ``wire``: the
    bytes of the requests as they travel."""
    width = max(width, NARROWEST)
    lines = [*draw_notes(outcome, width), ()]
    if width >= _APART and outcome.exchanges:
        left = fill_line([("  ", "text"), (NAMES["redis"], "title")], (width - 3) // 2)
        lines.append((*left, (" │ ", "frame"), (NAMES["memcached"], "title")))
    lines += draw_steps(outcome, width, wire)
    if outcome.figures:
        lines += [(), *draw_figures(outcome, width)]
    if done:
        lines += [(), *draw_verdict(outcome, width)]
    clipped = tuple(clip_line(line, width) for line in lines)
    return Drawing(clipped, "\n".join(describe_outcome(outcome, done)))


def draw_notes(outcome: Outcome, width: int) -> list[Line]:
    """The row's name, and what the notes say of both."""
    lines = [clip_line([(row_text(outcome.row), "title")], width)]
    notes = notes_text(ROWS[outcome.row])
    if notes is None:
        return lines + wrapped(_("The notes do not speak of it."), width)
    said = _("The notes: Redis: %(redis)s; Memcached: %(memcached)s.")
    return lines + wrapped(said % {"redis": notes[0], "memcached": notes[1]}, width)


def draw_steps(outcome: Outcome, width: int, wire: bool = False) -> list[Line]:
    """Every step that was taken: a sentence, then the exchanges of both."""
    lines: list[Line] = []
    for number, step in enumerate(ROWS[outcome.row].steps[: outcome.taken]):
        lines.append(clip_line([(f"{number + 1}. ", "label"), (step_text(step.code), "header")],
                               width))  # fmt: skip
        said = [one for one in outcome.exchanges if one.step == number]
        lines += draw_exchanges(said, width, wire, step.times > 1)
    return lines


def draw_exchanges(
    said: Sequence[Exchange], width: int, wire: bool = False, repeated: bool = False
) -> list[Line]:
    """Exchanges of a step, side by side or, where it is narrow, one engine below the other; of
    ``repeated`` ones only some."""
    parted = {name: [one for one in said if one.engine == name] for name in NAMES}
    sides = {name: _abridged(some, repeated) for name, some in parted.items()}
    if width < _APART:
        lines: list[Line] = []
        for name, some in sides.items():
            if some[0]:
                lines.append(clip_line([("  " + NAMES[name], "label")], width))
                lines += [(("  ", "text"), *line) for line in _side(some, width - 2, wire)]
        return lines
    half = (width - 3) // 2
    left = _side(sides["redis"], half - 2, wire)
    right = _side(sides["memcached"], width - half - 3, wire)
    if not said:
        return []
    none: Line = (("—", "free"),)
    pairs = zip_longest(left or [none], right or [none], fillvalue=())
    return [
        (("  ", "text"), *fill_line(one, half - 2), (" │ ", "frame"), *two) for one, two in pairs
    ]


def _side(side: tuple[Sequence[Exchange], int], width: int, wire: bool) -> list[Line]:
    shown, hidden = side
    lines: list[Line] = []
    for at, one in enumerate(shown):
        if hidden and at == len(shown) - 1:
            words = ngettext("%(n)d more", "%(n)d more", hidden) % {"n": hidden}
            lines.append(omitted(words, width))
        lines += _exchange(one, width, wire)
    return lines


def _abridged(said: Sequence[Exchange], repeated: bool) -> tuple[Sequence[Exchange], int]:
    """Of repetitions the first and the last, and how many are left out; the first error is shown
    as well."""
    if not repeated or len(said) <= _FEW + 1:
        return said, 0
    kept = [*range(_FEW), len(said) - 1]
    trouble = next((at for at, one in enumerate(said) if failed(one)), None)
    if trouble is not None and trouble not in kept:
        kept.insert(_FEW, trouble)
    return [said[at] for at in kept], len(said) - len(kept)


def _exchange(one: Exchange, width: int, wire: bool) -> list[Line]:
    """The line as typed (or its bytes), then the reply, line by line."""
    where = "" if one.server in ("redis", "cache1") else f"{one.server} "
    other = _("client 2") + " " if one.client != "a" else ""
    prompt: Run = (f"{where}{other}> ", "label")
    lines: list[Line] = []
    for at, text in enumerate(_request_lines(one, wire)):
        head: Run = prompt if at == 0 else (" " * width_of(prompt[0]), "text")
        lines.append(clip_line([head, (text, "key")], width))
    if not one.typed:
        lines = [clip_line([(_("the reply to the one who waits:"), "label")], width)]
    return lines + [piece for line in _reply_lines(one) for piece in _fitted(line, width)]


def _fitted(line: Line, width: int) -> list[Line]:
    """An error over as many lines as it needs, anything else cut."""
    if len(line) == 1 and line[0][1] == "gone":
        return wrapped(line[0][0], width, "gone")
    return [clip_line(line, width)]


def _request_lines(one: Exchange, wire: bool) -> list[str]:
    if wire:
        more = "…" if one.request_length > len(one.request) else ""
        return [printable(one.request, 400) + more]
    return [printable(line.encode()) for line in one.typed.split("\n")]


def _reply_lines(one: Exchange) -> list[Line]:
    if one.refused:
        return [((_("connection refused"), "gone"),)]
    if one.waits:
        return [((_("waits…"), "warning"),)]
    role: Role = "gone" if failed(one) else "payload"
    parts = one.reply.removesuffix(b"\r\n").split(b"\r\n")
    lines = _joined(parts) if one.engine == "redis" else [printable(part) for part in parts]
    if not one.reply:
        return [((_("no reply"), "free"),)]
    drawn: list[Line] = [((text, role),) for text in lines[:_MOST_LINES]]
    return [*drawn, (("…", "label"),)] if len(lines) > _MOST_LINES else drawn


def _joined(parts: Sequence[bytes]) -> list[str]:
    """RESP with each bulk string on the line of its length: ``$5 hello``."""
    lines: list[str] = []
    at = 0
    while at < len(parts):
        text = printable(parts[at])
        if parts[at][:1] == b"$" and parts[at] != b"$-1" and at + 1 < len(parts):
            at += 1
            text += " " + printable(parts[at])
        lines.append(text + (" (nil)" if parts[at] in (b"$-1", b"*-1") else ""))
        at += 1
    return lines


def draw_figures(outcome: Outcome, width: int) -> list[Line]:
    """A table of what was counted on both."""
    figures = outcome.figures
    columns = [
        Column(_("counted"), [((figure_text(one), "text"),) for one in figures], gives=True),
        Column("Redis", [((value_text(one, one.redis), "payload"),) for one in figures]),
        Column("Memcached", [((value_text(one, one.memcached), "payload"),) for one in figures]),
    ]
    return table(columns, width)


def draw_verdict(outcome: Outcome, width: int) -> list[Line]:
    """What to think of the notes' row."""
    said = wrapped(verdict_sentence(outcome.row), width, "text")
    if notes_text(ROWS[outcome.row]) is None:
        return said
    role: Role = "title" if outcome.verdict == "right" else "warning"
    head: list[Run] = [(_("The notes: "), "label"), (verdict_text(outcome.verdict), role)]
    return [clip_line(head, width), *said]


def describe_outcome(outcome: Outcome, done: bool = True) -> list[str]:
    """The same facts as sentences."""
    notes = notes_text(ROWS[outcome.row])
    lines = [row_text(outcome.row) + "."]
    if notes is not None:
        said = _("The notes: Redis: %(redis)s; Memcached: %(memcached)s.")
        lines.append(said % {"redis": notes[0], "memcached": notes[1]})
    for number, step in enumerate(ROWS[outcome.row].steps[: outcome.taken]):
        said_here = [one for one in outcome.exchanges if one.step == number]
        lines.append(step_text(step.code) + (":" if said_here else "."))
        for name in NAMES:
            own = [one for one in said_here if one.engine == name]
            shown, hidden = _abridged(own, step.times > 1)
            lines += [_sentence(one) for one in shown]
            if hidden:
                lines.append(ngettext("%(n)d more", "%(n)d more", hidden) % {"n": hidden})
    return lines + describe_figures(outcome)[1:] if done else lines


def describe_figures(outcome: Outcome) -> list[str]:
    """The row's name, what was counted, what to think of it."""
    lines = [row_text(outcome.row) + "."]
    for one in outcome.figures:
        words = _("%(figure)s: Redis %(redis)s, Memcached %(memcached)s.")
        lines.append(
            words
            % {
                "figure": figure_text(one),
                "redis": value_text(one, one.redis),
                "memcached": value_text(one, one.memcached),
            }
        )
    return [*lines, f"{verdict_text(outcome.verdict)}. {verdict_sentence(outcome.row)}"]


def _sentence(one: Exchange) -> str:
    typed = printable(one.typed.replace("\n", " / ").encode())
    answer = " ".join("".join(text for text, _role in line) for line in _reply_lines(one))
    return f"{NAMES[one.engine]}, {one.server}: {typed[:100]} → {answer}"
