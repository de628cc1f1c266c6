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
        add(f"--{name}", type=_whole(_MOST[name]), metavar="N", help=text)


def _whole(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isdecimal() and text.isascii() and len(text) < 9 and int(text) <= most:
            return int(text)
        words = _("a whole number from 0 to {most} is needed, not {text}")
        raise argparse.ArgumentTypeError(words.format(most=most, text=text[:40]))

    return read


def given_knobs(args: argparse.Namespace) -> Knobs:
    """The experiment's own settings, changed by what was said."""
    from dataclasses import replace

    from tutor.labs.cache import FIRST, OF

    experiment = args.experiment
    said: dict[str, Any] = {}
    for name, field in _KNOBS.items():
        value = getattr(args, name, None)
        if value is not None and name in OF[experiment]:
            said[field] = max(value, 0 if name in ("rate", "delay") else 1)
    return replace(FIRST[experiment], **said)


def asked(args: argparse.Namespace) -> tuple[Experiment, str | None, int, Knobs] | None:
    """What the screen is to begin with; None if it cannot, which is said."""
    if not _known_cure(args):
        return None
    return args.experiment, args.cure, args.seed, given_knobs(args)


def _known_cure(args: argparse.Namespace) -> bool:
    from tutor.labs.cache import CURES

    cures = CURES[args.experiment]
    if args.cure is None or args.cure in cures:
        return True
    text = _("{experiment} has no cure {name}. There are: {known}")
    known = ", ".join(cures) or "–"
    words = text.format(experiment=args.experiment, name=args.cure[:40], known=known)
    print(words, file=sys.stderr)
    return False


def run(args: argparse.Namespace, show: Callable[[Drawing, argparse.Namespace], int]) -> int:
    """Carry out the command; the exit code. ``show`` prints or writes a picture."""
    from tutor.labs.cache import CURES, CacheLab

    if not _known_cure(args):
        return 2
    cures = CURES[args.experiment]
    steps = STEPS if args.steps is None else args.steps
    alone = (args.cure,) if args.json and args.cure else ()
    lab = CacheLab(args.experiment, args.seed, given_knobs(args), alone)
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
