"""``redis-tutor demo``: prepared scenes, presented to a class.

redis-tutor demo                              a list to choose from
redis-tutor demo replication --scene 3        begin there
redis-tutor demo cache --large --theme light  for a projector
redis-tutor demo --check                      every demo played to its end, without a screen
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NamedTuple

from tutor.console import presenting
from tutor.console.confinement import closed
from tutor.i18n import _, guess_language, language, set_language

if TYPE_CHECKING:
    from tutor.course.presence import Presence
    from tutor.course.scenes import Script


class DemoAsked(NamedTuple):
    """What is to be presented; ``script`` None: to be chosen. ``scene`` from 1; ``seed`` None: the
    script's own; ``theme``: dark, light or "" for the one that is set. ``presence``, if others may
    follow; ``run`` keeps several presenters of one demo apart."""

    script: Script | None = None
    seed: int | None = None
    scene: int = 1
    large: bool = False
    theme: str = ""
    contrast: bool = False
    presence: Presence | None = None
    run: str = ""


def add_arguments(parser: argparse.ArgumentParser, options: argparse._ArgumentGroup) -> None:
    """The words and options of the command."""
    words = parser.add_argument_group(_("arguments"))
    words.add_argument("demo", nargs="?", help=_("which demo, see --list"))
    add = options.add_argument
    add("--list", action="store_true", help=_("the demos and their scenes, and leave"))
    add(
        "--check",
        action="store_true",
        help=_("play them without a screen, tell what is wrong"),
    )
    add("--seed", type=int, help=_("the same seed, the same run"))
    add("--scene", type=int, metavar="K", help=_("the scene to begin with; the one to write"))
    add("--large", action="store_true", help=_("large type: fewer panels, large figures"))
    add("--contrast", action="store_true", help=_("high contrast"))
    add("--theme", choices=("dark", "light"), default="", help=_("light is for projectors"))
    presenting.add_arguments(options)


def wants_screen(args: argparse.Namespace) -> bool:
    """Whether it is to be presented on a screen."""
    text = args.list or args.check or presenting.writes(args)
    return args.notes or (not text and (closed() or sys.stdout.isatty()))


def run(args: argparse.Namespace) -> int:
    """What needs no screen; the exit code."""
    set_language(args.lang or guess_language() or "en")
    if args.demo is not None and _load(args.demo) is None:
        return 2
    if args.check:
        return _check(args.demo)
    if presenting.writes(args):
        return presenting.run(args)
    _print_list(args.demo)
    return 0


def asked(args: argparse.Namespace) -> DemoAsked | None:
    """What a screen is to present; None if it cannot be, which is told."""
    set_language(args.lang or guess_language() or "en")
    script = None
    if args.demo is not None:
        script = _load(args.demo)
        if script is None:
            return None
        if fault := presenting.scene_fault(script, args.scene):
            _refuse(fault)
            return None
    try:
        presence = presenting.presence_of(args, script)
    except presenting.Refused as refused:
        _refuse(str(refused))
        return None
    return DemoAsked(
        script, args.seed, args.scene or 1, args.large, args.theme, args.contrast, presence,
        args.run_name,
    )  # fmt: skip


def is_there(args: argparse.Namespace) -> bool:
    """Whether there is such a demo with such a scene; if not, it is told."""
    if args.demo is None:
        return True
    script = _load(args.demo)
    if script is None:
        return False
    if fault := presenting.scene_fault(script, args.scene):
        _refuse(fault)
    return not fault


def _refuse(text: str) -> None:
    print(f"redis-tutor: {text}", file=sys.stderr)


def _load(name: str) -> Script | None:
    """A demo by its name; None if there is none or it cannot be read, which is told."""
    from tutor.course.problems import LessonError, did_you_mean
    from tutor.course.scenereading import demo_names, load_script

    try:
        return load_script(name)
    except KeyError:
        known = ", ".join(demo_names())
        text = _("There is no demo {name}. There are: {known}").format(name=name, known=known)
        close = did_you_mean(name, demo_names())
        if "?" in close:
            text = _("There is no demo {name}. Did you mean {other}?").format(
                name=name, other=close.split("'")[1]
            )
        _refuse(text)
    except LessonError as error:
        print(error, file=sys.stderr)
    return None


def _check(name: str | None) -> int:
    from tutor.course.rehearsal import check_demos

    problems = check_demos(only=name)
    for problem in problems:
        print(problem)
    if not problems:
        print(_("Every scene does what it says."))
    return 1 if problems else 0


def _print_list(name: str | None) -> None:
    from tutor.course.scenereading import demo_names

    lang = language()
    for each in (name,) if name is not None else demo_names():
        script = _load(each)
        if script is None:
            continue
        print(f"{script.name:<13} {script.title(lang)}")
        for number, scene in enumerate(script.scenes, 1):
            print(f"{number:>15}  {script.scene_title(scene, lang)}")
