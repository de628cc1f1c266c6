"""Every key of the app, as data: footer, palette, help and bindings all read this table.

The words are message ids; they are translated when shown (`BaseScreen.active_bindings`).
"""

from __future__ import annotations

from typing import NamedTuple

from textual.binding import Binding, BindingType


def N_(message: str) -> str:
    """Marks a message for the catalog; it is translated where it is shown."""
    return message


class Key(NamedTuple):
    """One action: its keys, its short word for the footer, its sentence for help and palette.

    ``rank`` orders the footer when it is too narrow (small numbers stay longest); 0 keeps the
    action out of it. ``priority`` lets the key win over the focused widget.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    rank: int = 0
    priority: bool = True


_TABLE = (
    Key("help", "f1", "app.help", N_("Help"), N_("Explain this screen and the command at hand"), 1),
    Key("language", "f2", "app.language", "RU/EN", N_("Switch between Russian and English"), 2),
    Key("hint", "f3", "hint", N_("Hint"), N_("Open the next hint"), 3),
    Key("solution", "f4", "solution", N_("Solution"), N_("Show one way to solve the task"), 8),
    Key("reset", "f5", "reset", N_("Reset"), N_("Put the step's world back to its start"), 7),
    Key("serve", "f3", "serve", N_("Port"), N_("Open a port for other programs, or close it"), 7),
    Key("clients", "f4", "clients", N_("Clients"), N_("Show who is connected, or the keys"), 8),
    Key("server", "f8", "server", N_("Server"), N_("The whole server, or the X-ray of a key"), 6),
    Key("slow", "f12", "slow", N_("Slow"), N_("Show the last command in slow motion"), 9),
    Key("undo", "ctrl+z", "undo", N_("Undo"), N_("Take back the last change"), 5),
    Key("redo", "ctrl+y", "redo", N_("Redo"), N_("Do again what was taken back")),
    Key("earlier", "alt+left", "travel(-1)", N_("Earlier"), N_("Go back by one command")),
    Key("later", "alt+right", "travel(1)", N_("Later"), N_("Go forward by one command")),
    Key("view", "ctrl+x", "xray_view", N_("X-ray"), N_("X-ray: its next view"), 6),
    Key("panel", "f6", "next_panel", N_("Panel"), N_("Go to the next panel"), 10),
    Key("panel_back", "shift+f6", "previous_panel", N_("Panel"), N_("Go to the previous panel")),
    Key("previous", "f7", "previous_step", N_("Back"), N_("Go to the previous step"), 12),
    Key("next", "f8", "next_step", N_("Next"), N_("Go to the next step"), 4),
    Key("pin", "f9", "pin", N_("Pin"), N_("Pin the X-ray to this key, or let it follow"), 13),
    Key("forth", "pagedown", "forth", N_("Next"), N_("Go on: what the script does next"), 1),
    Key("take_back", "pageup", "take_back", N_("Back"), N_("Take back what was done last"), 3),
    Key("scenes", "ctrl+g", "scenes", N_("Scenes"), N_("Go to another scene"), 5),
    Key(
        "hands",
        "ctrl+t",
        "hands",
        N_("Your turn"),
        N_("Take the keyboard, or give it back to the script"),
        4,
    ),
    Key("large", "f3", "large", N_("Large"), N_("Large type: fewer panels, large figures"), 8),
    Key("shades", "f4", "shades", N_("Colours"), N_("Dark, light, high contrast"), 9),
    Key("copy", "ctrl+g", "copy_text", N_("Copy"), N_("Copy the picture as text")),
    Key("card", "ctrl+o", "card", N_("Explain"), N_("Unfold or fold the card under the error")),
    Key("clear", "ctrl+l", "clear_output", N_("Clear"), N_("Clear the output")),
    Key("palette", "ctrl+t", "app.command_palette", N_("Commands"), N_("All actions"), 11),
    Key("theme", "", "app.theme", N_("Theme"), N_("Light or dark")),
    Key("shade", "t,е", "app.theme", N_("Theme"), N_("Light or dark"), 5, False),
    Key("look", "ctrl+x", "look", N_("View"), N_("The next view: wire, key, value, bytes"), 6),
    Key("home", "escape", "app.home", N_("Home"), N_("Go to the list of lessons"), 14, False),
    Key("close", "escape", "close", N_("Close"), N_("Close this window"), 3),
    Key("quit", "f10,ctrl+q", "app.quit", N_("Quit"), N_("Leave; your place is kept"), 4),
)

KEYS = {key.id: key for key in _TABLE}

_NAMES = {
    "escape": "Esc",
    "enter": "Enter",
    "tab": "Tab",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "space": "Space",
}


def bindings(*ids: str) -> list[BindingType]:
    """Textual bindings for these actions, in this order."""
    made: list[BindingType] = []
    for identifier in ids:
        key = KEYS[identifier]
        if key.keys:
            made.append(
                Binding(
                    key.keys,
                    key.action,
                    key.label,
                    show=key.rank > 0,
                    priority=key.priority,
                    id=key.id,
                    tooltip=key.help,
                )
            )
    return made


_SIGNS = {"full_stop": ".", "comma": ",", "colon": ":"}


def letters(keys: str) -> str:
    """Keys of a binding (``v``, ``full_stop,right``) and the same keys in the Russian layout."""
    from tutor.console.spelling import in_layout

    found = keys.split(",")
    for key in list(found):
        sign = _SIGNS.get(key, key)
        twin = in_layout(sign) if len(sign) == 1 else key
        if twin not in (key, sign):
            found.append(twin)
    return ",".join(found)


def key_name(keys: str) -> str:
    """How a key is written: ``ctrl+z`` → ``^Z``, ``f1`` → ``F1``; of several the first."""
    *held, key = keys.split(",")[0].split("+")
    name = _NAMES.get(key) or (key.upper() if len(key) <= 3 else key.capitalize())
    if held == ["ctrl"]:
        return f"^{name}"
    return "+".join([*(part.capitalize() for part in held), name])
