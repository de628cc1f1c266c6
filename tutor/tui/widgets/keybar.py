"""The footer: keys and their words, each clickable; what has no room gives way by rank."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.screen import Screen

from tutor.tui.keys import KEYS, key_name
from tutor.tui.paint import Row, row
from tutor.tui.widgets.painted import Line


class KeyBar(Line):
    """Shows the active screen's bindings (already translated by the screen)."""

    DEFAULT_CSS = "KeyBar { dock: bottom; padding: 0 1; }"

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def entries(self, width: int) -> list[tuple[str, str, str]]:
        """(key, its name, word) of the actions that fit into ``width``, in order."""
        found: list[tuple[int, tuple[str, str, str], str]] = []
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.id in KEYS:
                entry = (binding.key, key_name(KEYS[binding.id].keys), binding.description)
                if not any(entry[1] == other[1][1] for other in found):
                    found.append((KEYS[binding.id].rank, entry, binding.id))
        order = list(KEYS)
        found.sort(key=lambda item: order.index(item[2]))
        while found and sum(_width(entry) for _, entry, _ in found) > width + 2:
            found.remove(max(found, key=lambda item: item[0]))
        return [entry for _, entry, _ in found]

    def compose_rows(self, width: int) -> Sequence[Row]:
        """One row: ``F1 Help  F2 RU/EN  …``."""
        pieces: list[tuple[str, str]] = []
        for _key, name, word in self.entries(width):
            pieces += [(name, "hotkey"), (f" {word}", "muted"), ("  ", "")]
        return [row(*pieces)]

    def on_click(self, event: events.Click) -> None:
        """A click does what the key does."""
        at = 0
        for entry in self.entries(self.size.width):
            at += _width(entry)
            if event.x - self.styles.padding.left < at - 2:
                self.app.simulate_key(entry[0])
                return


def _width(entry: tuple[str, str, str]) -> int:
    return cell_len(entry[1]) + cell_len(entry[2]) + 3
