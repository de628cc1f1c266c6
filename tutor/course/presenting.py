"""A demo being presented: where it stands, what the next key does, and how one comes back to it.

    next() ─▶ the cues of the next beat, one after the other as time passes (`advance`)
    back() ─▶ the lab as it was before the last beat
    go(k)  ─▶ scene k at its beginning
    interrupt() … resume() ─▶ the instructor's own hands, then the lab as the script had it

There is no screen in here. A lab is made of its seed and of what the script has done so far, so
that any place of a demo can be reached at any time, and is always the same.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tutor.course.presence import Moment
from tutor.course.scenelabs import SceneLab, scene_lab
from tutor.course.scenes import STEPS_A_SECOND, Beat, Cue, Scene, Script
from tutor.engine.replies import BLOCKED, Reply
from tutor.i18n import _

KEY_S = 0.04
"""Between two keys, on the average: 25 a second."""

BEFORE_RUN_S, AFTER_RUN_S, AFTER_KNOB_S = 0.45, 0.35, 0.25


@dataclass(slots=True, eq=False)
class Said:
    """A line that was run: at which place of the prompt, and what came of it. ``reply`` is
    `BLOCKED` until there is one; None of a word of the lab. ``run`` is the cue that did it."""

    line: str
    place: str
    argv: tuple[bytes, ...] = ()
    reply: Reply = None
    deed: Any = None
    run: Cue | None = None

    @property
    def is_command(self) -> bool:
        """Whether Redis answers it."""
        return bool(self.argv)

    @property
    def answer(self) -> Reply:
        """The reply of now: it may have come later."""
        if self.reply is BLOCKED and self.deed is not None:
            self.reply = self.deed.reply
        return self.reply


class Presentation:
    """``lab`` is the run as the script has it; it is another object after `back`, `go` and `resume`
    (``takes`` counts that). ``typed`` is what stands at the prompt, ``said`` what was run before.
    ``scene_number`` and ``beat_number`` count from 1; a scene begins at its first note, which is
    beat 1. ``lang`` may be changed. ``watch`` is told of each demand when it is come to."""

    def __init__(
        self,
        script: Script,
        lang: str = "en",
        seed: int | None = None,
        scene: int = 1,
        *,
        clock: Callable[[], float] = time.time,
        watch: Callable[[Presentation, Cue], None] | None = None,
    ) -> None:
        self.script = script
        self._watch = watch
        self.lang = lang
        self.seed = script.seed if seed is None else seed
        self._clock = clock
        self.started = clock()
        self.takes = 0
        self.interrupted = False
        self._performing: Iterator[float] | None = None
        self._credit = 0.0
        self._passed = 0
        self._stage(scene - 1, 0)
        self.scene_started = self.started

    # where it stands

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All, in their order."""
        return self.script.scenes

    @property
    def scene(self) -> Scene:
        """The present one."""
        return self.scenes[self._scene]

    @property
    def scene_number(self) -> int:
        """From 1."""
        return self._scene + 1

    @property
    def beat_number(self) -> int:
        """The beat that was done last, from 1."""
        return self._beat + 1

    @property
    def busy(self) -> bool:
        """Whether a beat is being done."""
        return self._performing is not None

    @property
    def over(self) -> bool:
        """Whether nothing is left to be done."""
        return not self.busy and self._is_last_beat and self._scene == len(self.scenes) - 1

    @property
    def _is_last_beat(self) -> bool:
        return self._beat == len(self.scene.beats) - 1

    @property
    def note(self) -> str:
        """What is said now, as Markdown."""
        return self.script.words(self.scene, self.scene.beats[self._beat].note, self.lang)

    @property
    def title(self) -> str:
        """Of the scene."""
        return self.script.scene_title(self.scene, self.lang)

    @property
    def coming(self) -> Beat | None:
        """What the next key does in this scene; None if it leads to the next one."""
        return None if self._is_last_beat else self.scene.beats[self._beat + 1]

    @property
    def next_line(self) -> str:
        """The same as text: what will be typed and turned, or the next scene's title."""
        return self.next_scene if self.coming is None else beat_line(self.coming)

    @property
    def next_scene(self) -> str:
        """Its title, "" in the last one."""
        if self._scene + 1 == len(self.scenes):
            return ""
        return self.script.scene_title(self.scenes[self._scene + 1], self.lang)

    @property
    def moment(self) -> Moment:
        """For whoever follows at another terminal."""
        return Moment(
            demo=self.script.name, lang=self.lang, seed=self.seed, scene=self.scene_number,
            scenes=len(self.scenes), scene_title=self.title, beat=self.beat_number,
            beats=len(self.scene.beats), note=self.note, next_line=self.next_line,
            started=self.started, scene_started=self.scene_started, interrupted=self.interrupted,
            next_scene=self.next_scene,
        )  # fmt: skip

    # the presenter's keys

    def next(self) -> bool:
        """Begin the next beat; while one is being done, come to its end at once. After an
        interruption the script's own lab comes back first. False at the end of everything."""
        if self.interrupted:
            self.resume()
            if self.busy:
                return True
        if self.busy:
            self.finish()
        elif not self._is_last_beat:
            self._begin(self._beat + 1)
        elif self._scene + 1 < len(self.scenes):
            self._enter(self._scene + 1, 0)
        else:
            return False
        return True

    def back(self) -> bool:
        """Take back the last beat, or the part of it that was done; after an interruption take back
        that. False at the very beginning."""
        if self.interrupted:
            self.resume()
        elif self.busy:
            self._stage(self._scene, self._beat)
        elif self._beat > 0:
            self._stage(self._scene, self._beat - 1)
        elif self._scene > 0:
            self._enter(self._scene - 1, len(self.scenes[self._scene - 1].beats) - 1)
        else:
            return False
        return True

    def go(self, number: int) -> None:
        """To the beginning of a scene, by its number. Raises IndexError."""
        if not 1 <= number <= len(self.scenes):
            raise IndexError(number)
        self._enter(number - 1, 0)

    def interrupt(self) -> None:
        """Somebody else acts on the lab: the script waits."""
        self.interrupted = True

    def resume(self) -> None:
        """The lab is as the script had it; a beat that was broken off goes on."""
        if not self.interrupted:
            return
        done, was_busy, credit = self._passed, self.busy, self._credit
        self._stage(self._scene, self._beat)
        if was_busy:
            self._begin(self._beat + 1)
            assert self._performing is not None
            for _step in range(done):
                next(self._performing)
            self._passed, self._credit = done, credit

    def advance(self, seconds: float) -> bool:
        """So much time has passed for those who look; whether something else is to be seen."""
        if self._performing is None or self.interrupted:
            return False
        before = self._passed
        self._credit += seconds
        while self._performing is not None and self._credit > 0:
            self._go_on()
        return self._passed != before or self._performing is None

    def finish(self) -> None:
        """Come to the end of the beat at once."""
        while self._performing is not None:
            self._go_on()

    def _go_on(self) -> None:
        assert self._performing is not None
        try:
            self._credit -= next(self._performing)
            self._passed += 1
        except StopIteration:
            self._performing = None
            self._beat += 1

    # doing

    def _enter(self, scene: int, beat: int) -> None:
        self._stage(scene, beat)
        self.scene_started = self._clock()

    def _stage(self, scene: int, beat: int) -> None:
        """Make the lab anew, as it is at the end of a beat."""
        self.takes += 1
        self._scene, self._beat = scene, 0
        self._performing, self._credit, self._passed = None, 0.0, 0
        self.interrupted = False
        setting = self.scene
        self.place, self.chosen, self.panel = setting.place, setting.chosen, setting.panel
        self.typed = ""
        self._typing: Cue | None = None
        self.said: list[Said] = []
        self._words = scene_lab(setting.setup.lab)
        self.lab = begun(setting, self.seed, self._words)
        for _pause in self._perform(setting.beats[0], 0):
            pass
        while self._beat < beat:
            self._begin(self._beat + 1)
            self.finish()

    def _begin(self, beat: int) -> None:
        self._performing = self._perform(self.scene.beats[beat], beat)
        self._credit, self._passed = 0.0, 0

    def _perform(self, beat: Beat, number: int) -> Iterator[float]:
        """Do the cues; between two moments that can be seen it gives the seconds between them."""
        for at, cue in enumerate(beat.cues):
            if cue.kind == "type":
                chance = random.Random(f"{self.seed}/{self.scene.id}/{number}/{at}")
                self._typing = cue
                for key in cue.text:
                    self.typed += key
                    yield KEY_S * chance.uniform(0.4, 1.6) * (1.5 if key == " " else 0.95)
            elif cue.kind == "play":
                for _step in range(cue.steps):
                    self.lab.step()
                    yield 1 / STEPS_A_SECOND / cue.pace
            else:
                yield from self._at_once(cue)

    def _at_once(self, cue: Cue) -> Iterator[float]:
        match cue.kind:
            case "run":
                yield BEFORE_RUN_S
                self._enter_line(cue)
                yield AFTER_RUN_S
            case "knob":
                self._turn(cue)
                self.said.append(Said(cue.text, self.place))
                yield AFTER_KNOB_S
            case "choose":
                self.chosen = cue.text
            case "place":
                self.place = cue.text
            case "panel":
                self.panel = cue.text
            case "expect" if self._watch is not None:
                self._watch(self, cue)

    def _enter_line(self, run: Cue) -> None:
        cue, self._typing, line, self.typed = self._typing, None, self.typed, ""
        assert cue is not None
        move = cue.move
        if move.kind != "command":
            self._turn(cue)
            self.said.append(Said(line, self.place))
            return
        reply = self.lab.execute(move.target, move.words)
        deeds = getattr(self.lab, "deeds", None)
        deed = deeds[-1] if deeds else None
        self.said.append(Said(line, self.place, tuple(move.words), reply, deed, run))

    def _turn(self, cue: Cue) -> None:
        _act(self._words, self.lab, cue)

    # rehearsal and export

    def figures(self) -> dict[str, float | str]:
        """What the lab shows now, by its names."""
        return dict(self._words.figures(self.lab))

    def frames_of(self, scene: Scene) -> Any:
        """The scene's lab at its last beat, as it is to be drawn."""
        lab = self.at_end_of(scene).lab
        return lab.shown(len(lab.frames) - 1)

    def at_end_of(self, scene: Scene) -> Presentation:
        """Another presentation of the same, at the last beat of a scene."""
        other = Presentation(self.script, self.lang, self.seed, self.scenes.index(scene) + 1)
        other.come_to_end()
        return other

    def come_to_end(self) -> None:
        """Do the rest of the scene at once."""
        while not self._is_last_beat:
            self._begin(self._beat + 1)
            self.finish()


def begun(scene: Scene, seed: int, words: SceneLab) -> Any:
    """The lab of a scene after what has happened before it."""
    lab = words.make(scene.setup, seed)
    for cue in scene.before:
        if cue.kind == "play":
            lab.step(cue.steps)
        else:
            _act(words, lab, cue)
    return lab


def _act(words: SceneLab, lab: Any, cue: Cue) -> None:
    move = cue.move
    if move.kind == "command":
        lab.execute(move.target, move.words)
    else:
        words.act(lab, move.kind, move.target, move.value)


def beat_line(beat: Beat) -> str:
    """What a beat does, in a line: ``SET cart:1 tea · ▸ 2 s · :heal master-replica1``. Unit in the
    present language."""
    parts = []
    for cue in beat.cues:
        if cue.kind in ("type", "knob"):
            parts.append(cue.text)
        elif cue.kind == "play":
            pace = f" ×{cue.pace:g}" if cue.pace != 1 else ""
            parts.append("▸ " + _("%(n)s s") % {"n": f"{cue.seconds:g}"} + pace)
        elif cue.kind in ("choose", "place", "panel"):
            parts.append(f"→ {cue.text}")
    return " · ".join(dict.fromkeys(parts))
