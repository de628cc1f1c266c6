"""On which line each key of a TOML file stands: `tomllib` gives values but no places.

`key_lines` walks a text that `tomllib` has already accepted, so it need not judge it; a path
is the keys and array indexes from the top, ``("step", 2, "check", 0, "expect", "type")``.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[\s\ufeff]|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]}\s#][^,\]}\n#]*")


def key_lines(text: str) -> dict[Path, int]:
    """Path → line (from 1) of every key, table and array element."""
    return _Walker(text).walk()


class _Walker:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {(): 1}
        self.arrays: dict[Path, int] = {}
        self.ends = [found.start() for found in re.finditer("\n", text)]

    @property
    def line(self) -> int:
        return bisect_left(self.ends, self.at) + 1

    def walk(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self.text.startswith("[[", self.at):
                table = self._header(2, array=True)
            elif self.text[self.at] == "[":
                table = self._header(1, array=False)
            else:
                self._pair(table)
        return self.lines

    def _skip(self) -> bool:
        """Past spaces, newlines and comments; False at the end."""
        found = _BLANK.match(self.text, self.at)
        assert found, "the pattern fits nothing too"
        self.at = found.end()
        return self.at < len(self.text)

    def _note(self, path: Path, line: int) -> None:
        for depth in range(1, len(path) + 1):
            self.lines.setdefault(path[:depth], line)

    def _header(self, brackets: int, array: bool) -> Path:
        line = self.line
        self.at += brackets
        path: Path = ()
        keys = self._keys()
        for place, key in enumerate(keys):
            path = (*path, key)
            if array and place == len(keys) - 1:
                self.arrays[path] = self.arrays.get(path, -1) + 1
            if path in self.arrays:
                path = (*path, self.arrays[path])
        self.at += brackets
        self._note(path, line)
        return path

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                keys.append(str(tomllib.loads(f"k = {self.text[start : self.at]}")["k"]))
            else:
                found = _BARE.match(self.text, self.at)
                assert found, "tomllib has accepted this key"
                keys.append(found[0])
                self.at = found.end()
            self._skip()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _pair(self, table: Path) -> None:
        line = self.line
        path = (*table, *self._keys())
        self._note(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip()
        opening = self.text[self.at]
        if opening in "\"'":
            self._string()
        elif opening == "[":
            self._array(path)
        elif opening == "{":
            self._inline(path)
        else:
            found = _SCALAR.match(self.text, self.at)
            assert found, "tomllib has accepted this value"
            self.at = found.end()

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._note((*path, index), self.line)
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while self._skip() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _string(self) -> None:
        """Past a string of any of the four kinds."""
        text, start = self.text, self.at
        quote = text[start]
        closing = quote * 3 if text.startswith(quote * 3, start) else quote
        at = start + len(closing)
        while not text.startswith(closing, at):
            at += 2 if text[at] == "\\" and quote == '"' else 1
        at += len(closing)
        while len(closing) == 3 and at < len(text) and text[at] == quote:
            at += 1  # up to two quotes may stand before the closing three
        self.at = at
