"""The command palette: every action of the table that works on the present screen, every place,
lesson and step by its name, translated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content

from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import KEYS, Key, key_name
from tutor.tui.places import KEEPING, Place, places

if TYPE_CHECKING:
    from tutor.tui.application import TutorApp


class Offer(NamedTuple):
    """A line of the palette and what it does."""

    text: str
    run: Callable[[], Awaitable[None]]
    weight: float = 1.0


class Offers(Provider):
    """Searches the words of `keys.KEYS`, the places of the home screen, and the titles of lessons
    and steps; says so if nothing fits."""

    def _actions(self) -> Iterator[Offer]:
        active = {each.binding.id for each in self.screen.active_bindings.values()}
        for key in KEYS.values():
            if key.id != "palette" and (key.id in active or not key.keys):
                name = f"  {key_name(key.keys)}" if key.keys else ""
                yield Offer(f"{_(key.help)}{name}", partial(self._run, key))

    def _places(self) -> Iterator[Offer]:
        for place in (*KEEPING, *places()):
            yield Offer(f"{_(place.title)}: {_(place.about)}", partial(self._go, place))

    def _lessons(self) -> Iterator[Offer]:
        for line in self._app.outline.lines():
            yield Offer(f"{line.number}  {line.title}", partial(self._open, line.id))

    def _steps(self) -> Iterator[Offer]:
        for line in self._app.outline.lines():
            lesson = self._app.outline.course.lesson(line.id)
            for step, mark in zip(lesson.steps, line.marks, strict=True):
                text = f"{line.title} {glyphs.dot} {mark.title}"
                yield Offer(text, partial(self._open, line.id, step.id), 0.5)

    async def discover(self) -> Hits:
        """Every action, place and lesson."""
        for offer in (*self._actions(), *self._places(), *self._lessons()):
            yield DiscoveryHit(Content(offer.text), offer.run, text=offer.text)

    async def search(self, query: str) -> Hits:
        """What fits, or one line that says that nothing does."""
        matcher = self.matcher(query)
        words = query.casefold().split()
        named = (*self._places(), *self._lessons(), *self._steps())
        found = False
        for offer in (*self._actions(), *(one for one in named if _has(one.text, words))):
            score = matcher.match(offer.text)
            if score > 0:
                found = True
                shown = matcher.highlight(offer.text)
                yield Hit(score * offer.weight, shown, offer.run, text=offer.text)
        if not found:
            text = _("Nothing fits.")
            yield Hit(0.01, Content(text), _nothing, text=text)

    @property
    def _app(self) -> TutorApp:
        return cast("TutorApp", self.app)

    async def _run(self, key: Key) -> None:
        await self.screen.run_action(key.action)

    async def _go(self, place: Place) -> None:
        place.open(self._app)

    async def _open(self, lesson: str, step: str | None = None) -> None:
        self._app.open_lesson(lesson, step)


def _has(title: str, words: Sequence[str]) -> bool:
    """Whether all words stand in a title. Of hundreds of titles, some have any letters in order."""
    folded = title.casefold()
    return all(word in folded for word in words)


def _nothing() -> None:
    """The line that says that nothing fits does nothing."""


class Palette(CommandPalette):
    """Textual's palette without its emoji, with our placeholder."""

    def __init__(self) -> None:
        super().__init__([Offers], placeholder=_("What would you like to do?"))

    def on_mount(self) -> None:
        """A sign that every font has."""
        self.query_one(SearchIcon).icon = glyphs.right
