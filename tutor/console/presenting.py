"""What is done with a demo besides presenting it: record it, follow it, write it down.

redis-tutor demo cache --record talk.cast
redis-tutor demo cache --notes
redis-tutor demo cache --export pictures --markdown cache.md --lang ru
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.i18n import MissingCatalog, _, guess_language, language, ngettext, set_language

if TYPE_CHECKING:
    from tutor.course.presence import Presence
    from tutor.course.scenes import Script
    from tutor.diagrams.palette import ThemeName

__all__ = [
    "Refused", "add_arguments", "add_record_arguments", "cannot_record", "presence_of", "run",
    "scene_fault", "taken_text", "writes",
]  # fmt: skip


def add_record_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of whatever opens a screen."""
    add = options.add_argument
    add("--record", metavar="FILE", help=_("record the screen as an asciicast, e.g. talk.cast"))
    add("--force", action="store_true", help=_("write over files that are there already"))


def add_arguments(options: argparse._ArgumentGroup) -> None:
    """The options of `demo` for a presenter and for what stays of a presentation."""
    add = options.add_argument
    add("--notes", action="store_true", help=_("the presenter's notes, in a second terminal"))
    add("--run", dest="run_name", metavar="NAME", default="", help=_("which of several at once"))
    add("--export", metavar="DIR", help=_("write each scene as SVG and PNG"))
    add("--markdown", metavar="FILE", help=_("write the run as Markdown (- is standard output)"))
    add_record_arguments(options)


def cannot_record(args: argparse.Namespace) -> bool:
    """Whether a recording is wished of what has no screen, which is told."""
    if not getattr(args, "record", None):
        return False
    _speak(args)
    return bool(_told(_("--record needs a screen: a terminal, and no option that prints text.")))


class Refused(Exception):
    """Nobody can present that now; the text says why, and what to do."""


def scene_fault(script: Script, number: int | None) -> str:
    """What is wrong with the number of a scene, "" for nothing."""
    count = len(script.scenes)
    if number is None or 1 <= number <= count:
        return ""
    text = ngettext(
        "There is no scene {k}: {demo} has {n} scene.",
        "There is no scene {k}: {demo} has {n} scenes.",
        count,
    )
    return text.format(k=number, demo=script.name, n=count)


def presence_of(args: argparse.Namespace, script: Script | None) -> Presence | None:
    """The place of a presenter, so that others may follow; None where there is no folder for that,
    where nothing is chosen yet, and for who only follows. Raises `Refused`."""
    from tutor.course.presence import AlreadyPresented, Presence, is_run

    run = args.run_name
    if run and not is_run(run):
        text = _("--run takes up to 40 small Latin letters, digits and dashes, not {name}.")
        raise Refused(text.format(name=repr(run[:60])))
    if script is None or args.notes:
        return None
    try:
        return Presence.open(script.name, run)
    except AlreadyPresented as error:
        raise Refused(taken_text(error.pid, script.name, run)) from error
    except OSError:
        return None


def taken_text(pid: int, name: str, run: str) -> str:
    """That a run has its presenter, and how to go on."""
    other = f"redis-tutor demo {name} --run {'b' if run != 'b' else 'c'}"
    if not pid:
        text = _("Somebody presents {demo} already. Present a run of your own: {command}")
        return text.format(demo=name, command=other)
    text = _("Process {pid} presents {demo} already. Present a run of your own: {command}")
    return text.format(pid=pid, demo=name, command=other)


def writes(args: argparse.Namespace) -> bool:
    """Whether files are wished instead of a screen."""
    return bool(args.export or args.markdown)


def run(args: argparse.Namespace) -> int:
    """Write what is wished of the demo ``args.demo``; the exit code."""
    from tutor.course.problems import LessonError
    from tutor.course.scenereading import demo_names, load_script

    _speak(args)
    if cannot_record(args):
        return 2
    try:
        script = load_script(args.demo or "")
    except KeyError:
        known = ", ".join(demo_names())
        if not args.demo:
            return _told(_("Which demo? There are: {known}").format(known=known))
        text = _("There is no demo {name}. There are: {known}")
        return _told(text.format(name=args.demo[:60], known=known))
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    return _write(script, args)


def _write(script: Script, args: argparse.Namespace) -> int:
    from tutor.console.scenebook import picture_names
    from tutor.console.trouble import reason

    if fault := scene_fault(script, args.scene):
        return _told(fault)
    folder = Path(args.export) if args.export else None
    document = Path(args.markdown) if args.markdown not in (None, "", "-") else None
    stems = [folder / name for name in picture_names(script, args.scene)] if folder else []
    planned = [stem.with_name(stem.name + end) for stem in stems for end in (".svg", ".png")]
    planned += [document] if document else []
    taken = [] if args.force else [path for path in planned if path.exists()]
    if taken:
        _told(_("{file} is there already; --force writes over it.").format(file=taken[0]))
        return 1
    try:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        text = _play(script, args, stems, document or Path("-"))
        if document:
            _keep(document, text.encode("utf-8"), args.force)
    except OSError as error:
        _told(reason(error))
        return 1
    if args.markdown == "-":
        sys.stdout.write(text)
    return 0


def _play(script: Script, args: argparse.Namespace, stems: Sequence[Path], document: Path) -> str:
    """Play the scenes, write their pictures (under ``stems`` and an ending), give the document."""
    from tutor.console.scenebook import as_markdown, link_to, pictures, played

    theme: ThemeName = "light" if getattr(args, "theme", None) == "light" else "dark"
    lang, seed = language(), script.seed if args.seed is None else args.seed
    pages = []
    for at, page in enumerate(played(script, lang, seed, args.scene)):
        pages.append(page)
        if stems:
            for ending, contents in pictures(page, theme):
                _keep(stems[at].with_name(stems[at].name + ending), contents, args.force)
    links = [link_to(stem.with_name(stem.name + ".svg"), document) for stem in stems]
    return as_markdown(script, pages, lang, seed, links) if args.markdown else ""


def _keep(path: Path, contents: bytes, force: bool) -> None:
    """Write a file and say so; of a file that was not there nothing stays if it cannot be."""
    rest = memoryview(contents)
    with path.open("wb" if force else "xb", buffering=0) as file:
        try:
            while rest:
                rest = rest[file.write(rest) :]
        except OSError as error:
            if not force:
                path.unlink()
            raise OSError(error.errno, error.strerror, str(path)) from error
    print(_("Written: {file}").format(file=path), file=sys.stderr)


def _speak(args: argparse.Namespace) -> None:
    with suppress(MissingCatalog):
        set_language(getattr(args, "lang", None) or guess_language() or "en")


def _told(text: str) -> int:
    print(f"redis-tutor: {text}", file=sys.stderr)
    return 2
