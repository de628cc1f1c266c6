"""The manifest: which files an append-only file is made of (redis 7.0, aof.c).

    file appendonly.aof.2.base.rdb seq 2 type b
    file appendonly.aof.2.incr.aof seq 2 type i
    file appendonly.aof.1.incr.aof seq 1 type h      history: to be deleted

Lines that begin with ``#`` say nothing. A name with spaces or quotes stands in quotes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tutor.engine.cmdline import quote, split

BASE, INCREMENT, HISTORY = "b", "i", "h"
LONGEST_LINE = 1024


class DamagedManifest(Exception):
    """``line`` counts from 1 (0: the whole); ``problem`` is what Redis logs of it."""

    def __init__(self, line: int, problem: str, text: str = "") -> None:
        super().__init__(f"line {line}: {problem}")
        self.line, self.problem, self.text = line, problem, text


@dataclass(frozen=True, slots=True)
class Part:
    """One file: its name, its number in the order in which files came into being, what it is."""

    name: str
    seq: int
    kind: str

    def line(self) -> str:
        """Its line in the manifest."""
        plain = self.name and not any(ch in " \"'\\\n\r\t" or ch < " " for ch in self.name)
        name = self.name if plain else quote(self.name.encode(), readable=False, bare=False)
        return f"file {name} seq {self.seq} type {self.kind}\n"


@dataclass(slots=True)
class Manifest:
    """The parts in their order, and the highest numbers given so far."""

    base: Part | None = None
    increments: list[Part] = field(default_factory=list)
    history: list[Part] = field(default_factory=list)
    base_seq: int = 0
    increment_seq: int = 0

    @property
    def parts(self) -> list[Part]:
        """What has to be read at the start, in order."""
        return [*([self.base] if self.base is not None else []), *self.increments]

    def copy(self) -> Manifest:
        """One that can be changed by itself."""
        return replace(self, increments=list(self.increments), history=list(self.history))

    def text(self) -> str:
        """The file's contents."""
        parts = [*([self.base] if self.base is not None else []), *self.history, *self.increments]
        return "".join(part.line() for part in parts)

    # changing

    def add_base(self, stem: str, rdb: bool) -> Part:
        """The next base; the present one becomes history."""
        if self.base is not None:
            self.history.append(replace(self.base, kind=HISTORY))
        self.base_seq += 1
        ending = "rdb" if rdb else "aof"
        self.base = Part(f"{stem}.{self.base_seq}.base.{ending}", self.base_seq, BASE)
        return self.base

    def add_increment(self, stem: str) -> Part:
        """The next increment."""
        self.increment_seq += 1
        part = Part(f"{stem}.{self.increment_seq}.incr.aof", self.increment_seq, INCREMENT)
        self.increments.append(part)
        return part

    def retire_increments(self, keep_last: bool = True) -> None:
        """All increments (but the last) are in the base now: they become history."""
        kept = self.increments[-1:] if keep_last else []
        gone = self.increments[: len(self.increments) - len(kept)]
        self.history += [replace(part, kind=HISTORY) for part in gone]
        self.increments = kept


def parse(text: str) -> Manifest:
    """What a manifest says. Raises `DamagedManifest`."""
    if not text:
        raise DamagedManifest(0, "Found an empty AOF manifest")
    found = Manifest()
    for number, line in _pieces(text):
        if line.startswith("#"):
            continue
        if not line.endswith("\n"):
            raise DamagedManifest(number, "The AOF manifest file contains too long line", line)
        words = line.strip(" \t\r\n")
        if not words:
            raise DamagedManifest(number, "Invalid AOF manifest file format", line)
        _take(found, _part(number, words), number, line)
    return found


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; of a long one, as redis reads them, a piece at a time."""
    *lines, rest = text.split("\n")
    whole = [f"{line}\n" for line in lines] + ([rest] if rest else [])
    for number, line in enumerate(whole, 1):
        for start in range(0, len(line), LONGEST_LINE):
            yield number, line[start : start + LONGEST_LINE]


def _part(number: int, line: str) -> Part:
    try:
        words = [word.decode("utf-8", "surrogateescape") for word in split(line)]
    except ValueError as error:
        raise DamagedManifest(number, "Invalid AOF manifest file format", line) from error
    if len(words) < 6 or len(words) % 2:
        raise DamagedManifest(number, "Invalid AOF manifest file format", line)
    fields = {words[at].lower(): words[at + 1] for at in range(0, len(words), 2)}
    name, seq, kind = fields.get("file", ""), fields.get("seq", ""), fields.get("type", "")[:1]
    if "/" in name or "\\" in name:
        raise DamagedManifest(number, "File can't be a path, just a filename", line)
    if not name or not seq.isdigit() or not int(seq) or not kind:
        raise DamagedManifest(number, "Invalid AOF manifest file format", line)
    return Part(name, int(seq), kind)


def _take(found: Manifest, part: Part, number: int, line: str) -> None:
    if part.kind == BASE:
        if found.base is not None:
            raise DamagedManifest(number, "Found duplicate base file information", line)
        found.base, found.base_seq = part, part.seq
    elif part.kind == INCREMENT:
        if part.seq <= found.increment_seq:
            raise DamagedManifest(number, "Found a non-monotonic sequence number", line)
        found.increments.append(part)
        found.increment_seq = part.seq
    elif part.kind == HISTORY:
        found.history.append(part)
    else:
        raise DamagedManifest(number, "Unknown AOF file type", line)
