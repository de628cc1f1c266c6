"""Reads a demo's folder: ``demo.toml``, ``ru.md`` and ``en.md``.

    lab = "replication"

    [[scene]]
    id = "stale"
    experiment = "slow-replica"
    before = [":run 3"]
    at = ["pause note.1", "type SET cart:1 tea", "run", "play 2", "pause note.2"]

Whatever is wrong is collected with file and line, as in a lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tutor.course.model import LANGUAGES
from tutor.course.problems import LessonError, Problem, did_you_mean
from tutor.course.prose import Document, read_document
from tutor.course.scenelabs import SCENE_LABS, Figures, SceneLab, Tongue, scene_lab
from tutor.course.scenes import Beat, Cue, Demand, Scene, SceneSetup, Script
from tutor.course.schema import Source, Table
from tutor.engine.cmdline import UnbalancedQuotes, split
from tutor.labs.replication.lab import MOST_REPLICAS
from tutor.labs.replication.words import BadWord
from tutor.resources import lessons_folder

FOLDER, FILE = "demos", "demo.toml"
MOST_SECONDS = 60.0
MOST_FIGURES = 4
PACES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
CUE_WORDS = ("type", "run", "knob", "play", "pause", "choose", "place", "panel", "expect")
_USAGE = (
    "type LINE, run [ERROR], knob :WORD, play SECONDS [xPACE], pause note.NAME, choose NAME, "
    "place NAME, panel NAME, expect FIGURE SIGN FIGURE"
)
_NOTE = re.compile(r"note\.\w+")
_CODE = re.compile(r"[A-Z]\w*")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PLAY = re.compile(r"(\d+(?:\.\d+)?)(?: +x(\d+(?:\.\d+)?))?")
_DEMAND = re.compile(r"(\S+) +(<=|>=|<|>|=) +(\S+)")
_SCREEN = {"choose": "choices", "place": "places", "panel": "panels"}


def demos_folder(lessons: Path | None = None) -> Path:
    """Where the demos of a folder of lessons lie."""
    return (lessons or lessons_folder()) / FOLDER


def demo_names(lessons: Path | None = None) -> tuple[str, ...]:
    """Every demo, by the name of its folder."""
    folder = demos_folder(lessons)
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if (each / FILE).is_file()))


def load_script(name: str, lessons: Path | None = None) -> Script:
    """A demo as it is presented. Raises `LessonError` with every problem found; KeyError if there
    is none of that name."""
    if name not in demo_names(lessons):
        raise KeyError(name)
    script, problems = read_script(demos_folder(lessons) / name)
    if problems or script is None:
        raise LessonError(problems)
    return script


def read_script(folder: Path) -> tuple[Script | None, list[Problem]]:
    """What could be read of a demo's folder, and everything that is wrong with it."""
    try:
        source = Source.read(folder / FILE)
    except LessonError as error:
        return None, list(error.problems)
    top = source.top
    usual = top.choice("lab", SCENE_LABS, SCENE_LABS[0]) if "lab" in top else ""
    seed = top.get("seed", int, 7)
    scenes: list[Scene] = []
    for table in top.tables("scene"):
        scene = _scene(table, usual)
        if any(scene.id == other.id for other in scenes):
            table.complain(f"the scene {scene.id!r} is there twice", "id")
        scenes.append(scene)
    if not scenes:
        top.complain("a demo needs at least one [[scene]]")
    top.close()
    prose: dict[str, Document] = {}
    problems = source.problems
    for lang in LANGUAGES:
        prose[lang], found = read_document(folder / f"{lang}.md")
        unread = bool(found) and not prose[lang].title
        problems += found if unread else [*found, *_prose_faults(scenes, prose[lang])]
    return Script(folder.name, tuple(scenes), prose, seed), problems


# a scene


def _scene(table: Table, usual: str) -> Scene:
    id_ = table.require("id", str, "scene")
    if not _ID.fullmatch(id_):
        table.complain(f"{id_!r} is no id: small Latin letters, digits and hyphens", "id")
    lab = table.choice("lab", SCENE_LABS, usual or SCENE_LABS[0]) if "lab" in table else usual
    if not lab:
        hint = ", ".join(SCENE_LABS)
        table.complain(f"'lab' is missing, here and at the top of the file; known: {hint}")
    known = scene_lab(lab or SCENE_LABS[0])
    setup = _setup(table, lab or SCENE_LABS[0], known)
    tongue = known.tongue(setup)
    figures = _try(table, known, setup)
    place = _named(table, "place", tongue.places)
    chosen = _named(table, "choose", tongue.choices)
    panel = _named(table, "panel", tongue.panels)
    shown = table.strings("figures")
    if len(shown) > MOST_FIGURES:
        table.complain(f"a screen has room for {MOST_FIGURES} figures", "figures")
    for name in shown:
        if name not in figures:
            table.complain(f"no figure {name!r} here{did_you_mean(name, figures)}", "figures")
    reader = _Cues(table, tongue, figures, place or (tongue.places[0] if tongue.places else ""))
    before = reader.before()
    beats = reader.beats()
    table.close()
    start = place or (tongue.places[0] if tongue.places else "")
    return Scene(id_, setup, beats, before, chosen, start, panel, shown, table.line)


def _setup(table: Table, lab: str, known: SceneLab) -> SceneSetup:
    experiment = ""
    if known.experiments:
        experiment = table.choice("experiment", known.experiments, known.experiments[0])
    replicas = None
    if lab == "replication" and "replicas" in table:
        replicas = table.get("replicas", int, 1)
        if not 0 <= replicas <= MOST_REPLICAS:
            table.complain(f"'replicas' must be 0 to {MOST_REPLICAS}", "replicas")
            replicas = 1
    settings: dict[str, float | str] = {}
    inner = table.table("set")
    if inner is not None:
        for key in inner.data:
            value = inner.raw(key)
            if isinstance(value, bool) or not isinstance(value, int | float | str):
                inner.complain(f"{key!r} must be a number or a word", key)
            else:
                settings[key] = value
    return SceneSetup(lab, experiment, replicas, settings)


def _try(table: Table, known: SceneLab, setup: SceneSetup) -> Figures:
    """The figures of the run at its beginning; a setting that the lab has not is told."""
    for kind in list(setup.settings):
        one = SceneSetup(setup.lab, setup.experiment, setup.replicas, {kind: setup.settings[kind]})
        try:
            known.make(one, 0)
        except (KeyError, ValueError):
            words = [word.removeprefix(":") for word in known.tongue(setup).words]
            message = f"{kind!r} cannot be set to {setup.settings[kind]!r} here"
            table.source.complain(
                (*table.place, "set", kind),
                message + ("" if kind in words else did_you_mean(kind, words)),
            )
            del setup.settings[kind]  # type: ignore[attr-defined]
    return known.figures(known.make(setup, 0))


def _named(table: Table, key: str, known: Sequence[str]) -> str:
    """A name of the lab that stands under a key, "" if there is none."""
    name = table.get(key, str, "")
    if name and name not in known:
        table.complain(f"no {key} {name!r} here{did_you_mean(name, known)}", key)
        return ""
    return name


class _Cues:
    """Reads what is done in one scene; ``at`` is where its prompt is."""

    def __init__(self, table: Table, tongue: Tongue, figures: Figures, at: str) -> None:
        self.table, self.tongue, self.figures, self.at = table, tongue, figures, at
        self.typed = 0

    def _complain(self, place: tuple[str | int, ...], message: str) -> None:
        self.table.source.complain((*self.table.place, *place), message)

    def before(self) -> tuple[Cue, ...]:
        """What has happened."""
        found = []
        for index, text in enumerate(self.table.strings("before")):
            place = ("before", index)
            if text.split()[:1] == [":run"]:
                played = _PLAY.fullmatch(text.strip().removeprefix(":run").strip())
                if played is None or played[2] or not 0 < float(played[1]) <= MOST_SECONDS:
                    self._complain(place, f"{text!r} is written ':run 2.5', up to {MOST_SECONDS:g}")
                else:
                    found.append(Cue("play", text, seconds=float(played[1])))
                continue
            move = self._move(place, text)
            if move is not None:
                found.append(Cue("knob", text, move))
        return tuple(found)

    def beats(self) -> tuple[Beat, ...]:
        """Beats, each ended by its pause."""
        beats: list[Beat] = []
        cues: list[Cue] = []
        texts = self.table.strings("at")
        for index, text in enumerate(texts):
            place = ("at", index)
            word, _, rest = text.strip().partition(" ")
            rest = rest.strip()
            if word == "pause" and _NOTE.fullmatch(rest):
                beats.append(Beat(tuple(cues), rest))
                cues = []
            elif (cue := self._cue(place, word, rest)) is not None:
                cues.append(cue)
        if not texts or texts[0].split()[:1] != ["pause"]:
            self.table.complain("a scene begins with 'pause note.NAME': what it is about", "at")
        elif cues or self.typed:
            self._complain(("at", len(texts) - 1), "a scene ends with 'pause note.NAME'")
        return tuple(beats) or (Beat((), "note.1"),)

    def _cue(self, place: tuple[str | int, ...], word: str, rest: str) -> Cue | None:
        line = self.table.source.line((*self.table.place, *place))
        if word in ("type", "run"):
            return self._typing(place, word, rest, line)
        if word == "knob" and rest:
            if not rest.startswith(":"):
                self._complain(place, f"{rest!r} is a command: write 'type {rest}' and 'run'")
                return None
            move = self._move(place, rest)
            return None if move is None else Cue("knob", rest, move, line=line)
        if word == "play" and (found := _PLAY.fullmatch(rest)):
            seconds, pace = float(found[1]), float(found[2] or 1)
            if not 0 < seconds <= MOST_SECONDS or pace not in PACES:
                paces = ", ".join(f"x{one:g}" for one in PACES)
                self._complain(
                    place, f"'play' takes up to {MOST_SECONDS:g} seconds; paces: {paces}"
                )
                return None
            return Cue("play", rest, seconds=seconds, pace=pace, line=line)
        if word in _SCREEN and rest:
            return self._shown(place, word, rest, line)
        if word == "expect" and (found := _DEMAND.fullmatch(rest)):
            return self._demand(place, found, rest, line)
        hint = "" if word in CUE_WORDS else did_you_mean(word, CUE_WORDS)
        shown = f"{word} {rest}".strip()
        self._complain(place, f"{shown!r} is nothing that a scene can do{hint or f' ({_USAGE})'}")
        return None

    def _typing(self, place: tuple[str | int, ...], word: str, rest: str, line: int) -> Cue | None:
        if word == "run":
            if not self.typed or (rest and not _CODE.fullmatch(rest)):
                message = "'run' comes behind a 'type LINE'; 'run READONLY' expects that error"
                self._complain(place, message)
                return None
            self.typed = 0
            return Cue("run", rest, line=line)
        if not rest:
            self._complain(place, "'type' needs a line to type")
            return None
        if self.typed:
            self._complain(
                place, f"the line of {self.typed} is typed and not run when it comes here"
            )
        self.typed = line
        if not rest.startswith(":") and not self.tongue.places:
            self._complain(place, "this lab has no prompt: write 'knob :WORD'")
            return None
        move = self._move(place, rest)
        return None if move is None else Cue("type", rest, move, line=line)

    def _shown(self, place: tuple[str | int, ...], word: str, rest: str, line: int) -> Cue | None:
        known = getattr(self.tongue, _SCREEN[word])
        if rest not in known:
            hint = did_you_mean(rest, known) or "; this lab has none"
            self._complain(place, f"no {word} {rest!r} here{hint}")
            return None
        if word == "place":
            self.at = rest
        return Cue(word, rest, line=line)  # type: ignore[arg-type]

    def _demand(
        self, place: tuple[str | int, ...], found: re.Match[str], rest: str, line: int
    ) -> Cue | None:
        other: str | float = found[3]
        names = [found[1]]
        try:
            other = float(found[3])
        except ValueError:
            if isinstance(self.figures.get(found[1]), int | float) or other in self.figures:
                names.append(found[3])
        for name in names:
            if name not in self.figures:
                self._complain(place, f"no figure {name!r} here{did_you_mean(name, self.figures)}")
                return None
        return Cue("expect", rest, demand=Demand(found[1], found[2], other), line=line)  # type: ignore[arg-type]

    def _move(self, place: tuple[str | int, ...], text: str) -> Any:
        """What a line means; None if it is nothing."""
        try:
            argv = split(text)
        except UnbalancedQuotes as error:
            self._complain(place, f"unbalanced quotes in {text!r} ({error})")
            return None
        if not argv:
            self._complain(place, "an empty line")
            return None
        try:
            move = self.tongue.read(argv, self.at)
        except BadWord as error:
            hint = "" if error.usage else did_you_mean(error.word, self.tongue.words)
            self._complain(place, f"{text!r}: {error}{hint}")
            return None
        instead = {"run": "play 2", "node": "place NAME", "back": "the presenter's key"}
        if move.kind in instead:
            self._complain(place, f"{text!r}: in a scene that is {instead[move.kind]!r}")
            return None
        if move.kind == "command" and not self.tongue.places:
            self._complain(place, "this lab has no prompt: its words begin with a colon")
            return None
        return move


# prose


def _prose_faults(scenes: Sequence[Scene], document: Document) -> Iterable[Problem]:
    """What a language does not say, and what it says of nothing."""
    if not document.title:
        yield Problem(document.file, 1, "S3", "the title '# …' is missing")
    wanted: dict[str, str] = {}
    for scene in scenes:
        if scene.id not in document.sections:
            yield Problem(document.file, 0, "S3", f"'## scene:{scene.id} Title' is missing")
            continue
        if not document.titles.get(scene.id):
            number = document.sections[scene.id].line
            yield Problem(document.file, number, "S3", f"the scene {scene.id!r} has no title")
        for anchor in scene.anchors:
            wanted[f"{scene.id}/{anchor}"] = anchor
            section = document.sections.get(f"{scene.id}/{anchor}")
            if section is None or not section.text:
                number = document.sections[scene.id].line
                message = f"the anchor {anchor!r} of the scene {scene.id!r} is missing"
                yield Problem(document.file, number, "S3", message)
    known = {*wanted, *(scene.id for scene in scenes)}
    for anchor, section in document.sections.items():
        if anchor not in known:
            hint = did_you_mean(anchor, known)
            message = f"nothing in {FILE} is called {anchor!r}{hint}"
            yield Problem(document.file, section.line, "S3", message)
