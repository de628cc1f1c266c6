"""``redis-tutor lab cache``: an experiment of the cache lab without a screen.

redis-tutor lab cache --experiment stampede --cure lock --workers 20 --steps 130
redis-tutor lab cache --experiment routing --delay 150 --json
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.diagrams.canvas import Drawing
    from tutor.labs.cache import Experiment, Knobs

EXPERIMENTS = ("aside", "stampede", "models", "versions", "routing")
STEPS = 130
SVG_WIDTH = 112
_DELAYS = (0, 10, 40, 80, 150, 300, 600)
_KNOBS = {"workers": "workers", "rate": "rate", "cost": "cost_ms", "ttl": "ttl_s", "keys": "keys",
          "delay": "delay_ms", "gap": "gap_ms", "rows": "keys"}  # fmt: skip
_MOST = {"workers": 200, "rate": 1000, "cost": 60_000, "ttl": 86_400, "keys": 200, "delay": 60_000,
         "gap": 60_000, "rows": 10_000}  # fmt: skip


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """Options of the cache lab."""
    add = options.add_argument
    add("--experiment", choices=EXPERIMENTS, default="stampede", help=_("cache: what is tried"))
    add("--cure", metavar="NAME", help=_("cache: which lane to look at"))
    words = {
        "workers": _("cache: processes of the application"),
        "rate": _("cache: requests a second"),
        "cost": _("cache: milliseconds of the slow function"),
        "ttl": _("cache: seconds until a value is over"),
        "keys": _("cache: how many different keys"),
        "delay": _("cache: milliseconds of the replication"),
        "gap": _("cache: milliseconds until the next page, at most"),
        "rows": _("cache: rows that are stored together"),
    }
    for name, text in words.items():
        add(f"--{name}", metavar="N", help=text)


def _number(name: str, text: str) -> int:
    """Raises ValueError, with what is wrong."""
    most = _MOST[name]
    if text.isdecimal() and text.isascii() and len(text) < 9 and int(text) <= most:
        return int(text)
    words = _("--{name} takes a whole number from 0 to {most}, not {text}.")
    raise ValueError(words.format(name=name, most=most, text=text[:40]))


def given_knobs(args: argparse.Namespace) -> Knobs:
    """The experiment's own settings, changed by what was said. Raises ValueError."""
    from dataclasses import replace

    from tutor.labs.cache import FIRST, OF

    experiment = args.experiment
    said: dict[str, Any] = {}
    for name, field in _KNOBS.items():
        text = getattr(args, name, None)
        value = None if text is None else _number(name, text)
        if value is not None and name in OF[experiment]:
            said[field] = max(value, 0 if name in ("rate", "delay") else 1)
    return replace(FIRST[experiment], **said)


Asked = tuple["Experiment", str | None, int, "Knobs"]


def asked(args: argparse.Namespace) -> Asked | None:
    """What was said: experiment, cure, seed, settings. None if it makes no sense, which is told."""
    from tutor.labs.cache import CURES

    cures = CURES[args.experiment]
    try:
        knobs = given_knobs(args)
        if args.cure is not None and args.cure not in cures:
            text = _("{experiment} has no cure {name}. There are: {known}")
            known = ", ".join(cures) or "–"
            name = args.cure[:40]
            raise ValueError(text.format(experiment=args.experiment, name=name, known=known))
    except ValueError as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
        return None
    return args.experiment, args.cure, args.seed, knobs


def run(args: argparse.Namespace, show: Callable[[Drawing, argparse.Namespace], int]) -> int:
    """Carry out the command; the exit code. ``show`` prints or writes a picture."""
    from tutor.labs.cache import CURES, CacheLab

    known = asked(args)
    if known is None:
        return 2
    cures = CURES[args.experiment]
    steps = STEPS if args.steps is None else args.steps
    alone = (args.cure,) if args.json and args.cure else ()
    lab = CacheLab(args.experiment, args.seed, known[3], alone)
    if args.json:
        for _step in range(max(steps, 1)):
            print(json.dumps(lab.step().as_json(), ensure_ascii=False))
        return 0
    lab.step(steps)
    return show(_drawing(args, lab, cures), args)


def _drawing(args: argparse.Namespace, lab: Any, cures: Sequence[str]) -> Drawing:
    from tutor.diagrams.canvas import Drawing
    from tutor.diagrams.labs.cache import cache_drawing, delay_rows
    from tutor.labs.cache.routing import stale_by_delay

    width = args.width or (SVG_WIDTH if args.svg else shutil.get_terminal_size((100, 40)).columns)
    drawing = cache_drawing(lab.frame, cures.index(args.cure) if args.cure else 0, width)
    if args.experiment != "routing":
        return drawing
    cure = args.cure or cures[0]
    points = stale_by_delay(cure, args.seed, _DELAYS, lab.knobs, 10)
    title = _("the same visits under other delays:")
    rows = delay_rows(points, width)
    told = "\n".join([drawing.text, title, *("".join(text for text, _role in row) for row in rows)])
    return Drawing((*drawing.lines, (), ((title, "label"),), *rows), told)
