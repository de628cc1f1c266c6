"""A lesson as typed data: what `lesson.toml` and the two Markdown files say, nothing computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tutor.course.laneoffer import Offer, offer_of
from tutor.course.predicates.base import Check
from tutor.course.predicates.patterns import Used
from tutor.course.predicates.replies import ReplySpec
from tutor.course.prose import Document
from tutor.labs.lanewords import place_of
from tutor.labs.replication.words import FIRST_NODE

Kind = Literal["read", "exercise", "predict", "quiz", "free", "demo"]
KINDS: tuple[Kind, ...] = ("read", "exercise", "predict", "quiz", "free", "demo")
LANGUAGES = ("ru", "en")
HINT_NAMES = ("idea", "family", "skeleton", "solution")


@dataclass(frozen=True, slots=True)
class Line:
    """One command as typed, and split into words."""

    text: str
    argv: tuple[bytes, ...]

    @property
    def command(self) -> str:
        """The first word, lower case."""
        return self.argv[0].decode("utf-8", "replace").lower()

    @property
    def asked(self) -> tuple[bytes, ...]:
        """The words of the Redis command in it: without a lab's ``:on replica1``; of a line that
        only turns a knob, none."""
        if not self.command.startswith(":"):
            return self.argv
        return self.argv[2:] if self.command == ":on" else ()


@dataclass(frozen=True, slots=True)
class Reject:
    """A mistake that must be refused: which checks it fails and which feedback it earns.

    ``recover`` are commands that reach green from there, where the plain solution would not.
    ``generic``: it is no mistake of a kind, the catch-all is all there is to say.
    """

    run: tuple[Line, ...]
    fails: tuple[str, ...]
    feedback: str
    line: int
    recover: tuple[Line, ...] = ()
    generic: bool = False


@dataclass(frozen=True, slots=True)
class Accept:
    """Another right way."""

    run: tuple[Line, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Diff:
    """What the last command did to a key: ``ttl``, ``value``, ``exists``, ``encoding``, ``len``."""

    key: bytes | None
    changes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FeedbackRule:
    """One rule of the ordered list; an empty rule is the catch-all."""

    id: str
    line: int
    last: Used | None = None
    used: tuple[Used, ...] = ()
    not_used: tuple[Used, ...] = ()
    state: tuple[Check, ...] = ()
    diff: Diff | None = None
    failed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    key: bytes | None = None

    @property
    def catch_all(self) -> bool:
        return not (
            self.last
            or self.used
            or self.not_used
            or self.state
            or self.diff
            or self.failed
            or self.passed
        )


@dataclass(frozen=True, slots=True)
class Hints:
    """``skip`` maps a rung (1-based) to the check that makes it superfluous once green."""

    rungs: int = 4
    skip: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Predict:
    """Commands that are run first, the one whose reply is asked, and the offered replies."""

    run: tuple[Line, ...]
    ask: Line
    options: Mapping[str, ReplySpec]
    line: int


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question of words: option ids in order, and those that are right."""

    options: tuple[str, ...]
    correct: str
    line: int


@dataclass(frozen=True, slots=True)
class Beat:
    """One moment of a demo. ``type``: a line appears in the prompt; ``run``: it is carried out;
    ``clock``: so many seconds go by; ``pause``: ``name`` is the text that is read now, the learner
    goes on; ``checkpoint``: a check of that name, if there is one, must hold now."""

    kind: Literal["type", "run", "clock", "pause", "checkpoint"]
    name: str = ""
    moved: Line | None = None


@dataclass(frozen=True, slots=True)
class Demo:
    """What an instructor would show, in order."""

    beats: tuple[Beat, ...]
    line: int

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts that are read on the way."""
        return tuple(dict.fromkeys(beat.name for beat in self.beats if beat.kind == "pause"))


@dataclass(frozen=True, slots=True)
class View:
    """What the X-ray shows first: a key (None follows the last touched) and a panel's name."""

    focus: bytes | None = None
    panel: str = "structure"


@dataclass(frozen=True, slots=True)
class LabSetup:
    """The lab that a step is played in: which run it is, and its clients' rates a second. What is
    done before the learner comes stands in the step's ``setup``."""

    scenario: str = "healthy"
    replicas: int = 2
    writes: int = 12
    reads: int = 20

    @property
    def nodes(self) -> tuple[str, ...]:
        """The names of its servers."""
        return ("master", *(f"replica{number + 1}" for number in range(self.replicas)))

    @property
    def first(self) -> str:
        """Where the prompt is at the beginning."""
        return FIRST_NODE


@dataclass(frozen=True, slots=True)
class LaneSetup:
    """A lab of lanes that a step is played in: its name, an experiment, the ``lane`` that is looked
    at first, what the knobs stand at in the beginning, and the ``place`` of the prompt ("": the
    first one of that lane)."""

    lab: str
    experiment: str
    lane: str = ""
    settings: tuple[tuple[str, float | str], ...] = ()
    place: str = ""

    @property
    def offer(self) -> Offer:
        """What the experiment has."""
        return offer_of(self.lab, self.experiment)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The places of its prompts."""
        return self.offer.places

    @property
    def first(self) -> str:
        """Where the prompt is at the beginning; "" where there is none."""
        return self.place or place_of(self.nodes, self.lane)


@dataclass(frozen=True, slots=True)
class Exam:
    """A step under time: so many minutes of the step's own clock, from the moment that the learner
    comes. What is not right by then is judged as it stands; the step can be gone on with."""

    minutes: int

    @property
    def limit_ms(self) -> int:
        """The same in milliseconds."""
        return self.minutes * 60_000


@dataclass(frozen=True, slots=True)
class DjangoSetup:
    """Django's cache beside the step's engine, or beside its lab: ``settings`` is a name of
    `tutor.network.django.settings.BLOCKS`."""

    settings: str = "single"


@dataclass(frozen=True, slots=True)
class McSetup:
    """A Memcached beside the step's engine, as it is started: ``-m`` in MB, ``-I`` in KB, without
    ``evictions`` ``-M``."""

    memory_mb: int = 64
    item_kb: int = 1024
    evictions: bool = True


@dataclass(frozen=True, slots=True)
class Step:
    """One page of a lesson. With a ``lab`` all its lines are moves in that lab
    (`tutor.labs.replication.words`, `tutor.labs.lanewords`)."""

    id: str
    kind: Kind
    line: int
    setup: tuple[Line, ...] = ()
    view: View = View()
    goal: tuple[Line, ...] = ()
    solution: tuple[Line, ...] = ()
    checks: tuple[Check, ...] = ()
    accept: tuple[Accept, ...] = ()
    reject: tuple[Reject, ...] = ()
    feedback: tuple[FeedbackRule, ...] = ()
    hints: Hints | None = None
    predict: Predict | None = None
    quiz: Quiz | None = None
    demo: Demo | None = None
    introduces: tuple[str, ...] = ()
    lab: LabSetup | LaneSetup | None = None
    concepts: tuple[str, ...] = ()
    """What the step is about: some of the lesson's concepts, all of them unless it says which."""
    exam: Exam | None = None
    django: DjangoSetup | None = None
    memcached: McSetup | None = None
    structure: str = ""
    """A hash of everything above, for the sync lock."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson with its prose in both languages."""

    id: str
    folder: str
    seed: int
    minutes: int
    requires: tuple[str, ...]
    concepts: tuple[str, ...]
    steps: tuple[Step, ...]
    prose: Mapping[str, Document]
    stale: Mapping[str, frozenset[str]]
    """Language → anchors whose text lags behind the other language (`sync.lock`)."""
    words: tuple[tuple[str, str], ...] = ()
    """Placeholder words in code, Russian and English: ``ключ``, ``key`` (`course.toml`)."""

    def index_of(self, step_id: str) -> int:
        """The place of a step; raises KeyError."""
        for index, step in enumerate(self.steps):
            if step.id == step_id:
                return index
        raise KeyError(step_id)

    def title(self, language: str) -> str:
        """The lesson's name in a language."""
        return self.prose[language].title


@dataclass(frozen=True, slots=True)
class Course:
    """All lessons in order. ``aliases`` maps ids of earlier releases to present ones, ``concepts``
    has names of concepts by language. ``id`` is that of a pack; our own course has none."""

    lessons: tuple[Lesson, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    id: str = ""
    concepts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def present_step(self, lesson: Lesson, step_id: str) -> str:
        """The id that a step of an earlier release has now."""
        full = f"{lesson.id}/{step_id}"
        return self.aliases.get(full, full).partition("/")[2]

    def concept_name(self, concept: str, language: str) -> str:
        """How a concept is called; its id where it has no name."""
        return self.concepts.get(concept, {}).get(language) or concept

    def lesson(self, lesson_id: str) -> Lesson:
        """The lesson of an id or of its alias; raises KeyError."""
        lesson_id = self.aliases.get(lesson_id, lesson_id)
        for lesson in self.lessons:
            if lesson.id == lesson_id:
                return lesson
        raise KeyError(lesson_id)
