"""A talk: the demo that is presented, and what lasts from scene to scene."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.console.demo import DemoAsked
from tutor.console.presenting import taken_text
from tutor.course.presence import AlreadyPresented, Presence
from tutor.course.presenting import Presentation
from tutor.course.scenes import Script
from tutor.i18n import language
from tutor.tui.theme import CONTRAST_DARK, CONTRAST_LIGHT, DARK, LIGHT, THEMES

if TYPE_CHECKING:
    from tutor.console.history import History
    from tutor.tui.application import TutorApp
    from tutor.tui.screens.demo import Presenting


class Talk:
    """``presentation`` is where it is; ``large`` type or not."""

    def __init__(self, app: TutorApp, script: Script, asked: DemoAsked, lang: str) -> None:
        self.app = app
        self.presentation = Presentation(script, lang, asked.seed, asked.scene)
        self.large = asked.large
        self._presence = asked.presence
        if asked.theme or asked.contrast:
            app.theme = theme_of(asked, app.theme)

    @property
    def history(self) -> History:
        """Of typed lines."""
        return self.app.history

    @property
    def screen(self) -> Presenting:
        """The screen of the present scene, as it was made last."""
        return self._screen

    def open(self) -> None:
        """Show the present scene."""
        from tutor.tui.screens.demo import screen_of

        self._screen = screen_of(self)
        self._scene = self.presentation.scene_number
        if len(self.app.screen_stack) > 1:
            self.app.switch_screen(self._screen)
        else:
            self.app.push_screen(self._screen)

    def do(self, act: Callable[[], object]) -> None:
        """One of the presenter's keys. Another scene, or a lab after an interruption, gets a screen
        of its own: whatever was done to the old one by hand is gone with it."""
        was_interrupted = self.presentation.interrupted
        with self._screen.turns:
            act()
            if self.app.animation_level == "none" and not self.presentation.interrupted:
                self.presentation.finish()
        if was_interrupted or self.presentation.scene_number != self._scene:
            self.open()
        else:
            self._screen.show_all()

    def choose_scene(self) -> None:
        """The list of scenes; the one that is chosen begins anew."""
        from tutor.tui.screens.scenes import ScenesScreen

        self.app.push_screen(ScenesScreen(self.presentation), self._go)

    def _go(self, number: int | None) -> None:
        if number is not None:
            self.presentation.go(number)
            self.open()

    def next_theme(self) -> None:
        """Dark, light, dark and light with a high contrast."""
        names = list(THEMES)
        self.app.theme = names[(names.index(self.app.theme) + 1) % len(names)]

    def tell(self) -> None:
        """Let whoever follows know."""
        if self._presence is not None:
            self._presence.publish(self.presentation.moment)

    def close(self) -> None:
        """The talk is over: whoever follows sees it."""
        if self._presence is not None:
            self._presence.close()


def theme_of(asked: DemoAsked, present: str) -> str:
    """The name of the theme that was asked for; dark or light as it is, if that was not said."""
    light = asked.theme == "light" or (not asked.theme and not THEMES[present].dark)
    if asked.contrast:
        return (CONTRAST_LIGHT if light else CONTRAST_DARK).name
    return (LIGHT if light else DARK).name


def begin_talk(app: TutorApp, asked: DemoAsked) -> None:
    """Present what was asked for; if that is not said, ask."""
    if asked.script is not None:
        _open(app, asked.script, asked)
        return
    from tutor.course.problems import LessonError
    from tutor.course.scenereading import demo_names, load_script
    from tutor.tui.screens.scenes import DemosScreen

    scripts = []
    for name in demo_names():
        try:
            scripts.append(load_script(name))
        except LessonError as error:
            app.notify(str(error.problems[0]), severity="error", markup=False)

    def chosen(number: int | None) -> None:
        if number is not None:
            _open(app, scripts[number - 1], asked)

    app.push_screen(DemosScreen(scripts), chosen)


def _open(app: TutorApp, script: Script, asked: DemoAsked) -> None:
    if app.talk is not None:
        app.talk.close()
    presence = asked.presence
    if presence is None:
        try:
            presence = Presence.open(script.name, asked.run)
        except AlreadyPresented as error:
            text = taken_text(error.pid, script.name, asked.run)
            app.notify(text, severity="warning", markup=False)
        except OSError:
            pass  # a machine without a folder for that: nobody can follow
    app.open_home()
    app.talk = Talk(app, script, asked._replace(presence=presence), language())
    app.talk.open()
