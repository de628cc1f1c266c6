"""The keys of the labs, as data: what each does, how it is shown, and how help explains it.

Bindings, the bar of knobs and help all read these tables. A letter works in the Russian keyboard
layout as well (`tutor.tui.keys.letters`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from textual.binding import Binding, BindingType

from tutor.i18n import _, pgettext
from tutor.labs.replication.actions import Kind
from tutor.tui.keys import letters

Of = Literal["link", "node", "lab"]
Section = tuple[str, Sequence[tuple[str, str]]]
"""A title of help, and under it keys with their sentences."""


class LabKey(NamedTuple):
    """``keys`` are for up and down, or one for a switch. ``word`` is shown beside them, ``help`` is
    the sentence."""

    keys: str
    kind: Kind
    of: Of
    word: Callable[[], str]
    help: Callable[[], str]


class StageKey(NamedTuple):
    """A key of the persistence stage; ``keys`` are for up and down, or one for a switch."""

    keys: str
    kind: str
    word: Callable[[], str]
    help: Callable[[], str]


class PlayKey(NamedTuple):
    """A key that changes nothing in the lab's world. ``shown`` is how it is written, ``does`` are
    pairs of Textual's keys and the word of the action; ``word`` None: not in the bar."""

    shown: str
    does: tuple[tuple[str, str], ...]
    help: Callable[[], str]
    word: Callable[[], str] | None = None


LAB_KEYS: tuple[LabKey, ...] = (
    LabKey("dD", "delay", "link", lambda: pgettext("knob", "delay"),
           lambda: _("How long bytes are under way: more, less")),
    LabKey("jJ", "jitter", "link", lambda: pgettext("knob", "jitter"),
           lambda: _("How much that varies: more, less")),
    LabKey("bB", "bandwidth", "link", lambda: pgettext("knob", "bandwidth"),
           lambda: _("How many bytes a second pass: more, less, without limit")),
    LabKey("lL", "loss", "link", lambda: pgettext("knob", "loss"),
           lambda: _("How many segments in a hundred are lost: more, less")),
    LabKey("c", "cut", "link", lambda: pgettext("knob", "cut"),
           lambda: _("Cut the link, or make it whole")),
    LabKey("i", "isolate", "node", lambda: pgettext("knob", "isolate"),
           lambda: _("Cut all links of the server, or make them whole")),
    LabKey("k", "crash", "node", lambda: pgettext("knob", "crash"),
           lambda: _("Kill the process (kill -9); the machine goes on")),
    LabKey("o", "power-cut", "node", lambda: pgettext("knob", "power off"),
           lambda: _("Take the machine's power; what was not synced is gone")),
    LabKey("r", "restart", "node", lambda: pgettext("knob", "restart"),
           lambda: _("Start again with the files that are there")),
    LabKey("e", "kept", "node", lambda: pgettext("knob", "keeps"),
           lambda: _("What it writes to its disk: nothing, a dump, an append-only file")),
    LabKey("z", "pause", "node", lambda: pgettext("knob", "freeze"),
           lambda: _("Let it stand still, or go on")),
    LabKey("p", "promote", "node", lambda: pgettext("knob", "promote"),
           lambda: _("Make it the master, and send the clients there")),
    LabKey("f", "follow", "node", lambda: pgettext("knob", "follow the master"),
           lambda: _("Make it a replica of the present master")),
    LabKey("S", "sentinels", "lab", lambda: pgettext("knob", "sentinels"),
           lambda: _("Three sentinels watch, five, nobody")),
    LabKey("wW", "wait", "lab", lambda: pgettext("knob", "WAIT"),
           lambda: _("For how many replicas each write waits: more, fewer")),
    LabKey("uU", "write-rate", "lab", lambda: pgettext("knob", "writes"),
           lambda: _("Writes a second: more, fewer, none")),
    LabKey("yY", "read-rate", "lab", lambda: pgettext("knob", "reads"),
           lambda: _("Reads a second: more, fewer, none")),
)  # fmt: skip

AMONG_SERVERS: frozenset[Kind] = frozenset(("isolate", "promote", "follow", "sentinels", "wait"))
"""Knobs that do nothing where there is one server alone."""

TIME_KEYS: tuple[PlayKey, ...] = (
    PlayKey("space", (("space", "play"),), lambda: _("Let time pass, or stop it"),
            lambda: pgettext("knob", "play")),
    PlayKey(". ,", (("full_stop,right", "on"), ("comma,left", "back")),
            lambda: _("A tenth of a second on, or back; → and ← do the same"),
            lambda: pgettext("knob", "step")),
    PlayKey("+ -", (("plus,equals_sign", "faster"), ("minus", "slower")),
            lambda: _("Time passes faster, slower"), lambda: pgettext("knob", "pace")),
    PlayKey("Home End", (("home", "first"), ("end", "last")),
            lambda: _("To the beginning, to the newest moment")),
)  # fmt: skip
"""The same in every lab."""

REPLICATION_KEYS: tuple[PlayKey, ...] = (
    PlayKey("↑ ↓", (("up", "up"), ("down", "down")),
            lambda: _("Choose a server or a link; a click does the same"),
            lambda: pgettext("knob", "choose")),
    PlayKey("v", (("v", "panel"),), lambda: _("Another panel first: lag, reads, events, sentinels"),
            lambda: pgettext("knob", "panel")),
    PlayKey("n", (("n", "scenario"),), lambda: _("The next scenario, from its beginning"),
            lambda: pgettext("knob", "scenario")),
    PlayKey("m", (("m", "replicas"),), lambda: _("From one to five replicas, from the beginning"),
            lambda: pgettext("knob", "replicas")),
    PlayKey("x", (("x", "seed"),), lambda: _("Another seed: other chances, from the beginning"),
            lambda: pgettext("knob", "seed")),
    PlayKey(": Enter", (("colon,enter", "prompt"),),
            lambda: _("To the prompt; Esc or F6 leads back to the picture")),
)  # fmt: skip

PLAY_KEYS = (*TIME_KEYS, *REPLICATION_KEYS)

OF_THE_RUN = frozenset({"scenario", "replicas", "seed"})
"""What begins another run: in a lesson the run is given."""

GIVEN_RUN_KEYS = tuple(
    key for key in PLAY_KEYS if OF_THE_RUN.isdisjoint(word for _names, word in key.does)
)

STAGE_KEYS: tuple[StageKey, ...] = (
    StageKey("k", "crash", lambda: pgettext("knob", "kill"),
             lambda: _("Kill the process (kill -9); the machine goes on")),
    StageKey("o", "power-cut", lambda: pgettext("knob", "power off"),
             lambda: _("Take the machine's power; what was not synced is gone")),
    StageKey("r", "restart", lambda: pgettext("knob", "restart"),
             lambda: _("Start again with the files that are there")),
    StageKey("uU", "rate", lambda: pgettext("knob", "writes"),
             lambda: _("Writes a second: more, fewer, none")),
    StageKey("tT", "fsync", lambda: pgettext("knob", "fsync takes"),
             lambda: _("How long the disk needs for an fsync: longer, shorter")),
)  # fmt: skip

STAGE_PLAY_KEYS: tuple[PlayKey, ...] = (
    *TIME_KEYS,
    PlayKey("↑ ↓", (("up", "up"), ("down", "down")),
            lambda: _("Choose a setting; a click does the same"),
            lambda: pgettext("knob", "choose")),
    PlayKey("x", (("x", "seed"),), lambda: _("Another seed: other chances, from the beginning"),
            lambda: pgettext("knob", "seed")),
)  # fmt: skip


def key_bindings(play: Sequence[PlayKey], knobs: str) -> list[BindingType]:
    """Bindings of a lab's picture: `action_lab` gets the word, `action_knob` one of the letters
    ``knobs``."""
    made: list[BindingType] = []
    for key in play:
        for names, word in key.does:
            made.append(Binding(letters(names), f"screen.lab('{word}')", show=False))
    made += [Binding(letters(one), f"screen.knob('{one}')", show=False) for one in knobs]
    return made


def play_section(keys: Sequence[PlayKey], title: str) -> Section:
    """These keys for help."""
    return title, [(key.shown.replace("space", "Space"), key.help()) for key in keys]


def layout_note() -> str:
    """About the other keyboard layout."""
    return _("Letters work in the Russian keyboard layout as well, capital ones with Shift.")


def stage_help() -> list[Section]:
    """Every key of the persistence stage, in groups."""
    lines = [(" ".join(key.keys), key.help()) for key in STAGE_KEYS]
    return [
        play_section(TIME_KEYS, _("Keys: time")),
        (_("Keys: all servers"), lines),
        play_section(STAGE_PLAY_KEYS[len(TIME_KEYS) :], _("Keys: the lab")),
    ]


def replication_help() -> list[Section]:
    """Every key of the replication lab, in groups."""
    titles: dict[Of, str] = {
        "link": _("Keys: the chosen link"),
        "node": _("Keys: the chosen server"),
        "lab": _("Keys: clients and sentinels"),
    }
    found: list[Section] = [play_section(TIME_KEYS, _("Keys: time"))]
    for of, title in titles.items():
        lines = [(" ".join(key.keys), key.help()) for key in LAB_KEYS if key.of == of]
        found.append((title, lines))
    found.append(play_section(REPLICATION_KEYS, _("Keys: the lab")))
    return found
