"""Clients and what their connections hold: bytes read and not carried out, bytes not yet sent.

#7 127.0.0.1:50312 · shop · normal · RESP2 · db0 · lpush           22 KB
   query buffer  ░░░░░░░░░░  0 B of 16 KB
   reply buffer  ██░░░░░░░░  3.0 KB of 16 KB
   reply list    0 chunks, 0 B       limit: none
"""

from __future__ import annotations

from tutor.diagrams.amounts import size_text, time_text
from tutor.diagrams.canvas import (
    Line,
    Role,
    Run,
    clip_line,
    gauge,
    line_width,
    omitted,
    width_of,
    wrapped,
)
from tutor.diagrams.payload import printable
from tutor.diagrams.sentences import as_sentence
from tutor.engine.clients.figures import ClientFigures, ClientsFigures, OutputLimit
from tutor.i18n import _, ngettext

_BAR = 12
_SHORT_BAR = 4


def draw_clients(figures: ClientsFigures, width: int) -> list[Line]:
    """Each client with its buffers, and the limits of the classes."""
    lines = wrapped(_count_text(figures), width, "title")
    lines += [line for text in limit_texts(figures) for line in wrapped(text, width)]
    for client in figures.clients:
        lines += [(), *_client(figures, client, width)]
    left_out = figures.count - len(figures.clients)
    if left_out > 0:
        lines.append(omitted(_more(left_out), width))
    return lines


def _more(clients: int) -> str:
    return ngettext("%(n)d more client", "%(n)d more clients", clients) % {"n": clients}


def _count_text(figures: ClientsFigures) -> str:
    count = ngettext("%(n)d client", "%(n)d clients", figures.count) % {"n": figures.count}
    return f"{count} · {size_text(figures.total)}"


def limit_texts(figures: ClientsFigures) -> list[str]:
    """``normal: no limit``, ``pubsub: 32 MB, or 8.0 MB for 60 s``."""
    lines = []
    for limit in figures.limits:
        words = _("output of %(kind)s clients: %(limit)s")
        lines.append(words % {"kind": limit.kind, "limit": _limit_text(limit)})
    words = _("a command that is not finished: %(limit)s (client-query-buffer-limit)")
    return [*lines, words % {"limit": size_text(figures.query_limit)}]


def _limit_text(limit: OutputLimit) -> str:
    if not limit.hard and not limit.soft:
        return _("no limit")
    hard = size_text(limit.hard)
    soft = _("%(size)s for %(time)s") % {
        "size": size_text(limit.soft),
        "time": time_text(limit.seconds * 1000),
    }
    if not limit.soft:
        return hard
    return (
        soft if not limit.hard else _("%(hard)s at once, %(soft)s") % {"hard": hard, "soft": soft}
    )


# one client


def _who(client: ClientFigures) -> list[str]:
    """``#7 127.0.0.1:50312``, name, class, protocol, database, last command."""
    peer = client.peer if client.connected else _("this prompt")
    words = [f"#{client.id} {peer}"]
    if client.name:
        words.append(printable(client.name, 40))
    words += [client.kind, f"RESP{client.resp}", f"db{client.db}"]
    if client.command:
        words.append(client.command.replace("|", " "))
    if client.flags != "N":
        words.append(_("flags %(flags)s") % {"flags": client.flags})
    return words


def _client(figures: ClientsFigures, client: ClientFigures, width: int) -> list[Line]:
    first, *rest = _who(client)
    head: list[Run] = [(first, "key"), (" · " + " · ".join(rest), "label")]
    total = size_text(client.total)
    room = width - width_of(total) - 2
    head = [*clip_line(head, room)]
    gap = " " * (width - line_width(head) - width_of(total))
    lines: list[Line] = [(*head, (gap, "text"), (total, "payload"))]
    if not client.connected:
        lines += [(("   ", "text"), *line) for line in wrapped(no_socket_text(), width - 3)]
    else:
        bar = _BAR if width >= 50 else _SHORT_BAR
        lines += [clip_line(line, width) for line in _buffers(figures, client, bar)]
    lines += [clip_line([("   " + text, "label")], width) for text in _extras(client)]
    return lines


def no_socket_text() -> str:
    """A prompt in this process has no connection."""
    return _("It has no socket: its commands go straight to the engine, nothing is buffered.")


def _buffers(figures: ClientsFigures, client: ClientFigures, bar: int) -> list[list[Run]]:
    held = client.buffers
    limit = next((one for one in figures.limits if one.kind == client.kind), None)
    names = [_("query buffer"), _("reply buffer"), _("reply list")]
    room = max(map(width_of, names))
    padded = [name + " " * (room - width_of(name)) for name in names]
    query = held.query + held.query_free
    chunks = ngettext("%(n)d chunk", "%(n)d chunks", held.chunks) % {"n": held.chunks}
    tail = f"{chunks}, {size_text(held.output)}"
    ceiling = (limit.hard or limit.soft) if limit is not None else 0
    if ceiling:
        tail += " " + _("of %(limit)s") % {"limit": size_text(ceiling)}
    role: Role = "warning" if held.output else "text"
    return [
        _buffer(padded[0], held.query, query, bar),
        _buffer(padded[1], held.fixed, held.reply, bar),
        [
            (f"   {padded[2]}  ", "label"),
            *gauge(held.output, ceiling or max(held.output, 1), bar),
            ("  " + tail, role),
        ],
    ]


def _buffer(name: str, filled: int, whole: int, bar: int) -> list[Run]:
    text = _("%(filled)s of %(whole)s") % {"filled": size_text(filled), "whole": size_text(whole)}
    return [(f"   {name}  ", "label"), *gauge(filled, whole, bar), ("  " + text, "text")]


def _extras(client: ClientFigures) -> list[str]:
    """What is not usual: words of a command that waits, MULTI's queue, subscriptions, idleness."""
    lines = []
    if client.argv:
        lines.append(_("words of the command that waits: %(n)s") % {"n": size_text(client.argv)})
    if client.queued or client.multi:
        words = ngettext(
            "MULTI has queued %(n)d command: %(size)s",
            "MULTI has queued %(n)d commands: %(size)s",
            client.queued,
        )
        lines.append(words % {"n": client.queued, "size": size_text(client.multi)})
    if client.subscriptions:
        words = ngettext("%(n)d subscription", "%(n)d subscriptions", client.subscriptions)
        lines.append(words % {"n": client.subscriptions})
    if client.idle_s:
        lines.append(_("idle %(time)s") % {"time": time_text(client.idle_s * 1000)})
    return lines


# in words


def describe_clients(figures: ClientsFigures) -> list[str]:
    """The same facts as sentences."""
    lines = [_count_text(figures) + ".", *map(as_sentence, limit_texts(figures))]
    for client in figures.clients:
        who = " · ".join(_who(client))
        if not client.connected:
            lines.append(f"{who}: {size_text(client.total)}. {no_socket_text()}")
        else:
            held = client.buffers
            words = _(
                "%(who)s: %(total)s; query buffer %(query)s of %(room)s, reply buffer %(fixed)s of "
                "%(reply)s, reply list %(output)s."
            )
            lines.append(
                words
                % {
                    "who": who,
                    "total": size_text(client.total),
                    "query": size_text(held.query),
                    "room": size_text(held.query + held.query_free),
                    "fixed": size_text(held.fixed),
                    "reply": size_text(held.reply),
                    "output": size_text(held.output),
                }
            )
        lines += map(as_sentence, _extras(client))
    left_out = figures.count - len(figures.clients)
    return [*lines, _more(left_out) + "."] if left_out > 0 else lines
