"""What a demo is: scenes in their order, each a prepared run of a lab and what is done in it.

    Script ─▶ Scene ─▶ Beat ─▶ Cue
                       what one key does, up to the note at which the presenter is waited for

Structure and words lie apart: ``demo.toml`` and ``ru.md``, ``en.md`` (`tutor.course.scenereading`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.course.prose import Document

CueKind = Literal["type", "run", "knob", "play", "choose", "place", "panel", "expect"]

STEPS_A_SECOND = 10
"""Of every lab, in its own time."""


@dataclass(frozen=True, slots=True)
class Demand:
    """``figure`` of the lab, how it is compared, and with what: a number or another figure."""

    figure: str
    sign: Literal["<", "<=", "=", ">=", ">"]
    other: str | float


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that is done. ``text`` is what is typed, or a name; ``move`` what a line means in
    the lab; ``seconds`` of it go by at ``pace`` times the usual speed. ``line`` of the file."""

    kind: CueKind
    text: str = ""
    move: Any = None
    seconds: float = 0.0
    pace: float = 1.0
    demand: Demand | None = None
    line: int = 0

    @property
    def steps(self) -> int:
        """Tenths of a second of the lab."""
        return round(self.seconds * STEPS_A_SECOND)


@dataclass(frozen=True, slots=True)
class Beat:
    """What one key does. ``note`` is the anchor of what is said when it is done."""

    cues: tuple[Cue, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SceneSetup:
    """The run that a scene plays in: a lab by name, its experiment (scenario), and what it is set
    to; ``replicas`` of the replication lab."""

    lab: str
    experiment: str = ""
    replicas: int | None = None
    settings: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """``before`` has happened when it begins. ``chosen`` (a lane, a server, a link), ``place`` of
    the prompt and ``panel`` are what the screen shows then. ``figures`` are shown large: names of
    the lab's figures, whose words are the anchors ``figure.1``, ``figure.2``, …"""

    id: str
    setup: SceneSetup
    beats: tuple[Beat, ...]
    before: tuple[Cue, ...] = ()
    chosen: str = ""
    place: str = ""
    panel: str = ""
    figures: tuple[str, ...] = ()
    line: int = 0

    @property
    def anchors(self) -> tuple[str, ...]:
        """What both languages have to say of it."""
        notes = dict.fromkeys(beat.note for beat in self.beats)
        return (*notes, *(f"figure.{number + 1}" for number in range(len(self.figures))))


@dataclass(frozen=True, slots=True)
class Script:
    """A demo. ``seed`` is the one it was rehearsed with first; ``prose`` by language."""

    name: str
    scenes: tuple[Scene, ...]
    prose: Mapping[str, Document]
    seed: int = 7

    def title(self, lang: str) -> str:
        """Of the whole."""
        return self.prose[lang].title

    def about(self, lang: str) -> str:
        """A sentence or two on what it shows."""
        return self.prose[lang].about

    def scene_title(self, scene: Scene, lang: str) -> str:
        """Of one scene."""
        return self.prose[lang].titles[scene.id]

    def words(self, scene: Scene, anchor: str, lang: str) -> str:
        """Markdown under an anchor of a scene."""
        return self.prose[lang].sections[f"{scene.id}/{anchor}"].text
