"""A load as lines: what came of the requests, how long they took, and each node of a cluster.

rate-limit: gcra, 10 in 10 s         127.0.0.1:7000 and 2 more · redis 7.0.15 · 12 s of 30
requests     12 345    512/s  ▁▂▃▅▇▇▆
accepted      1 234     44/s  ▁▁▂
over the limit 0, most in any 10 s: 10
ms   p50 0.41  p90 0.92  p99 2.1  p99.9 8  max 12
node              commands     /s    p50    p99  errors
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tutor.console.load.figures import PERCENTILES, Figures, Latencies, Node, Second
from tutor.i18n import _, ngettext, pgettext
from tutor.network.loadtarget import TargetFacts

Line = list[tuple[str, str]]
"""Pieces of text with Rich's styles."""

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.:-=+*#"
LABEL = 15
CELL = 9
NODES = 12
"""Nodes that are shown one by one."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands above the figures, and how they are drawn. ``limit`` and ``window_s`` are 0 for
    the cache."""

    title: str
    facts: TargetFacts
    seconds: float
    limit: int = 0
    window_s: int = 0
    width: int = 100
    ascii: bool = False


def chart(figures: Figures, shown: Shown, passed: float) -> list[Line]:
    """All lines at a moment, ``passed`` seconds after the beginning."""
    lines = [*_head(shown, passed), []]
    recent = [one for one in figures.seconds if one.at < int(passed)] or list(figures.seconds)
    lines.append(_count(pgettext("load", "requests"), figures.requests, recent, shown,
                        lambda one: one.requests))  # fmt: skip
    lines += _limiter(figures, recent, shown) if shown.limit else _cache(figures, recent, shown)
    lines += [[], _latency(figures.latencies), _slowest(recent, shown)]
    if figures.late > 50_000:
        text = _("{n} ms was the longest wait for a free client: more --clients, or a lower --rate")
        lines.append([(text.format(n=_ms(figures.late)), "yellow")])
    lines += [[], *_nodes(figures, passed, shown.width)]
    return lines + errors_told(figures)


def _head(shown: Shown, passed: float) -> list[Line]:
    facts = shown.facts
    where = facts.nodes[0] if facts.nodes else ""
    if facts.cluster:
        count = len(facts.nodes)
        where = ngettext("cluster of {n} master", "cluster of {n} masters", count).format(n=count)
    kind = f"Redis {facts.version}" if facts.version else "Redis"
    time = _("{n} s of {total}").format(n=int(passed), total=f"{shown.seconds:g}")
    return [[(shown.title, "bold"), (f"  {where}  {kind}  ", "dim"), (time, "cyan")]]


def _count(
    label: str, total: int, recent: Sequence[Second], shown: Shown, of: Callable[[Second], int]
) -> Line:
    """A sum, the last second's, and the seconds as bars."""
    values = [of(one) for one in recent]
    rate = _("{n}/s").format(n=grouped(values[-1] if values else 0))
    room = max(shown.width - LABEL - 24, 8)
    return [
        _label(label),
        (f"{grouped(total):>11}", "bold"),
        (f"{rate:>11}  ", ""),
        (bars(values[-room:], shown.ascii), "cyan"),
    ]


def _label(text: str) -> tuple[str, str]:
    return f"{text:<{LABEL}}", "dim"


def _limiter(figures: Figures, recent: Sequence[Second], shown: Shown) -> list[Line]:
    accepted = _count(pgettext("load", "accepted"), figures.outcomes["accepted"], recent, shown,
                      lambda one: one.good)  # fmt: skip
    refused = _count(pgettext("load", "refused"), figures.outcomes["refused"], recent, shown,
                     lambda one: one.requests - one.good)  # fmt: skip
    style = "red" if figures.over else "green"
    most = _("most of one user in any {n} s: {most} (limit {limit})")
    over: Line = [
        _label(pgettext("load", "over the limit")),
        (f"{grouped(figures.over):>11}", f"bold {style}"),
        ("  " + most.format(n=shown.window_s, most=figures.most, limit=shown.limit), "dim"),
    ]
    return [accepted, refused, over]


def _cache(figures: Figures, recent: Sequence[Second], shown: Shown) -> list[Line]:
    ratio = figures.good / figures.requests if figures.requests else 0.0
    values = [one.good * 100 // one.requests if one.requests else 0 for one in recent]
    room = max(shown.width - LABEL - 24, 8)
    last = f"{values[-1] if values else 0} %"
    hits: Line = [
        _label(pgettext("load", "hit ratio")),
        (f"{ratio * 100:>9.1f} %", "bold green"),
        (f"{last:>11}  ", ""),
        (bars(values[-room:], shown.ascii, 100), "green"),
    ]
    computed = _("the slow function ran {n} times, at most {most} at once for one key")
    told: Line = [(computed.format(n=grouped(figures.computed), most=figures.at_once), "dim")]
    kinds = "  ".join(f"{name} {grouped(n)}" for name, n in sorted(figures.outcomes.items()))
    return [hits, told, [(kinds, "dim")]]


def _latency(latencies: Latencies) -> Line:
    line: Line = [_label(pgettext("load", "latency, ms"))]
    for share in PERCENTILES:
        line += [(f"  p{share:g} ", "dim"), (_ms(latencies.percentile(share)), "bold")]
    return [*line, ("  max ", "dim"), (_ms(latencies.worst), "bold")]


def _slowest(recent: Sequence[Second], shown: Shown) -> Line:
    values = [one.took.percentile(99) for one in recent]
    room = max(shown.width - LABEL - 24, 8)
    return [
        _label(pgettext("load", "p99 by second")),
        (f"{_ms(values[-1]) if values else '':>11}{'':>13}", ""),
        (bars(values[-room:], shown.ascii), "magenta"),
    ]


def _nodes(figures: Figures, passed: float, width: int) -> list[Line]:
    heads = (pgettext("column", "commands"), _("per s"), "p50", "p99", pgettext("load", "errors"))
    node_word = pgettext("load", "node")
    size = max([len(node_word), *(len(name) for name in figures.nodes)])
    size = min(size, max(width - 5 * CELL, 12))
    head = f"{node_word:<{size}}" + "".join(f"{each:>{CELL}}" for each in heads)
    lines: list[Line] = [[(head, "dim")]]
    for name, node in sorted(figures.nodes.items())[:NODES]:
        lines.append([(f"{name[:size]:<{size}}", "cyan"), (_node_cells(node, passed), "")])
    if len(figures.nodes) > NODES:
        more = len(figures.nodes) - NODES
        text = ngettext("… and {n} more node", "… and {n} more nodes", more)
        lines.append([(text.format(n=more), "dim")])
    return lines


def _node_cells(node: Node, passed: float) -> str:
    rate = round(node.commands / passed) if passed > 0 else 0
    cells = (
        *(grouped(node.commands), grouped(rate)),
        *(_ms(node.latencies.percentile(50)), _ms(node.latencies.percentile(99))),
        grouped(node.errors),
    )
    return "".join(f"{each:>{CELL}}" for each in cells)


def errors_told(figures: Figures) -> list[Line]:
    """Each kind of error with what to do."""
    lines: list[Line] = []
    for code, count in figures.errors.most_common():
        advice = advice_on(code)
        lines.append([(f"{code} {grouped(count)}", "bold red"), (f"  {advice}", "")])
    return [[], *lines] if lines else []


def advice_on(code: str) -> str:
    """What an error means here, and what to do."""
    known: dict[str, Callable[[], str]] = {
        "MOVED": lambda: _("the keys are on other nodes: --cluster"),
        "ASK": lambda: _("slots are being moved just now: try again"),
        "CLUSTERDOWN": lambda: _("slots are without a node: redis-cli --cluster check tells which"),
        "SLOTS": lambda: _("no node was found for a slot: redis-cli --cluster check tells which"),
        "MASTERDOWN": lambda: _("a replica has lost its master"),
        "TIMEOUT": lambda: _("no answer in time: a lower --rate; SLOWLOG GET tells what is slow"),
        "LOST": lambda: _("the connection broke or was refused: is the server still there?"),
        "AUTH": lambda: _("not logged in: redis://user:password@host:port"),
        "NOAUTH": lambda: _("not logged in: redis://user:password@host:port"),
        "WRONGPASS": lambda: _("user or password is wrong"),
        "NOPERM": lambda: _("the user may not run what this workload needs: ACL LOG tells what"),
        "READONLY": lambda: _("this is a replica: connect to its master"),
        "OOM": lambda: _("memory is full: maxmemory is reached"),
        "MISCONF": lambda: _("the server cannot write its dump and takes no changes"),
        "LOADING": lambda: _("the server is still reading its data"),
        "VANISHED": lambda: _("the counter ended between two commands of the notes' function"),
    }
    return known[code]() if code in known else _("an error of the server")


def bars(values: Sequence[int], ascii: bool = False, top: int = 0) -> str:
    """A bar for each value; the highest, or ``top``, is full."""
    signs = ASCII_BARS if ascii else BARS
    highest = max([top, *values], default=0) or 1
    return "".join(signs[min(value * len(signs) // highest, len(signs) - 1)] for value in values)


def grouped(number: int) -> str:
    """12 345."""
    return f"{number:,}".replace(",", "\u00a0")


def _ms(us: int) -> str:
    """Milliseconds in three figures."""
    ms = us / 1000
    return f"{ms:.0f}" if ms >= 100 else f"{ms:.3g}"


def plain(lines: Iterable[Line]) -> str:
    """Without colours."""
    return "\n".join("".join(text for text, _style in line).rstrip() for line in lines)
