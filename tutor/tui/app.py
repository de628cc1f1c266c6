"""The way in: `run` opens the app, or says what to use where a screen cannot be drawn."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace

from tutor.console.plain.terminal import can_draw
from tutor.i18n import MissingCatalog, _, guess_language, set_language


def run(args: Namespace) -> int:
    """Open the app; the exit code. ``args`` may carry ``lesson`` (an id), ``lang``, and
    ``open_lab`` (scenario, seed, replicas), ``open_stage`` (setting, seed), ``open_rivals``,
    ``open_review`` or ``open_lane_lab`` (lab, experiment, lane, seed, settings)."""
    lang = getattr(args, "lang", None)
    if not can_draw():
        sys.stderr.write(_no_terminal(lang or guess_language() or "en"))
        return 2
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
    )
    app.run()
    return app.return_code or 0


def _no_terminal(code: str) -> str:
    try:
        set_language(code)
    except MissingCatalog as error:
        sys.stderr.write(f"{error}\n")
    text = _("This terminal cannot show the tutor's screens. Use the plain prompt: {command}")
    return text.format(command="redis-tutor repl") + "\n"
