"""Which lesson carries which part of the notes: reads `notes.toml`, writes `notes.md`.

    python docs/notes.py              write the page
    python docs/notes.py NOTES.md     print what of the notes `notes.toml` does not name

A part is a heading, an item of a list, a command, a block of code, or a row of a table.
`tests/course` checks that nothing is unmapped and that each step really says it.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MAP, PAGE = HERE / "notes.toml", HERE / "notes.md"
KINDS = ("heading", "item", "command", "block", "row")

_FENCE = re.compile(r"^```(\w*)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*)$")
_ITEM = re.compile(r"^(?:> )?(?:- |\d+\. |→ |✅ |❌ )(.*)$")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the notes. ``text`` names it; ``lines`` are those of a block, without remarks."""

    kind: str
    text: str
    lines: tuple[str, ...] = ()


def parts(notes: str) -> Iterator[Part]:
    """The parts of the notes in order."""
    lines = notes.splitlines()
    at = 0
    while at < len(lines):
        line = lines[at]
        fence = _FENCE.match(line)
        if fence:
            end = next(n for n in range(at + 1, len(lines)) if lines[n].startswith("```"))
            yield from _block(fence[1], lines[at + 1 : end])
            at = end
        elif (heading := _HEADING.match(line)) is not None:
            yield Part("heading", plain(heading[1]))
        elif (item := _ITEM.match(line)) is not None:
            yield Part("item", plain(item[1]).rstrip(",."))
        elif line.startswith("|") and not _ruled(line) and not _ruled(*lines[at + 1 : at + 2]):
            yield Part("row", " | ".join(map(plain, line.strip("|").split("|"))))
        at += 1


def _ruled(line: str = "") -> bool:
    """The line between a table's head and its rows."""
    return line.startswith("|") and set(line) <= set("|-: ")


def plain(text: str) -> str:
    """Markdown without its signs, pictures and numbers in front."""
    text = re.sub(r"[*`]|[\U0001f300-\U0001faff\u2705\u274c\ufe0f]", "", text)
    text = re.sub(r"^[\s\d.]+(?=\S)", "", text)
    return " ".join(text.split())


def code_of(line: str) -> str:
    """A line of code without its remark and indentation."""
    return re.sub(r"\s+#.*$|^#.*$", "", line).strip()


def _block(language: str, lines: list[str]) -> Iterator[Part]:
    code = tuple(filter(None, map(code_of, lines)))
    if language == "bash":
        for line in code:
            yield Part("command", line)
    else:
        whole = " ".join(code)
        yield Part("block", whole if len(whole) < 90 else f"{whole[:40]} … {whole[-40:]}", code)


def mapped(text: str) -> dict[tuple[str, str], list[str]]:
    """`notes.toml`: (kind, part) → steps as ``lesson/step``. A part that comes several times in
    the notes stands once."""
    data = tomllib.loads(text)
    return {(kind, part): steps for kind in KINDS for part, steps in data.get(kind, {}).items()}


def page(places: dict[tuple[str, str], list[str]]) -> str:
    """The table as Markdown."""
    rows = [
        "# The notes in the course",
        "",
        "Every heading, list item, command, block and table row of the notes, and the steps that",
        "carry it. Written by `python docs/notes.py` from `notes.toml`, checked by",
        "`tests/course/test_notes.py`.",
        "",
        "| kind | in the notes | lesson and step |",
        "|---|---|---|",
    ]
    for (kind, part), steps in places.items():
        said = part.replace("|", "\\|")
        shown = f"`{said}`" if kind in ("command", "block") else said
        rows.append(f"| {kind} | {shown} | {', '.join(steps)} |")
    return "\n".join(rows) + "\n"


def main() -> None:
    places = mapped(MAP.read_text(encoding="utf-8"))
    if len(sys.argv) > 1:
        for part in parts(Path(sys.argv[1]).read_text(encoding="utf-8")):
            if (part.kind, part.text) not in places:
                print(f"{part.kind}: {part.text}")
        return
    PAGE.write_text(page(places), encoding="utf-8")


if __name__ == "__main__":
    main()
