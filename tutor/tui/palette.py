"""The command palette: every action of the table that works on the present screen, translated."""

from __future__ import annotations

from functools import partial

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider, SearchIcon
from textual.content import Content

from tutor.i18n import _
from tutor.tui.glyphs import glyphs
from tutor.tui.keys import KEYS, Key, key_name


class Actions(Provider):
    """Searches the words of `keys.KEYS`; says so if nothing fits."""

    def _offers(self) -> list[tuple[Key, str]]:
        active = {each.binding.id for each in self.screen.active_bindings.values()}
        found = []
        for key in KEYS.values():
            if key.id in active or not key.keys:
                name = f"  {key_name(key.keys)}" if key.keys else ""
                found.append((key, f"{_(key.help)}{name}"))
        return [each for each in found if each[0].id != "palette"]

    async def discover(self) -> Hits:
        """Everything."""
        for key, text in self._offers():
            yield DiscoveryHit(Content(text), partial(self._run, key), text=text)

    async def search(self, query: str) -> Hits:
        """What fits, or one line that says that nothing does."""
        matcher = self.matcher(query)
        found = False
        for key, text in self._offers():
            score = matcher.match(text)
            if score > 0:
                found = True
                yield Hit(score, matcher.highlight(text), partial(self._run, key), text=text)
        if not found:
            text = _("Nothing fits.")
            yield Hit(0.01, Content(text), _nothing, text=text)

    async def _run(self, key: Key) -> None:
        await self.screen.run_action(key.action)


def _nothing() -> None:
    """The line that says that nothing fits does nothing."""


class Palette(CommandPalette):
    """Textual's palette without its emoji, with our placeholder."""

    def __init__(self) -> None:
        super().__init__([Actions], placeholder=_("What would you like to do?"))

    def on_mount(self) -> None:
        """A sign that every font has."""
        self.query_one(SearchIcon).icon = glyphs.right
