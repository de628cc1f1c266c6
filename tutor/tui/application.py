"""The app: it holds settings, progress and language, and opens the screens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.screen import Screen
from textual.types import CSSPathType

from tutor.console.confinement import closed, closed_text
from tutor.course.outline import Outline
from tutor.course.progress import Progress
from tutor.i18n import LANGUAGES, MissingCatalog, _, guess_language, language, set_language
from tutor.tui.base import Translated
from tutor.tui.dressed import Dressed
from tutor.tui.keys import bindings
from tutor.tui.screens.home import HomeScreen
from tutor.tui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from tutor.console.demo import DemoAsked
    from tutor.console.history import History
    from tutor.console.lane_lab import Asked
    from tutor.course.classroom.hall import Hall
    from tutor.course.classroom.teller import Teller
    from tutor.course.player import Player
    from tutor.course.review import Review
    from tutor.engine.clock import Clock
    from tutor.engine.world import World
    from tutor.labs.catalog import Settings
    from tutor.tui.lessonplay import LessonPlay
    from tutor.tui.talk import Talk


class TutorApp(Dressed):
    """A test gives ``clock`` and ``seed`` to be repeatable, and ``lessons`` of its own. ``lab``:
    scenario, seed and replicas of the lab to begin with; ``stage``: setting and seed of the
    persistence stage to begin with; ``rivals``: what of Redis and Memcached to begin with;
    ``lane_lab``: what `open_lane_lab` takes; ``review``: begin with what is due; ``demo``: present
    that."""

    TITLE = "redis-tutor"
    CSS_PATH: ClassVar[CSSPathType | None] = ["app.tcss", "screens/home.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = bindings("help", "language", "palette", "quit")
    COMMAND_PALETTE_BINDING = "f24"
    """Textual binds its palette itself; ours is in the table of keys."""

    def __init__(
        self,
        progress: Progress | None = None,
        *,
        lesson: str | None = None,
        step: str | None = None,
        lang: str | None = None,
        lessons: Path | None = None,
        clock: Clock | None = None,
        seed: int | None = None,
        lab: tuple[str, int, int | None] | None = None,
        stage: tuple[str | None, int] | None = None,
        rivals: str | None = None,
        lane_lab: Asked | None = None,
        review: bool = False,
        demo: DemoAsked | None = None,
    ) -> None:
        super().__init__()
        self.progress = progress or Progress()
        self.clock, self.seed = clock, seed
        self.outline = Outline(self.progress, lessons, lambda: self.now_ms)
        self._asked_lesson = lesson
        self._asked_step = step
        self._asked_lab = lab
        self._asked_stage = stage
        self._asked_rivals = rivals
        self._asked_lane_lab = lane_lab
        self._asked_review = review
        self._asked_demo = demo
        self.talk: Talk | None = None
        self.teller: Teller | None = None
        self.greeting = ""
        """What is said first, once."""
        self.hall: Hall | None = None
        self.hall_sheet: str | None = None
        """The class that is held, and the file of its progress."""
        self._language_known = self._begin(lang)
        self._sandbox: World | None = None
        self._history: History | None = None
        if self.progress.setting("theme") == "light":
            self.theme = LIGHT.name

    def get_default_screen(self) -> Screen[None]:
        """The list of lessons lies beneath everything else."""
        return HomeScreen()

    def on_mount(self) -> None:
        """Ask for the language if nothing tells it; open the lesson that was named."""
        if self.progress.setting("reduced_motion"):
            self.animation_level = "none"
        if self._asked_lesson:
            self.call_after_refresh(self._open_asked, self._asked_lesson, self._asked_step)
        if self._asked_lab is not None:
            self.call_after_refresh(self.open_lab, *self._asked_lab)
        elif self._asked_stage is not None:
            self.call_after_refresh(self.open_stage, *self._asked_stage)
        elif self._asked_rivals is not None:
            self.call_after_refresh(self.open_rivals, self._asked_rivals)
        elif self._asked_lane_lab is not None:
            asked = self._asked_lane_lab
            self.call_after_refresh(
                self.open_lane_lab, asked.lab, asked.experiment, asked.lane, asked.seed,
                asked.settings,
            )  # fmt: skip
        elif self._asked_review:
            self.call_after_refresh(self.open_review)
        elif self._asked_demo is not None:
            self.call_after_refresh(self.open_demo, self._asked_demo)
        elif self.hall is not None:
            self.call_after_refresh(self.open_class)
        if self.greeting:
            self.notify(self.greeting, timeout=10, markup=False)
        if not self._language_known:
            from tutor.tui.screens.language import LanguageScreen

            self.push_screen(LanguageScreen(), self._language_chosen)

    def _open_asked(self, lesson: str, step: str | None) -> None:
        """The lesson of the command line, and a step of it by its id or its number."""
        try:
            self.open_lesson(*self.outline.find(lesson, step))
        except LookupError as error:
            self.notify(str(error), severity="warning", markup=False)

    def _language_chosen(self, code: str | None) -> None:
        self.speak(code or "en")

    def _begin(self, wanted: str | None) -> bool:
        """Take the language that was wished, kept or guessed; False if the learner must say."""
        code = str(wanted or self.progress.setting("language") or guess_language())
        try:
            set_language(code if code in LANGUAGES else "en")
        except MissingCatalog as error:
            self.outline.note(str(error))
        return code in LANGUAGES

    # screens

    @property
    def history(self) -> History:
        """Typed lines of this and earlier runs."""
        if self._history is None:
            from tutor.console.history import History

            self._history = History()
        return self._history

    def open_home(self) -> None:
        """Back to the list of lessons."""
        while len(self.screen_stack) > 1:
            self.pop_screen()

    def open_lesson(self, lesson_id: str, step_id: str | None = None) -> None:
        """Play a lesson from where it was left, or at a step."""
        from tutor.course.player import Player

        try:
            player = Player(
                self.outline.course, lesson_id, step_id, clock=self.clock, progress=self.progress
            )
        except KeyError:
            known = ", ".join(lesson.id for lesson in self.outline.course.lessons)
            text = _("There is no lesson {id}. There are: {known}")
            self.notify(text.format(id=lesson_id, known=known), severity="warning", markup=False)
            return
        self.open_home()
        self.push_screen(self._lesson_screen(player))

    def show_step(self, player: Player) -> None:
        """The player has gone to a step of another kind: its screen takes this one's place."""
        self.switch_screen(self._lesson_screen(player))

    def _lesson_screen(self, player: Player, review: Review | None = None) -> LessonPlay:
        from tutor.course.model import LaneSetup

        if self.teller is not None:
            self.teller.follow(player)
        screen: LessonPlay
        if isinstance(player.step.lab, LaneSetup):
            from tutor.tui.screens.lab_lesson import LaneLessonScreen

            screen = LaneLessonScreen(player, self.history)
        elif player.step.lab is not None:
            from tutor.tui.screens.lab_lesson import LabLessonScreen

            screen = LabLessonScreen(player, self.history)
        else:
            from tutor.tui.screens.lesson import LessonScreen

            screen = LessonScreen(player, self.history)
        screen.review, screen.story.reviewing = review, review is not None
        return screen

    # what a learner keeps

    @property
    def now_ms(self) -> int:
        """The time of day."""
        from tutor.engine.clock import SystemClock

        return (self.clock or SystemClock()).now_us() // 1000

    def open_review(self) -> None:
        """Ask what is due; if nothing is, say when something will be."""
        from tutor.course.review import Review

        review = Review(self.outline.course, self.progress, self.clock)
        if review.present is None:
            from tutor.console.learning import due_text
            from tutor.course.summary import summarize

            text = due_text(summarize(self.outline.course, self.progress, self.now_ms))
            self.notify(text, markup=False)
            return
        self.open_home()
        self.ask(review)

    def ask(self, review: Review) -> None:
        """The next question of a review, or how it went."""
        player = review.open()
        if player is None:
            from tutor.tui.screens.reviewed import ReviewedScreen

            self.push_screen(ReviewedScreen(review), self._reviewed)
        elif len(self.screen_stack) > 1:
            self.switch_screen(self._lesson_screen(player, review))
        else:
            self.push_screen(self._lesson_screen(player, review))

    def _reviewed(self, choice: str | None) -> None:
        self.open_home()
        if choice == "more":
            self.open_review()

    def open_progress(self) -> None:
        """How far the learner is."""
        from tutor.tui.screens.progress import ProgressScreen

        self.push_screen(ProgressScreen(), self._after_progress)

    def _after_progress(self, choice: str | None) -> None:
        if choice == "go":
            self.open_lesson(self.outline.current)
        elif choice == "review":
            self.open_review()
        elif choice == "sheet":
            self.show_sheet()
        elif choice:
            lesson_id, _slash, step_id = choice.partition("/")
            self.open_lesson(lesson_id, step_id)

    def show_sheet(self, *lesson_ids: str) -> None:
        """The cheat sheet on these lessons, or on all."""
        from tutor.console.learning import manner
        from tutor.course.cheatsheet import cheat_sheet
        from tutor.tui.screens.document import DocumentScreen

        def sheet() -> str:
            return cheat_sheet(self.outline.course, self.progress, manner(), lesson_ids)

        if not sheet():
            text = _("Nothing was typed in a lesson yet: there is nothing to write down.")
            self.notify(text, markup=False)
            return
        name = "-".join(["redis-cheatsheet", *lesson_ids])
        self.push_screen(DocumentScreen(sheet, name))

    def show_report(self, player: Player, then: Callable[[bool | None], None]) -> None:
        """The report on an exam, on the way to what comes after it."""
        from tutor.course.report import exam_markdown, report_of
        from tutor.tui.screens.document import DocumentScreen

        def report() -> str:
            found = report_of(player)
            return "" if found is None else exam_markdown(found)

        name = f"redis-exam-{player.step.id}"
        self.push_screen(DocumentScreen(report, name, lambda: _("go on")), then)

    def open_sandbox(self) -> None:
        """The sandbox, with the keys it had when it was left."""
        from tutor.engine.engine import Engine
        from tutor.engine.world import World
        from tutor.tui.screens.sandbox import SandboxScreen

        if self._sandbox is None:
            self._sandbox = World(Engine(self.clock, self.seed))
        self.open_home()
        self.push_screen(SandboxScreen(self._sandbox, self.history))

    def open_lab(
        self, scenario: str = "healthy", seed: int = 7, replicas: int | None = None
    ) -> None:
        """The replication lab."""
        from tutor.tui.screens.replication_lab import ReplicationLabScreen

        self.open_home()
        self.push_screen(ReplicationLabScreen(self.history, scenario, seed, replicas))

    def open_stage(self, policy: str | None = None, seed: int = 7) -> None:
        """The persistence stage, beginning with a setting."""
        from tutor.tui.screens.durability import StageScreen

        self.open_home()
        self.push_screen(StageScreen(policy, seed))

    def open_rivals(self, choice: str = "types") -> None:
        """Redis and Memcached side by side, beginning with a row, ``ring`` or ``prompt``."""
        from tutor.tui.screens.rivals import RivalsScreen

        self.open_home()
        self.push_screen(RivalsScreen(choice, self.clock))

    def open_django(self, settings: str = "replicas") -> None:
        """Django's cache, with settings by name; its servers open ports."""
        if closed():
            self.notify(closed_text(), severity="warning", markup=False)
            return
        from tutor.tui.screens.django import DjangoScreen

        self.open_home()
        self.push_screen(DjangoScreen(settings))

    def open_lane_lab(
        self,
        name: str,
        experiment: str = "",
        lane: str = "",
        seed: int = 7,
        settings: Settings | None = None,
    ) -> None:
        """A lab of lanes by its name, beginning with an experiment and a lane."""
        from tutor.tui.screens.lane_lab import LaneLabScreen

        self.open_home()
        self.push_screen(LaneLabScreen(name, experiment, lane, seed, settings, self.history))

    def open_demo(self, asked: DemoAsked) -> None:
        """Present a demo; without one let it be chosen."""
        from tutor.tui.talk import begin_talk

        begin_talk(self, asked)

    def open_demos(self) -> None:
        """The list of demos."""
        from tutor.console.demo import DemoAsked

        self.open_demo(DemoAsked())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A presenter's key is not the palette's."""
        if action == "command_palette" and self.screen.has_class("-presented"):
            return False
        return super().check_action(action, parameters)

    def open_class(self) -> None:
        """The class that this process holds."""
        from tutor.tui.screens.classroom import ClassroomScreen

        assert self.hall is not None
        self.open_home()
        self.push_screen(ClassroomScreen(self.hall, self.outline, self.hall_sheet))

    # actions

    def speak(self, code: str) -> None:
        """Switch the interface to a language; raises `MissingCatalog` and stays as it was."""
        set_language(code)
        self.progress.set_setting("language", code)
        for screen in self.screen_stack:
            if isinstance(screen, Translated):
                screen.retranslate()

    def action_language(self) -> None:
        """To the other language; an open palette closes, its list was made in the old one."""
        if self._palette_open:
            self.screen.dismiss()
        codes = list(LANGUAGES)
        try:
            self.speak(codes[(codes.index(language()) + 1) % len(codes)])
        except MissingCatalog as error:
            self.notify(str(error), severity="warning", markup=False)

    def action_help(self) -> None:
        """Help on the command at hand, the panel and the keys."""
        from tutor.tui.screens.help import HelpScreen

        screen = self.screen
        if isinstance(screen, HelpScreen):
            screen.dismiss()
            return
        if not isinstance(screen, Translated) or screen.is_modal:
            return
        from textual.widgets import Input

        line = screen.focused.value if isinstance(screen.focused, Input) else ""
        ids = [each.binding.id for each in screen.active_bindings.values() if each.binding.id]
        keys = list(dict.fromkeys(ids))
        self.push_screen(HelpScreen(line, screen.focused, keys, screen.own_help))

    def action_command_palette(self) -> None:
        """Every action by name."""
        from tutor.tui.palette import Palette

        if not self._palette_open:
            self.push_screen(Palette())

    @property
    def _palette_open(self) -> bool:
        return self.screen.has_class("--textual-command-palette")

    def action_theme(self) -> None:
        """Light or dark."""
        light = self.theme == DARK.name
        self.theme = LIGHT.name if light else DARK.name
        self.progress.set_setting("theme", "light" if light else "dark")

    def action_home(self) -> None:
        """To the list of lessons."""
        self.open_home()

    def action_help_quit(self) -> None:
        """Ctrl-C outside the prompt does nothing: F10 leaves."""
