"""The names of a class, and for each an id that is safe in a user's name, a key and an address.

Анна Ёлкина ─▶ anna-elkina ─▶ user anna-elkina, keys anna-elkina:*, redis://anna-elkina:…@host
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tutor.i18n import _

LONGEST_NAME = 40
LONGEST_ID = 20
MOST = 500
"""Learners of one class."""

WORD = (4, 5)
"""Characters of the two parts of a join word: 44 bits, and not too much to type."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that look like others."""

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ё": "e", "і": "i", "ї": "yi",
    "є": "ye", "ґ": "g", "ў": "u",
}  # fmt: skip


class RosterError(ValueError):
    """A name that cannot be taken; the text says which, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Learner:
    """``name`` as the instructor wrote it, ``id`` of ``a-z``, ``0-9`` and ``-``."""

    name: str
    id: str

    @property
    def user(self) -> bytes:
        """The name of the ACL user."""
        return self.id.encode()

    @property
    def prefix(self) -> bytes:
        """What every key and channel of the learner begins with."""
        return self.user + b":"


class Roster:
    """The learners in the order in which they were named."""

    def __init__(self, names: Sequence[str] = ()) -> None:
        self._learners: dict[str, Learner] = {}
        self._names: set[str] = set()
        for name in names:
            self.add(name)

    def __iter__(self) -> Iterator[Learner]:
        return iter(list(self._learners.values()))

    def __len__(self) -> int:
        return len(self._learners)

    def get(self, learner_id: str) -> Learner | None:
        """A learner by id."""
        return self._learners.get(learner_id)

    def add(self, name: str) -> Learner:
        """One more; raises `RosterError`."""
        name = checked(name)
        folded = name.casefold()
        if folded in self._names:
            text = _("There are two learners called {name}: add a surname or a number to one.")
            raise RosterError(text.format(name=name))
        if len(self) >= MOST:
            text = _("A class has at most {n} learners.")
            raise RosterError(text.format(n=MOST))
        learner = Learner(name, self._free(safe_id(name)))
        self._names.add(folded)
        self._learners[learner.id] = learner
        return learner

    def _free(self, wanted: str) -> str:
        """The id itself, or the first of its kind that nobody has."""
        number, found = 1, wanted
        while found in self._learners:
            number += 1
            found = f"{wanted}{number}"
        return found


def checked(name: str) -> str:
    """The name with single blanks and composed letters; raises `RosterError`."""
    found = " ".join(unicodedata.normalize("NFC", name).split())
    if not found:
        raise RosterError(_("A learner needs a name."))
    if len(found) > LONGEST_NAME:
        text = _("{name}… is too long for a name: at most {n} characters.")
        raise RosterError(text.format(name=_shown(found[:16]), n=LONGEST_NAME))
    if not found.isprintable():
        text = _("{name} has characters in it that cannot be shown.")
        raise RosterError(text.format(name=_shown(found)))
    if not any(char.isalnum() for char in found):
        text = _("{name} is no name: it has neither a letter nor a digit.")
        raise RosterError(text.format(name=found))
    return found


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "�" for char in text)


def safe_id(name: str) -> str:
    """The name in the letters of a host name; ``learner`` where none of it can be written so."""
    letters = []
    for char in name.casefold():
        if char in _CYRILLIC:
            letters.append(_CYRILLIC[char])
            continue
        plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
        kept = "".join(part for part in plain if part.isalnum())
        letters.append(kept or ("" if unicodedata.category(char) in ("Lo", "Mn") else "-"))
    words = [word for word in "".join(letters).split("-") if word]
    found = "-".join(words)[:LONGEST_ID].rstrip("-")
    if not found or found == "default":  # the user whom everybody is before AUTH
        return "learner"
    return found


def new_word(choose: Callable[[str], str] = secrets.choice) -> str:
    """A join word such as ``k7mq-x2hd9``; ``choose`` picks a letter."""
    return "-".join("".join(choose(_LETTERS) for _n in range(size)) for size in WORD)


def read_roster(wanted: str | None) -> Roster:
    """What ``--learners`` names: a file with a name a line (``#`` begins a remark), else names with
    commas between. Raises `RosterError`, OSError."""
    if not wanted:
        return Roster()
    path = Path(wanted)
    if "," not in wanted and (path.is_file() or path.suffix or "/" in wanted):
        return _from_file(path)
    roster = Roster()
    for name in wanted.split(","):
        if name.strip():
            roster.add(name)
    return roster


def _from_file(path: Path) -> Roster:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        where = _("{file}: byte {n} is not UTF-8").format(file=path, n=error.start)
        raise RosterError(where) from error
    roster = Roster()
    for number, line in enumerate(text.splitlines(), 1):
        name = line.partition("#")[0].strip()
        if not name:
            continue
        try:
            roster.add(name)
        except RosterError as error:
            _at(path, number, error)
    return roster


def _at(path: Path, line: int, error: RosterError) -> NoReturn:
    text = _("{file}, line {n}: {problem}")
    raise RosterError(text.format(file=path, n=line, problem=error)) from error
