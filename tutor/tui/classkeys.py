"""The keys of an instructor's screen, as data: bindings, the bar and help read this table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.binding import Binding, BindingType

from tutor.console.classwords import rule_text
from tutor.i18n import _, pgettext
from tutor.tui.keys import letters
from tutor.tui.labkeys import Section, layout_note


class ClassKey(NamedTuple):
    """``shown`` is how the key is written, ``keys`` are Textual's; ``word`` stands in the bar."""

    shown: str
    keys: str
    action: str
    help: Callable[[], str]
    word: Callable[[], str] | None = None


CLASS_KEYS: tuple[ClassKey, ...] = (
    ClassKey("v", "v", "keys", lambda: _("The keys of the chosen learner and their X-ray"),
             lambda: pgettext("knob", "keys")),
    ClassKey("f", "f", "only", lambda: _("Commands of the chosen learner only, or of all"),
             lambda: pgettext("knob", "only his")),
    ClassKey("n", "n", "next_stuck", lambda: _("The next learner who seems to be stuck"),
             lambda: pgettext("knob", "next stuck")),
    ClassKey("j", "j", "addresses", lambda: _("Addresses with join words, to be given out"),
             lambda: pgettext("knob", "addresses")),
    ClassKey("a", "a", "add", lambda: _("One more learner"), lambda: pgettext("knob", "add")),
    ClassKey("w", "w", "renew", lambda: _("A new join word; the present connections end"),
             lambda: pgettext("knob", "new word")),
    ClassKey("k", "k", "kick", lambda: _("End the learner's connections; he may come again"),
             lambda: pgettext("knob", "kick")),
    ClassKey("e", "e", "export", lambda: _("Write everybody's progress as CSV"),
             lambda: pgettext("knob", "CSV")),
)  # fmt: skip

_LIST_KEYS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("↑\u00a0↓", lambda: _("Choose a learner, a key, or scroll the commands")),
    ("Enter", lambda: _("To the keys of the learner; from a key to its X-ray")),
    ("F6", lambda: _("To the next panel")),
    ("[\u00a0]", lambda: _("Another part of a long structure")),
)


def class_bindings() -> list[BindingType]:
    """Letters, in both layouts."""
    return [Binding(letters(key.keys), key.action, show=False) for key in CLASS_KEYS]


def class_help() -> list[Section]:
    """Every key, and when somebody counts as stuck."""
    lines: Sequence[tuple[str, str]] = [(key.shown, key.help()) for key in CLASS_KEYS]
    lists = [(shown, help_()) for shown, help_ in _LIST_KEYS]
    notes = [("", rule_text()), ("", layout_note())]
    return [(_("Keys: the class"), [*lists, *lines]), (_("Who is stuck"), notes)]
