"""The way in: `run` opens the app, or says what to use where a screen cannot be drawn."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from tutor.console.plain.terminal import can_draw
from tutor.i18n import MissingCatalog, _, guess_language, set_language

if TYPE_CHECKING:
    from textual.app import App

    from tutor.tui.application import TutorApp


def run(args: Namespace) -> int:
    """Open the app; the exit code. ``args`` may carry ``lesson`` (an id), ``lang``, and
    ``open_lab`` (scenario, seed, replicas), ``open_stage`` (setting, seed), ``open_rivals``,
    ``open_review`` or ``open_lane_lab`` (lab, experiment, lane, seed, settings); ``record`` and
    ``force``."""
    lang = getattr(args, "lang", None)
    if not can_draw():
        sys.stderr.write(_no_terminal(lang or guess_language() or "en"))
        return 2
    if getattr(args, "notes", False):
        return _follow(args, lang)
    gc.disable()  # until something is seen: thousands of objects are made, none is garbage
    from tutor.tui.application import TutorApp

    app = TutorApp(
        lesson=getattr(args, "lesson", None),
        step=getattr(args, "step", None),
        lang=lang,
        lab=getattr(args, "open_lab", None),
        stage=getattr(args, "open_stage", None),
        rivals=getattr(args, "open_rivals", None),
        lane_lab=getattr(args, "open_lane_lab", None),
        review=getattr(args, "open_review", False),
        demo=getattr(args, "open_demo", None),
    )
    if getattr(args, "open_class", False):
        return _run_class(app, args)
    if getattr(args, "join", None):
        return _run_joined(app, args)
    code = _run(app, args)
    if app.talk is not None:
        app.talk.close()
    return code


def _run_joined(app: TutorApp, args: Namespace) -> int:
    """A learner's tutor that tells a class where it is."""
    from tutor.console.joining import join, why_not
    from tutor.network.link import LinkError

    try:
        joined = join(args.join)
    except LinkError as error:
        sys.stderr.write(f"redis-tutor: {why_not(error)}\n")
        return 2
    app.teller, app.greeting = joined.teller, joined.greeting
    try:
        return _run(app, args)
    finally:
        joined.close()


def _run_class(app: TutorApp, args: Namespace) -> int:
    """The instructor's server and screen; its progress is written at the end."""
    from tutor.console.classroom import ended, opened

    hall = opened(args)
    if hall is None:
        return 2
    app.hall, app.hall_sheet = hall, args.csv
    try:
        app.run()
    finally:
        code = ended(hall, args.csv)
    return app.return_code or code


def _follow(args: Namespace, lang: str | None) -> int:
    """The notes terminal of ``args.demo`` (None: of whichever is presented)."""
    from tutor.console.trouble import reason
    from tutor.course.following import in_language
    from tutor.tui.screens.notes import NotesApp

    _speak(lang or guess_language() or "en")
    theme = getattr(args, "theme", None) or "dark"
    try:
        app = NotesApp(args.demo, args.run_name, lang, theme=theme, words=in_language)
    except OSError as error:
        sys.stderr.write(f"redis-tutor: {reason(error)}\n")
        return 1
    return _run(app, args)


def _run(app: App[None], args: Namespace) -> int:
    """Run it, recorded if that is wished; the exit code."""
    if not getattr(args, "record", None):
        app.run()
        return app.return_code or 0
    from tutor.tui.recording import asked, record

    recording = asked(args)
    if recording is None:
        return 1
    record(app, recording)
    with recording:
        app.run()
    if recording.trouble:
        sys.stderr.write(f"redis-tutor: {recording.trouble}\n")
    return app.return_code or 0


def _speak(code: str) -> None:
    try:
        set_language(code)
    except MissingCatalog as error:
        sys.stderr.write(f"{error}\n")


def _no_terminal(code: str) -> str:
    _speak(code)
    text = _("This terminal cannot show the tutor's screens. Use the plain prompt: {command}")
    return text.format(command="redis-tutor repl") + "\n"
