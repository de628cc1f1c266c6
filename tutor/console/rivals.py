"""``redis-tutor rivals``: Redis against Memcached without a screen, as text, JSON or a picture.

    redis-tutor rivals                                    every experiment, its figures, its verdict
    redis-tutor rivals --row queue                        one of them with all that was said
    redis-tutor rivals --row memory --json
    redis-tutor rivals --view slabs --run 'set k 0 0 5' --run hello --svg slabs.svg
    redis-tutor rivals --view ring --join 1 --leave 10.0.0.2:11211

Where there is a terminal and nothing of this is asked for, the screen opens.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tutor.console.confinement import closed
from tutor.i18n import _, guess_language, ngettext, set_language

if TYPE_CHECKING:
    from tutor.diagrams.canvas import Drawing, Line

ROWS = (
    "types", "persistence", "replication", "cache", "queue", "rate-limit", "sessions", "memory",
    "speed", "popularity",
)  # fmt: skip
VIEWS = ("slabs", "page", "queues", "item", "ring")
_WIDTH = 100
_EPOCH_US = 1_700_000_000_000_000


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of the command."""
    add = options.add_argument
    rows = ", ".join(ROWS)
    add(
        "--row",
        choices=ROWS,
        metavar="ROW",
        help=_("one experiment, with all that was said: {rows}").format(rows=rows),
    )
    add("--json", action="store_true", help=_("a line of JSON for each experiment"))
    add("--wire", action="store_true", help=_("requests as bytes on the wire"))
    add("--measure", action="store_true", help=_("measure the speed as well (another each time)"))
    add("--seed", type=int, default=7, help=_("the same seed, the same run"))
    views = ", ".join(VIEWS)
    add(
        "--view",
        choices=VIEWS,
        metavar="VIEW",
        help=_("a picture of Memcached's memory, or of the ring: {views}").format(views=views),
    )
    add("--run", dest="lines", metavar="LINE", action="append", default=[],
        help=_("a line for Memcached before that; a value is a line of its own"))  # fmt: skip
    add(
        "--fill",
        type=int,
        default=0,
        metavar="N",
        help=_("store N items before that, a second apart; the first four are read all the time"),
    )
    add("--size", type=int, metavar="BYTES", help=_("of each of their values (different ones)"))
    add("--memory", type=int, default=64, metavar="MB", help=_("how much Memcached may use"))
    few = range(1, 9)
    add(
        "--servers",
        type=int,
        default=3,
        choices=few,
        metavar="N",
        help=_("ring: how many at first, 1 to 8"),
    )
    add("--join", type=int, default=0, choices=few, metavar="N", help=_("ring: so many join"))
    add("--leave", metavar="SERVER", help=_("ring: this one leaves"))
    add("--svg", metavar="FILE", help=_("write the picture as SVG"))
    add("--png", metavar="FILE", help=_("write the picture as PNG"))
    add("--text", action="store_true", help=_("print the picture (the default without a file)"))
    add("--plain", action="store_true", help=_("print sentences instead of a picture"))
    add("--width", type=int, help=_("cells from edge to edge at most"))


def wants_screen(args: argparse.Namespace) -> bool:
    """Whether the screen is meant."""
    asked = (args.row, args.json, args.view, args.lines, args.svg, args.png, args.text, args.plain,
             args.measure, args.fill)  # fmt: skip
    return not any(asked) and (closed() or sys.stdout.isatty())


def run(args: argparse.Namespace) -> int:
    """Carry out the command; the exit code."""
    set_language(args.lang or guess_language() or "en")
    if args.lines or args.fill:
        args.view = args.view or "slabs"
    if args.view is None:
        return _experiments(args)
    drawing = _ring(args) if args.view == "ring" else _memory(args)
    if drawing is None:
        return 1
    return _show(drawing, args, f"memcached {args.view}")


# experiments


def _experiments(args: argparse.Namespace) -> int:
    from time import perf_counter

    from tutor.labs.rivals import run as try_out

    names = (args.row,) if args.row else ROWS
    timer = perf_counter if args.measure else None
    outcomes = [try_out(name, args.seed, timer) for name in names]
    if args.json:
        for outcome in outcomes:
            print(json.dumps(outcome.as_json(), ensure_ascii=False))
        return 0
    if args.row:
        from tutor.diagrams.rivals import draw_outcome

        drawing = draw_outcome(outcomes[0], _width(args), wire=args.wire)
        return _show(drawing, args, args.row)
    return _show(_summary(outcomes, _width(args)), args, "rivals")


def _summary(outcomes: Sequence[Any], width: int) -> Drawing:
    """Of each experiment the notes' words, the figures and the verdict."""
    from tutor.diagrams.canvas import Drawing
    from tutor.diagrams.rivals import draw_figures, draw_notes, draw_verdict
    from tutor.diagrams.rivals.sides import describe_figures

    lines: list[Line] = []
    said: list[str] = []
    for outcome in outcomes:
        lines += [*([()] if lines else []), *draw_notes(outcome, width)]
        if outcome.figures:
            lines += draw_figures(outcome, width)
        lines += draw_verdict(outcome, width)
        said += describe_figures(outcome)
    return Drawing(tuple(lines), "\n".join(said))


# Memcached's memory


def _fill(talk: Any, clock: Any, number: int, size: int | None) -> None:
    """Items of one size or of many; time passes, so that queues are juggled."""
    for at in range(1, number + 1):
        length = size if size is not None else at * 37 % 900 + 1
        talk.say(f"set item:{at} 0 0 {length}")
        talk.say("x" * length)
        talk.say(f"get item:{(at - 1) % 4 + 1}")
        clock.advance(ms=1000)
        talk.cache.catch_up()


def _memory(args: argparse.Namespace) -> Drawing | None:
    from tutor.console.telnet.talk import Talk
    from tutor.diagrams.memcached import draw_memcached
    from tutor.engine.clock import VirtualClock
    from tutor.memcached.memcached import Memcached
    from tutor.memcached.settings import SettingsError

    clock = VirtualClock(_EPOCH_US)
    try:
        talk = Talk(Memcached(clock, memory_limit=args.memory << 20))
    except SettingsError as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
        text = _("An item may have 1 MB, and Memcached wants room for two of them: --memory 2.")
        print(text, file=sys.stderr)
        return None
    _fill(talk, clock, args.fill, args.size)
    for line in args.lines:
        said = talk.say(line)
        if said.reply and said.reply[0].split(" ")[0].endswith("ERROR"):
            print(f"{line[:60]!r}: {said.reply[0]}", file=sys.stderr)
    if talk.waiting:
        text = ngettext(
            "Memcached still waits for {n} byte.",
            "Memcached still waits for {n} bytes.",
            talk.waiting,
        )
        print(text.format(n=talk.waiting), file=sys.stderr)
    layout = _layout(args.view, talk)
    if layout is None:
        print(_("There is nothing to draw: no item is stored."), file=sys.stderr)
        return None
    return draw_memcached(args.view, layout, _width(args))


def _layout(view: str, talk: Any) -> Any:
    """What the view draws; None if it is not there."""
    from tutor.memcached.looks import class_in, page_of, queues_of

    store = talk.cache.store
    whole = store.layout()
    item = store.item_layout(talk.key) if talk.key else None
    if view in ("slabs", "item"):
        return whole if view == "slabs" else item
    row = class_in(whole, item.slab_class if item is not None else None)
    if row is None:
        return None
    return page_of(store, row) if view == "page" else queues_of(store, row, talk.events)


def _ring(args: argparse.Namespace) -> Drawing | None:
    from tutor.diagrams.memcached import draw_memcached, ring_figures
    from tutor.labs.rivals import Shards

    shards = Shards(args.servers)
    for _number in range(args.join):
        shards.join()
    if args.leave and not shards.leave(args.leave):
        text = _("There is no server {name}. There are: {known}")
        print(text.format(name=args.leave, known=", ".join(shards.servers)), file=sys.stderr)
        return None
    return draw_memcached("ring", ring_figures(shards), _width(args))


# output


def _width(args: argparse.Namespace) -> int:
    if args.width:
        return max(int(args.width), 12)
    return _WIDTH if args.svg or args.png else shutil.get_terminal_size((_WIDTH, 40)).columns


def _show(drawing: Drawing, args: argparse.Namespace, name: str) -> int:
    """Write or print a picture; the exit code."""
    from pathlib import Path

    from tutor.console.trouble import reason

    try:
        if args.svg:
            from tutor.diagrams.export.svg import svg

            Path(args.svg).write_text(svg(drawing, name=name), encoding="utf-8")
        if args.png:
            from tutor.diagrams.export.png import png

            Path(args.png).write_bytes(png(drawing))
    except OSError as error:
        print(f"redis-tutor: {reason(error)}", file=sys.stderr)
        return 1
    if args.plain:
        print(drawing.text)
    elif args.text or not (args.svg or args.png):
        encoding = (sys.stdout.encoding or "").lower()
        print(drawing.plain if encoding.startswith("utf") else drawing.ascii().plain)
    return 0
