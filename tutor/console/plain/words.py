"""Words of the plain course: ``next``, ``hint``, ``why``, … A table; `help` reads it too.

Each may be written with a colon, and then is never Redis's. Without one it is a word only where no
command of Redis has that name (so ``:reset``, never ``RESET``), and only with as many arguments as
it takes. ``quit`` leaves, as in redis-cli.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.console.reading import find_command
from tutor.console.render import Line
from tutor.i18n import LANGUAGES, MissingCatalog, _, set_language

if TYPE_CHECKING:
    from tutor.console.plain.lesson import PlainLesson

__all__ = ["Word", "bare", "find", "names", "take_language", "word_lines"]

KEYS = {"f1": "help", "f3": "hint", "f4": "solution", "f5": "reset", "f7": "back", "f8": "next"}
"""What a key does on the screens; lessons name these keys."""

ALIASES = {
    **KEYS,
    "exit": "quit",
    "?": "help",
    "home": "lessons",
    "xray": "show",
    "previous": "back",
}
_LEAVING = ("quit", "exit")


@dataclass(frozen=True, slots=True)
class Word:
    """``run(lesson, arguments)`` does it; at most ``most`` arguments. ``choices`` are those worth
    completing."""

    name: str
    arguments: str
    summary: Callable[[], str]
    run: Callable[[PlainLesson, Sequence[str]], None]
    most: int = 0
    choices: tuple[str, ...] = ()

    @property
    def syntax(self) -> str:
        """How it is typed in the shortest way."""
        name = self.name if bare(self.name) else f":{self.name}"
        return f"{name} {self.arguments}".rstrip()


def bare(name: str) -> bool:
    """Whether a word may be written without its colon: Redis has no such command."""
    return name in _LEAVING or find_command(name.encode("utf-8", "surrogateescape")) is None


def find(line: str, foreign: Sequence[str] = ()) -> tuple[Word, list[str]] | None:
    """The word that a line is, and its arguments; None if the line is something else.

    ``foreign`` are words with a colon that belong to the place (a lab's moves): they go first,
    unless they stand alone and ask for more (``:back`` alone is the step before).
    """
    first, *arguments = line.split()
    typed = first.lower()
    name = typed.removeprefix(":")
    word = WORDS.get(ALIASES.get(name, name))
    if word is None or (typed in foreign and arguments):
        return None
    if typed.startswith(":"):
        return word, arguments
    fits = len(arguments) <= word.most and arguments[:1] != ["="]  # x = 1 is a line of Python
    return (word, arguments) if bare(name) and fits else None


def names() -> list[str]:
    """Everything that may begin a line, for completion."""
    return [name if bare(name) else f":{name}" for name in WORDS]


def word_lines() -> list[Line]:
    """What there is besides Redis's commands, a word a line."""
    return [
        [("  ", ""), (f"{word.syntax:<20} ", "command"), (word.summary(), "")]
        for word in WORDS.values()
    ]


def take_language(code: str) -> str:
    """Speak another language; what is wrong if that cannot be."""
    if code.lower() not in LANGUAGES:
        known = ", ".join(f"{each} ({name})" for each, name in LANGUAGES.items())
        return _("Say which language: {known}.").format(known=known)
    try:
        set_language(code.lower())
    except MissingCatalog as error:
        return str(error)
    return ""


def _help(lesson: PlainLesson, arguments: Sequence[str]) -> None:
    topic = " ".join(arguments)
    found = find(topic) if topic else None
    if not topic:
        lesson.page.say(
            _("Type a command of Redis, or one of these words (a colon before it never hurts):")
        )
        lesson.page.show(word_lines(), " " * 23)
        lesson.page.say(_("help SET tells what a command of Redis does."))
        keys = ", ".join(f"{key.upper()} ({word})" for key, word in KEYS.items())
        lesson.page.say(_("Keys that a lesson names can be typed: {keys}.").format(keys=keys))
    elif found is not None:
        word = found[0]
        lesson.page.show([[(word.syntax, "command"), ("  " + word.summary(), "")]], "    ")
    else:
        from tutor.console.help import help_lines as of_command

        lesson.page.show(of_command(topic), "    ")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _go(lesson: PlainLesson, arguments: Sequence[str]) -> None:
    steps = lesson.player.lesson.steps
    wanted = arguments[0] if arguments else ""
    ids = [step.id for step in steps]
    if 1 <= _number(wanted) <= len(ids):
        lesson.go(ids[_number(wanted) - 1])
    elif wanted in ids:
        lesson.go(wanted)
    else:
        lesson.page.say(_("Say a number from 1 to {n}: go 2").format(n=len(ids)), "warning")


def _lang(lesson: PlainLesson, arguments: Sequence[str]) -> None:
    lesson.speak(arguments[0] if arguments else "")


def _travel(kind: str) -> Callable[[PlainLesson, Sequence[str]], None]:
    return lambda lesson, arguments: lesson.travel(kind, arguments)


WORDS: Mapping[str, Word] = {
    word.name: word
    for word in (
        Word("next", "", lambda: _("the next step"), lambda lesson, _a: lesson.next()),
        Word("back", "", lambda: _("the step before"), lambda lesson, _a: lesson.previous()),
        Word("steps", "", lambda: _("all steps of the lesson"), lambda lesson, _a: lesson.steps()),
        Word("go", "N", lambda: _("to a step by its number"), _go, 1),
        Word("step", "", lambda: _("the whole step once more"), lambda lesson, _a: lesson.tell()),
        Word("task", "", lambda: _("the task and its checks"), lambda lesson, _a: lesson.task()),
        Word("hint", "", lambda: _("a hint; each one says more"), lambda lesson, _a: lesson.hint()),
        Word("why", "", lambda: _("what is still missing"), lambda lesson, _a: lesson.why()),
        Word("where", "", lambda: _("the lesson, the step, how far"),
             lambda lesson, _a: lesson.where()),
        Word("goal", "", lambda: _("memory once the task is done, in words"),
             lambda lesson, _a: lesson.goal()),
        Word("show", "[KEY [VIEW]]", lambda: _("memory (or the lab) now, in words"),
             lambda lesson, arguments: lesson.sight(arguments), 2),
        Word("slow", "", lambda: _("the last command, step by step in words"),
             lambda lesson, _a: lesson.slow()),
        Word("server", "[VIEW]", lambda: _("the whole server in words"),
             lambda lesson, arguments: lesson.server(arguments), 1,
             ("map", "memory", "expiry", "eviction", "wire", "clients", "file")),
        Word("verdict", "", lambda: _("what has come of an exam so far"),
             lambda lesson, _a: lesson.report()),
        Word("undo", "[N]", lambda: _("take back the last change"), _travel(":undo"), 1),
        Word("redo", "[N]", lambda: _("do again what was taken back"), _travel(":redo"), 1),
        Word("reset", "", lambda: _("the step from its beginning"),
             lambda lesson, _a: lesson.reset()),
        Word("solution", "", lambda: _("one way to solve it"),
             lambda lesson, _a: lesson.solution()),
        Word("lessons", "", lambda: _("the list of lessons"),
             lambda lesson, _a: lesson.leave("lessons")),
        Word("lang", "ru | en", lambda: _("language of the interface"), _lang, 1,
             tuple(LANGUAGES)),
        Word("help", "[COMMAND]", lambda: _("this list, or help on a command"), _help, 9),
        Word("quit", "", lambda: _("leave; your place is kept"),
             lambda lesson, _a: lesson.leave("quit")),
    )
}  # fmt: skip
"""In the order in which they are told."""
