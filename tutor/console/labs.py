"""``redis-tutor lab``: a run of a lab without a screen, as text or JSON.

    redis-tutor lab replication --seed 7 --scenario cut-then-heal --steps 500 --json
    redis-tutor lab durability --kill 9.3 --death power-cut
    redis-tutor lab durability --setting aof-everysec --steps 93
    redis-tutor lab cache --experiment stampede --lane lock --steps 130

JSON has one line a frame; the text is what happened, and the last frame drawn.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.console import lane_lab
from tutor.console.confinement import closed
from tutor.i18n import _, guess_language, set_language

if TYPE_CHECKING:
    from tutor.diagrams.canvas import Drawing
    from tutor.labs.replication.lab import Lab

_STEPS = 300
_SECOND = 1_000_000
OWN_LABS = ("replication", "durability")
"""Those that are no labs of lanes."""

SETTINGS = ("memory", "save-60", "save-2", "aof-no", "aof-everysec", "aof-always")


def add_arguments(parser: argparse.ArgumentParser, options: argparse._ArgumentGroup) -> None:
    """The words and options of the command."""
    words = parser.add_argument_group(_("arguments"))
    words.add_argument(
        "lab", nargs="?", metavar="NAME", default="replication", help=_("which lab, see --list")
    )
    options.add_argument(
        "--list", action="store_true", help=_("what there is to choose from, and leave")
    )
    options.add_argument("--scenario", default="healthy", help=_("what happens, see --list"))
    options.add_argument("--seed", type=int, default=7, help=_("the same seed, the same run"))
    options.add_argument("--replicas", type=int, help=_("from 1 to 5"))
    options.add_argument("--steps", type=int, help=_("tenths of a second; without a screen"))
    options.add_argument("--json", action="store_true", help=_("one line of JSON for each frame"))
    options.add_argument("--svg", metavar="FILE", help=_("the last frame as SVG"))
    options.add_argument("--png", metavar="FILE", help=_("the last frame as PNG"))
    options.add_argument("--width", type=int, help=_("cells from edge to edge at most"))
    options.add_argument(
        "--kill", type=float, metavar="S", help=_("durability: when the server dies")
    )
    options.add_argument(
        "--setting", choices=SETTINGS, dest="policy", help=_("durability: whose way to show")
    )
    options.add_argument(
        "--death",
        choices=("crash", "power-cut"),
        help=_("durability: how it dies (both, if not said)"),
    )
    lane_lab.add_arguments(options)


def wants_screen(args: argparse.Namespace) -> bool:
    """Whether the lab is to be played on a screen."""
    from tutor.labs.replication.scenarios import SCENARIOS

    text = args.list or args.json or args.svg or args.png or args.steps is not None
    text = text or not (closed() or sys.stdout.isatty())
    if args.lab not in OWN_LABS:
        return not text
    if args.lab == "durability":
        return not text and args.kill is None and args.death is None
    return not text and args.scenario in SCENARIOS


def run(args: argparse.Namespace) -> int:
    """Carry out the command; the exit code."""
    set_language(args.lang or guess_language() or "en")
    if not is_lab(args.lab):
        return 2
    if args.list and args.lab in OWN_LABS:
        _print_list()
        return 0
    if args.lab == "durability":
        return _durability(args)
    if args.lab not in OWN_LABS:
        return lane_lab.run(args, _show)
    from tutor.labs.replication.scenarios import SCENARIOS

    if args.scenario not in SCENARIOS:
        known = ", ".join(SCENARIOS)
        text = _("There is no scenario {name}. There are: {known}")
        print(text.format(name=args.scenario, known=known), file=sys.stderr)
        return 2
    return _replication(args)


def is_lab(name: str) -> bool:
    """Whether there is such a lab; if not, it is told which there are."""
    from tutor.labs.catalog import LAB_NAMES

    known = (*OWN_LABS, *LAB_NAMES)
    if name not in known:
        text = _("There is no lab {name}.").format(name=name[:40])
        print(f"redis-tutor: {lane_lab.with_known(text, name, known)}", file=sys.stderr)
    return name in known


def _print_list() -> None:
    from tutor.diagrams.labs.catalog import lab_picture
    from tutor.diagrams.labs.scenarios import scenario_text
    from tutor.labs.catalog import LAB_NAMES
    from tutor.labs.replication.scenarios import SCENARIOS

    width = max(map(len, (*SCENARIOS, *LAB_NAMES)))
    for name in SCENARIOS:
        print(f"{name:<{width}}  {scenario_text(name)}")
    print()
    print(_("Other labs, each with a list of its own (redis-tutor lab NAME --list):"))
    for name in LAB_NAMES:
        print(f"{name:<{width}}  {lab_picture(name).lab_text()}")


def _replication(args: argparse.Namespace) -> int:
    from tutor.labs.replication.lab import Lab

    lab = Lab(args.scenario, args.seed, args.replicas)
    steps = _STEPS if args.steps is None else args.steps
    if args.json:
        for line in _json_lines(lab, steps):
            print(line)
        return 0
    from tutor.diagrams.labs import draw_lab, event_text
    from tutor.diagrams.labs.amounts import clock_text

    lab.step(steps)
    size = shutil.get_terminal_size((100, 40))
    for_file = args.svg or args.png
    drawing = draw_lab(lab.frame, args.width or (100 if for_file else size.columns), 40)
    if for_file:
        return _save(drawing, args)
    for event in lab.events:
        print(f"{clock_text(event.time):>9}  {event_text(event)}")
    print()
    _print_drawing(drawing)
    return 0


def _json_lines(lab: Lab, steps: int) -> Iterator[str]:
    """A line for each frame. Samples belong to a chart and are left out: they are in the nodes."""
    for _step in range(steps):
        lab.step()
        frame = lab.frames[-1].as_json()
        del frame["samples"]
        yield json.dumps(frame, ensure_ascii=False)


def _durability(args: argparse.Namespace) -> int:
    from tutor.diagrams.labs.durability import draw_durability
    from tutor.labs.durability import DEATHS, run_all

    for_file = args.svg or args.png
    width = args.width or (100 if for_file else shutil.get_terminal_size((100, 40)).columns)
    if args.steps is not None:
        return _stage(args, width)
    deaths = DEATHS if args.death is None else (args.death,)
    at = round((9.3 if args.kill is None else args.kill) * _SECOND)
    for death in deaths:
        outcomes = run_all(death, at, args.seed)
        if args.json:
            for one in outcomes:
                print(json.dumps({
                    "policy": one.policy, "death": one.death, "at": one.at, "seed": one.seed,
                    "acknowledged": one.acknowledged, "lost": one.lost,
                    "oldest_loss": one.oldest_loss,
                    "writes": [list(write) for write in one.writes],
                }))  # fmt: skip
            continue
        drawing = draw_durability(outcomes, width)
        if args.svg or args.png:
            return _save(drawing, args)
        _print_drawing(drawing)
        print()
    return 0


def _stage(args: argparse.Namespace, width: int) -> int:
    """A moment of all settings: ``--steps`` after the beginning, or so long after the death."""
    from tutor.diagrams.labs.stage import stage_drawing
    from tutor.labs.durability.lab import DurabilityLab
    from tutor.labs.durability.stage import STEP_US

    lab = DurabilityLab(args.seed)
    if args.kill is not None:
        lab.step(round(args.kill * _SECOND) // STEP_US)
        lab.act(args.death or "power-cut")
    lab.step(args.steps)
    if args.json:
        for frame in lab.frames[-1]:
            print(json.dumps(frame.as_json(), ensure_ascii=False))
        return 0
    chosen = SETTINGS.index(args.policy or "aof-everysec")
    return _show(stage_drawing(lab.frames[-1], chosen, width), args)


def _show(drawing: Drawing, args: argparse.Namespace) -> int:
    """Write a picture into the file that is wanted, or print it; the exit code."""
    if args.svg or args.png:
        return _save(drawing, args)
    _print_drawing(drawing)
    return 0


def _save(drawing: Drawing, args: argparse.Namespace) -> int:
    """Write a picture as SVG, as PNG or both; the exit code."""
    from pathlib import Path

    from tutor.console.trouble import reason

    name = args.scenario if args.lab == "replication" else args.lab
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
    return 0


def _print_drawing(drawing: Drawing) -> None:
    encoding = (sys.stdout.encoding or "").lower()
    print(drawing.plain if encoding.startswith("utf") else drawing.ascii().plain)
