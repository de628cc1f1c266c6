"""A demo: what an instructor would type, with pauses to read in, played by the learner's "next".

[[step.demo]]
at = ["type INCR hits", "run", "pause note.1", "clock +61s", "checkpoint expired"]
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course.model import Beat, Demo, Line
from tutor.course.problems import did_you_mean
from tutor.course.schema import Table, command_words

WORDS = ("type", "run", "pause", "clock", "checkpoint")
_CLOCK = re.compile(r"\+(\d+(?:\.\d+)?)s")
_NOTE = re.compile(r"note\.\w+")
_NAME = re.compile(r"[\w-]+")


def read_demo(table: Table) -> Demo | None:
    """``[[step.demo]]``: the beats of all of them, one after the other."""
    if "demo" not in table:
        table.raw("demo")
        return None
    beats: list[Beat] = []
    line = 0
    for scene in table.tables("demo"):
        line = line or scene.line
        for index, text in enumerate(scene.strings("at")):
            beats += _beat(scene, index, text)
        scene.close()
    demo = Demo(tuple(beats), line or table.line)
    for message in _faults(demo):
        table.complain(message, "demo")
    return demo


def _beat(scene: Table, index: int, text: str) -> Iterator[Beat]:
    place = (*scene.place, "at", index)
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if word == "type" and rest:
        argv = command_words(scene.source, place, rest)
        if argv:
            yield Beat("type", moved=Line(rest, argv))
    elif word == "run" and not rest:
        yield Beat("run")
    elif word == "clock" and (found := _CLOCK.fullmatch(rest)):
        moved = Line(f":run {found[1]}", (b":run", found[1].encode()))
        yield Beat("clock", rest, moved)
    elif word == "pause" and _NOTE.fullmatch(rest):
        yield Beat("pause", rest)
    elif word == "checkpoint" and _NAME.fullmatch(rest):
        yield Beat("checkpoint", rest)
    else:
        usage = "type LINE, run, pause note.NAME, clock +SECONDSs, checkpoint NAME"
        hint = "" if word in WORDS else did_you_mean(word, WORDS)
        scene.source.complain(place, f"{text!r} is no moment of a demo{hint or f' ({usage})'}")


def _faults(demo: Demo) -> Iterator[str]:
    """What no demo can be."""
    typed = False
    for beat in demo.beats:
        if (beat.kind == "type" and typed) or (beat.kind == "run" and not typed):
            yield "each 'type LINE' is followed by one 'run'"
            return
        if beat.kind in ("type", "run"):
            typed = beat.kind == "type"
        elif typed:
            yield f"a line is typed and not run when it comes to {beat.kind!r}"
            return
    if typed:
        yield "the last line is typed and not run"
    if not demo.beats or demo.beats[-1].kind != "checkpoint":
        yield "a demo ends with 'checkpoint NAME': what it has come to"
