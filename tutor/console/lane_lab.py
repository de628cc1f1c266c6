"""``redis-tutor lab NAME``: an experiment of a lab of lanes without a screen.

redis-tutor lab cache --experiment stampede --lane lock --set workers=20 --steps 130
redis-tutor lab cache --experiment routing --set delay=150 --json
redis-tutor lab cache --list
"""

from __future__ import annotations

import argparse
import difflib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.diagrams.canvas import Drawing
    from tutor.labs.catalog import LabKind, Settings
    from tutor.labs.knobs import Knob

STEPS = 130
FILE_WIDTH = 112
_MOST = {"workers": 200, "rate": 1000, "cost": 60_000, "ttl": 86_400, "keys": 200, "delay": 60_000,
         "gap": 60_000, "rows": 10_000}  # fmt: skip
"""Knobs of the cache lab that have an option of their own, and how far they go there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which run: all that was said makes sense. ``lane`` "" if none was named."""

    lab: str
    experiment: str
    lane: str
    seed: int
    settings: Settings


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """Options of the labs of lanes."""
    add = options.add_argument
    add("--experiment", metavar="NAME", help=_("what is tried, see --list"))
    add("--lane", "--cure", metavar="NAME", dest="lane", help=_("which lane to look at"))
    add("--set", metavar="KNOB=VALUE", action="append", dest="settings", default=[],
        help=_("what a knob stands at, see --list; may be said again"))  # fmt: skip
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


# what was said


def asked(args: argparse.Namespace) -> Asked | None:
    """What was said. None if it makes no sense, which is told."""
    try:
        return _asked(args)
    except ValueError as error:
        print(f"redis-tutor: {error}", file=sys.stderr)
        return None


def _asked(args: argparse.Namespace) -> Asked:
    """Raises ValueError with what is wrong."""
    from tutor.labs.catalog import lab_kind

    kind = lab_kind(args.lab)
    experiment = args.experiment or kind.first
    if experiment not in kind.experiments:
        text = _("There is no experiment {name}.").format(name=experiment[:40])
        raise ValueError(with_known(text, experiment, kind.experiments))
    lanes = kind.lanes(experiment)
    if args.lane is not None and args.lane not in lanes:
        text = _("{experiment} has no lane {name}.")
        text = text.format(experiment=experiment, name=args.lane[:40])
        raise ValueError(with_known(text, args.lane, lanes))
    knobs = {knob.kind: knob for knob in kind.make(experiment, args.seed, {}, ()).knobs_here()}
    settings = _own_options(args, knobs) if args.lab == "cache" else {}
    settings |= dict(_setting(said, experiment, knobs) for said in args.settings)
    return Asked(args.lab, experiment, args.lane or "", args.seed, settings)


def _own_options(args: argparse.Namespace, knobs: Iterable[str]) -> dict[str, float | str]:
    """The cache lab's own options; those of another experiment mean nothing."""
    found: dict[str, float | str] = {}
    for name, most in _MOST.items():
        text = getattr(args, name, None)
        if text is None:
            continue
        if not (text.isdecimal() and text.isascii() and len(text) < 9 and int(text) <= most):
            words = _("--{name} takes a whole number from 0 to {most}, not {text}.")
            raise ValueError(words.format(name=name, most=most, text=text[:40]))
        if name in knobs:
            found[name] = max(int(text), 0 if name in ("rate", "delay") else 1)
    return found


def _setting(said: str, experiment: str, knobs: dict[str, Knob]) -> tuple[str, float | str]:
    """``KNOB=VALUE``. Raises ValueError with what is wrong."""
    from tutor.labs.lanewords import text_of, value_of

    name, sign, text = said.partition("=")
    turned = [kind for kind, knob in knobs.items() if knob.values]
    if not sign:
        words = _("--set takes KNOB=VALUE, not {text}.")
        raise ValueError(words.format(text=said[:40]))
    if name not in turned:
        words = _("{experiment} has no knob {name}.")
        words = words.format(experiment=experiment, name=name[:40])
        raise ValueError(with_known(words, name, turned))
    value = value_of(knobs[name], text)
    if value is None:
        words = _("{name} cannot stand at {text}.").format(name=name, text=text[:40])
        raise ValueError(with_known(words, text, list(map(text_of, knobs[name].values))))
    return name, value


def with_known(text: str, word: str, known: Iterable[str]) -> str:
    """A complaint about a word, with the one that was meant or all there are."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    meant = _("Did you mean {name}?")
    said = [text, *(meant.format(name=one) for one in close)]
    return " ".join([*said, _there_are(names)] if names else said)


def _there_are(names: Iterable[str]) -> str:
    return _("There are: {known}").format(known=", ".join(names))


# the run


def run(args: argparse.Namespace, show: Callable[[Drawing, argparse.Namespace], int]) -> int:
    """Carry out the command; the exit code. ``show`` prints or writes a picture."""
    from tutor.labs.catalog import lab_kind

    if args.list:
        print("\n".join(listed(args.lab)))
        return 0
    said = asked(args)
    if said is None:
        return 2
    lab = lab_kind(said.lab).make(said.experiment, said.seed, said.settings, ())
    steps = STEPS if args.steps is None else args.steps
    if args.json:
        for _step in range(max(steps, 1)):
            print(json.dumps(_only(lab.step().as_json(), lab.names, said.lane), ensure_ascii=False))
        return 0
    lab.step(steps)
    return show(_drawing(args, lab, said), args)


def _only(frame: dict[str, Any], names: tuple[str, ...], lane: str) -> dict[str, Any]:
    """A frame with the parts of one lane alone: lists that have a part for each lane, in order."""
    if not lane:
        return frame
    at = names.index(lane)
    return {
        key: [value[at]] if isinstance(value, list | tuple) and _is_by_lane(value, names) else value
        for key, value in frame.items()
    }


def _is_by_lane(parts: list[Any] | tuple[Any, ...], names: tuple[str, ...]) -> bool:
    return len(parts) == len(names) and all(
        isinstance(part, dict) and name in part.values()
        for part, name in zip(parts, names, strict=True)
    )


def _drawing(args: argparse.Namespace, lab: Any, said: Asked) -> Drawing:
    from tutor.diagrams.canvas import Drawing
    from tutor.diagrams.labs.catalog import lab_picture

    for_file = args.svg or args.png
    width = args.width or (FILE_WIDTH if for_file else shutil.get_terminal_size((100, 40)).columns)
    picture = lab_picture(said.lab)
    chosen = lab.names.index(said.lane) if said.lane else 0
    drawing = picture.drawing(lab.frame, chosen, width)
    more = picture.more(lab, chosen, width)
    if not more.lines:
        return drawing
    return Drawing((*drawing.lines, (), *more.lines), f"{drawing.text}\n{more.text}")


# what there is


def listed(name: str) -> Iterator[str]:
    """The experiments of a lab, with their lanes and knobs."""
    from tutor.diagrams.labs.catalog import lab_picture
    from tutor.labs.catalog import lab_kind
    from tutor.labs.lanewords import text_of

    kind, picture = lab_kind(name), lab_picture(name)
    for at, experiment in enumerate(kind.experiments):
        if at:
            yield ""
        title = picture.experiment_text(experiment)
        yield experiment if title == experiment else f"{experiment}  {title}"
        yield f"  {picture.experiment_about(experiment)}"
        lanes = {lane: picture.lane_text(lane) for lane in kind.lanes(experiment)}
        rows = [(lane, "" if text == lane else text) for lane, text in lanes.items()]
        yield from _table(_("lanes:"), rows)
        knobs = _first_of(kind, experiment)
        yield from _table(
            _("knobs:"),
            [(knob.kind, _knob_row(knob, first, text_of)) for knob, first in knobs],
        )


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    if rows:
        yield f"  {title}"
    width = max((len(name) for name, _text in rows), default=0)
    for name, text in rows:
        yield f"    {name:<{width}}  {text}".rstrip()


def _first_of(kind: LabKind, experiment: str) -> list[tuple[Knob, float | str | None]]:
    """The knobs, and what each stands at in the beginning."""
    lab = kind.make(experiment, 7, {}, ())
    return [(knob, lab.standing(knob.kind) if knob.values else None) for knob in lab.knobs_here()]


def _knob_row(knob: Knob, first: float | str | None, text_of: Callable[[float | str], str]) -> str:
    """Its values, the first one's between brackets; what it is done to."""
    values = [f"[{text_of(one)}]" if one == first else text_of(one) for one in knob.values]
    if knob.values and first is not None and first not in knob.values:
        values.insert(0, f"[{text_of(first)}]")
    return "  ".join([*values, *([f"({', '.join(knob.targets)})"] if knob.targets else [])])
