"""The keys of the screen of both engines, as data: bindings, the bar and help read these tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tutor.i18n import _, pgettext
from tutor.tui.labkeys import PlayKey, Section, play_section

Mode = Literal["experiment", "ring", "prompt"]

CHOOSE = PlayKey("↑\u00a0↓", (("up", "up"), ("down", "down")),
                 lambda: _("Choose an experiment, the ring or the prompt; a click does the same"),
                 lambda: pgettext("knob", "choose"))  # fmt: skip
SCROLL = PlayKey("PgUp\u00a0PgDn", (("pageup", "page_up"), ("pagedown", "page_down")),
                 lambda: _("Scroll the picture"))  # fmt: skip

_VIEW = PlayKey("v\u00a0V", (("v", "view"), ("V", "view_back")),
                lambda: _("X-ray of Memcached: slabs, page, queues, item"),
                lambda: pgettext("knob", "X-ray"))  # fmt: skip
_CLASS = PlayKey("c\u00a0C", (("c", "class"), ("C", "class_back")),
                 lambda: _("Another slab class in the X-ray"),
                 lambda: pgettext("knob", "class"))  # fmt: skip

EXPERIMENT_KEYS: tuple[PlayKey, ...] = (
    PlayKey("space", (("space,enter,full_stop", "step"),),
            lambda: _("The next step of the experiment"), lambda: pgettext("knob", "step")),
    PlayKey("a", (("a", "all"),), lambda: _("All steps to the end"),
            lambda: pgettext("knob", "all")),
    PlayKey("r", (("r,home", "again"),), lambda: _("From the beginning"),
            lambda: pgettext("knob", "again")),
    PlayKey("w", (("w", "wire"),), lambda: _("Requests as typed, or their bytes on the wire"),
            lambda: pgettext("knob", "wire")),
    _VIEW,
    _CLASS,
)  # fmt: skip

RING_KEYS: tuple[PlayKey, ...] = (
    PlayKey("←\u00a0→", (("left", "server_back"), ("right", "server")),
            lambda: _("Choose a server"), lambda: pgettext("knob", "server")),
    PlayKey("j", (("j,plus,equals_sign", "join"),), lambda: _("A server joins"),
            lambda: pgettext("knob", "join")),
    PlayKey("l", (("l,minus,delete", "leave"),), lambda: _("The chosen server leaves"),
            lambda: pgettext("knob", "leave")),
    PlayKey("n", (("n", "key"),), lambda: _("Follow another key by name"),
            lambda: pgettext("knob", "another key")),
    PlayKey("r", (("r,home", "again"),), lambda: _("Three servers again"),
            lambda: pgettext("knob", "again")),
)  # fmt: skip

PROMPT_KEYS: tuple[PlayKey, ...] = (
    PlayKey(":\u00a0Enter", (("colon,enter", "prompt"),),
            lambda: _("To the prompt; Esc or F6 leads back to the picture"),
            lambda: pgettext("knob", "type")),
    _VIEW,
    _CLASS,
)  # fmt: skip

OF_MODE: dict[Mode, Sequence[PlayKey]] = {
    "experiment": EXPERIMENT_KEYS,
    "ring": RING_KEYS,
    "prompt": PROMPT_KEYS,
}


def all_keys() -> list[PlayKey]:
    """Each key of each mode once; a key that does several things is told apart by the mode."""
    found: dict[tuple[str, str], PlayKey] = {}
    for keys in ((CHOOSE, SCROLL), *OF_MODE.values()):
        for key in keys:
            for names, word in key.does:
                found.setdefault((names, word), key)
    return list(dict.fromkeys(found.values()))


def rivals_help() -> list[Section]:
    """Every key, in groups."""
    return [
        play_section((CHOOSE, SCROLL), _("Keys: everywhere")),
        play_section(EXPERIMENT_KEYS, _("Keys: an experiment")),
        play_section(RING_KEYS, _("Keys: the ring")),
        play_section(PROMPT_KEYS, _("Keys: Memcached's prompt")),
    ]
