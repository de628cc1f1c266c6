"""What an outcome did, as lines: value, server → command → reply, the key as it is stored.

{'a': 1}
  replica1  GET myapp:1:k  →  b'\\x80\\x05…' 25 B                          0.2 ms
  myapp:1:k on replica1 · pickle, protocol 5 · 25 B · 80 05 95 … · TTL 59 s · embstr, 80 B
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Sequence
from typing import Any

from tutor.console.cards import card_lines
from tutor.console.django.cards import card, note
from tutor.console.render import Line
from tutor.diagrams.canvas import width_of
from tutor.i18n import _, ngettext
from tutor.network.django.fleet import ServerState
from tutor.network.django.recipes import RECIPES, Recipe, Step
from tutor.network.django.session import Outcome, Session
from tutor.network.django.stored import Stored
from tutor.network.django.wirelog import Exchange
from tutor.network.django.wiretext import exchange_line, reply_text, word_text

__all__ = [
    "as_json",
    "called",
    "exchange_line",
    "outcome_lines",
    "said_lines",
    "server_lines",
    "source_lines",
    "step_lines",
    "stored_facts",
    "stored_line",
    "wrapped",
]

FIRST_BYTES = 12
_ROLES = {"master": "command", "replica": "key"}
_INDENT = "  "


def outcome_lines(outcome: Outcome, session: Session, width: int = 80) -> list[Line]:
    """Everything there is to say of a line, cards included."""
    lines = said_lines(outcome)
    if not outcome.steps:
        lines += wire_lines(outcome.exchanges)
    lines += [stored_line(one) for one in outcome.stored]
    said = note(outcome, session)
    lines += [[(f"{_INDENT}{row}", "note")] for row in textwrap.wrap(said, max(width - 4, 20))]
    found = card(outcome, session)
    return [*lines, *(card_lines(found, width) if found is not None else ())]


def said_lines(outcome: Outcome) -> list[Line]:
    """Steps, value, warnings, error: what Python would have printed."""
    lines: list[Line] = []
    if outcome.steps:
        lines += step_lines(outcome.steps, RECIPES[called(outcome.line)])
    if outcome.text is not None:
        lines.append([(outcome.text, "nil" if outcome.value is None and not outcome.steps else
                       "string")])  # fmt: skip
    lines += [[(text, "warning")] for text in outcome.warnings]
    if outcome.error_text:
        lines.append([(outcome.error_text, "error")])
    return lines


def called(line: str) -> str:
    """The function that a line calls."""
    return line.strip().removeprefix(">>>").strip().partition("(")[0].strip()


def wire_lines(exchanges: Sequence[Exchange], most: int = 40) -> list[Line]:
    """A line for each; the middle of many is left out."""
    shown = list(exchanges[:most])
    lines = [exchange_line(one) for one in shown]
    left = len(exchanges) - len(shown)
    if left:
        text = ngettext("… {n} more", "… {n} more", left).format(n=left)
        lines.append([(_INDENT + text, "note")])
    return lines


def form_text(one: Stored) -> str:
    """How the value is written, in words."""
    return {
        "int": _("decimal text"),
        "pickle": _("pickle, protocol {n}").format(n=one.protocol),
        "json": "JSON",
        "bytes": _("raw bytes"),
        "structure": one.type,
    }[one.form]


def ttl_text(ms: int | None) -> str:
    """``TTL 60 s``."""
    if ms is None:
        return _("no TTL")
    return _("TTL {s} s").format(s=round(ms / 1000)) if ms >= 1000 else f"TTL {ms} ms"


def first_bytes(data: bytes) -> str:
    """The beginning of a value: text as text, else in hexadecimal."""
    try:
        text = data[:32].decode()
        if text.isprintable():
            return text + ("…" if len(data) > 32 else "")
    except UnicodeDecodeError:
        pass
    return data[:FIRST_BYTES].hex(" ") + (" …" if len(data) > FIRST_BYTES else "")


def stored_facts(one: Stored) -> str:
    """How a value is written, its first bytes, its lifetime and its place in memory."""
    facts = [form_text(one)]
    if one.data:
        facts += [_("{n} B").format(n=len(one.data)), first_bytes(one.data)]
    place = _("{encoding}, {n} B in memory").format(encoding=one.encoding, n=one.memory)
    return " · ".join([*facts, ttl_text(one.ttl_ms), place])


def stored_line(one: Stored) -> Line:
    """The key as it is on the server now."""
    return [
        (f"{_INDENT}{one.server:<8} ", "note"),
        (word_text(one.key), "key"),
        (f" = {stored_facts(one)}", "note"),
    ]


def server_lines(states: Sequence[ServerState]) -> list[Line]:
    """The servers, a line each."""
    lines: list[Line] = []
    for one in states:
        place = f"127.0.0.1:{one.port}" if one.running else _("stopped")
        said = [place]
        if one.running:
            if one.role == "replica" and not one.link_up:
                said.append(_("no link to the master"))
            elif one.role == "replica" and one.behind:
                said.append(_("{n} B behind").format(n=one.behind))
            said += [
                ngettext("{n} key", "{n} keys", one.keys).format(n=one.keys),
                _("offset {n}").format(n=one.offset),
            ]
        if one.cut:
            said.insert(1, _("cable pulled"))
        if one.delay_s:
            said.insert(1, _("held back {s:g} s").format(s=one.delay_s))
        role = "error" if not one.running else _ROLES[one.role]
        lines.append([(f"{_INDENT}{one.name:<8} ", role), (" · ".join(said), "")])
    return lines


def source_lines(recipe: Recipe) -> list[Line]:
    """The text of a ready function, with the numbers of its lines."""
    from tutor.console.django.highlight import pieces

    lines: list[Line] = []
    for number, text in enumerate(recipe.source.splitlines(), 1):
        lines.append([(f"{number:>3}  ", "index"), *pieces(text)])
    return lines


def step_lines(steps: Sequence[Step], recipe: Recipe) -> list[Line]:
    """Each line that was carried out, what it caused, and what it gave a value."""
    lines: list[Line] = []
    width = max(len(one.text) for one in steps)
    for one in steps:
        given = "  ".join(f"{name} = {one.variables[name]}" for name in one.changed)
        line: Line = [(f"{one.line:>3}  ", "index"), (f"{one.text:<{width}}", "syntax")]
        if given:
            line.append((f"   {given}", "number"))
        lines += [line, *([("     ", ""), *exchange_line(call)] for call in one.exchanges)]
        if one.error is not None:
            lines.append([("     ", ""), (type(one.error).__name__, "error")])
    return lines


def wrapped(line: Line, width: int, indent: str = "    ") -> list[Line]:
    """A line broken at blanks into lines of at most ``width`` cells; a word that is longer than
    that is left to the terminal."""
    if sum(width_of(text) for text, _role in line) <= width:
        return [line]
    lines: list[Line] = [[]]
    used = 0
    for text, role in line:
        for word in re.findall(r" *[^ ]*", text):
            cells = width_of(word)
            if used and used + cells > width and word.startswith(" "):
                lines.append([(indent, "")])
                used, word = len(indent), word.lstrip()
                cells = width_of(word)
            if word:
                lines[-1].append((word, role))
                used += cells
    return lines


# data


def as_json(outcome: Outcome, session: Session) -> dict[str, Any]:
    """The same as data: bytes are written as Python writes them, without ``b`` and quotes."""
    found = card(outcome, session)
    refused = outcome.refused
    return {
        "line": outcome.line,
        "value": outcome.text,
        "error": outcome.error_text or None,
        "refused": None if refused is None else refused.reason,
        "warnings": list(outcome.warnings),
        "card": None if found is None else {"title": found.title, "meaning": found.meaning},
        "note": note(outcome, session) or None,
        "calls": [_exchange_data(one) for one in outcome.exchanges],
        "handshakes": outcome.handshakes,
        "stored": [_stored_data(one) for one in outcome.stored],
        "steps": [_step_data(one) for one in outcome.steps],
        "ms": round(outcome.seconds * 1000, 3),
    }


def json_line(outcome: Outcome, session: Session) -> str:
    """One line of JSON."""
    return json.dumps(as_json(outcome, session), ensure_ascii=False)


def _bytes(data: bytes) -> str:
    return repr(data)[2:-1]


def _exchange_data(one: Exchange) -> dict[str, Any]:
    return {
        "server": one.server,
        "index": one.index,
        "role": one.role,
        "address": one.address,
        "db": one.db,
        "argv": [_bytes(word) for word in one.argv],
        "reply": reply_text(one.reply, 10_000)[0] if one.answered else None,
        "failed": one.failed or None,
        "us": one.took_us,
        "sent": one.sent,
        "received": one.received,
    }


def _stored_data(one: Stored) -> dict[str, Any]:
    return {
        "server": one.server,
        "db": one.db,
        "key": _bytes(one.key),
        "type": one.type,
        "encoding": one.encoding,
        "form": one.form,
        "protocol": one.protocol,
        "bytes": len(one.data),
        "data": _bytes(one.data[:200]),
        "ttl_ms": one.ttl_ms,
        "memory": one.memory,
    }


def _step_data(one: Step) -> dict[str, Any]:
    return {
        "line": one.line,
        "text": one.text,
        "variables": dict(one.variables),
        "calls": [_exchange_data(call) for call in one.exchanges],
        "returned": one.returned,
        "error": None if one.error is None else f"{type(one.error).__name__}: {one.error}",
    }
