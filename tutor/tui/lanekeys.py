"""The keys of labs of lanes, as data, by the lab's name: see `tutor.tui.labkeys`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tutor.i18n import _, pgettext
from tutor.labs.catalog import lab_kind
from tutor.tui.labkeys import TIME_KEYS, PlayKey, Section, play_section


class LaneKey(NamedTuple):
    """A key of a lab of lanes. ``keys`` are for up and down, or one for a switch; ``target``:
    "" for everything, "lane" for the chosen lane, else whom by name."""

    keys: str
    kind: str
    word: Callable[[], str]
    help: Callable[[], str]
    target: str = ""


def _cache() -> tuple[LaneKey, ...]:
    from tutor.tui.cachekeys import CACHE_KEYS

    return CACHE_KEYS


def _rate_limit() -> tuple[LaneKey, ...]:
    from tutor.tui.ratelimitkeys import RATE_LIMIT_KEYS

    return RATE_LIMIT_KEYS


def _queue() -> tuple[LaneKey, ...]:
    from tutor.tui.queuekeys import QUEUE_KEYS

    return QUEUE_KEYS


def _security() -> tuple[LaneKey, ...]:
    from tutor.tui.securitykeys import SECURITY_KEYS

    return SECURITY_KEYS


_TABLES: Mapping[str, Callable[[], tuple[LaneKey, ...]]] = {
    "cache": _cache,
    "rate-limit": _rate_limit,
    "queue": _queue,
    "security": _security,
}

MOST_TABS = 9


def lane_keys(name: str) -> tuple[LaneKey, ...]:
    """The knobs of a lab. Raises KeyError."""
    return _TABLES[name]()


def tab_keys(name: str) -> tuple[PlayKey, ...]:
    """The experiments of a lab; none if there is one alone."""
    experiments = lab_kind(name).experiments[:MOST_TABS]
    if len(experiments) < 2:
        return ()
    numbered = tuple((str(at), one) for at, one in enumerate(experiments, 1))
    return (
        PlayKey(f"1 – {len(experiments)}", numbered,
                lambda: _("Another experiment; each goes on where it was left")),
    )  # fmt: skip


CHOICE_KEYS: tuple[PlayKey, ...] = (
    PlayKey("↑ ↓", (("up", "up"), ("down", "down")),
            lambda: _("Choose a lane; a click does the same"),
            lambda: pgettext("knob", "choose")),
)  # fmt: skip
SEED_KEYS: tuple[PlayKey, ...] = (
    PlayKey("x", (("x", "seed"),), lambda: _("Another seed: other chances, from the beginning"),
            lambda: pgettext("knob", "seed")),
)  # fmt: skip
LOOK_KEYS: tuple[PlayKey, ...] = (
    PlayKey("v", (("v", "xray"),),
            lambda: _("X-ray of a key of the chosen lane, and away again; the key of the last "
                      "command at the prompt, if there is one"),
            lambda: pgettext("knob", "X-ray")),
    PlayKey(": Enter", (("colon,enter", "prompt"),),
            lambda: _("To the prompt; Esc or F6 leads back to the picture")),
)  # fmt: skip


def lab_keys(name: str) -> tuple[PlayKey, ...]:
    """The keys of a lab that are neither knobs nor those of time."""
    return (*tab_keys(name), *CHOICE_KEYS, *SEED_KEYS, *LOOK_KEYS)


def play_keys(name: str) -> tuple[PlayKey, ...]:
    """All keys of a lab that are no knobs."""
    return (*TIME_KEYS, *lab_keys(name))


GIVEN_RUN_KEYS = (*TIME_KEYS, *CHOICE_KEYS, *LOOK_KEYS)
"""Of them those that there are in a lesson."""


def lane_help(name: str) -> list[Section]:
    """Every key of a lab, in groups."""
    keys = lane_keys(name)
    groups: list[tuple[str, Sequence[LaneKey]]] = [
        (_("Keys: all lanes"), [key for key in keys if key.target != "lane"]),
        (_("Keys: the chosen lane"), [key for key in keys if key.target == "lane"]),
    ]
    return [
        play_section(TIME_KEYS, _("Keys: time")),
        *((title, [(" ".join(key.keys), key.help()) for key in some])
          for title, some in groups if some),
        play_section(lab_keys(name), _("Keys: the lab")),
    ]  # fmt: skip
