"""`lessons sync`: what lags behind in which language, both texts side by side."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from wcwidth import wcswidth

from tutor.course import sync
from tutor.course.model import Lesson

SEPARATOR = " │ "
LEAST = 24


def show_stale(lessons: Sequence[Lesson], root: Path, width: int = 0) -> int:
    """Print every text whose translation wants a look; 1 if there is one."""
    cells = width or shutil.get_terminal_size((100, 24)).columns
    column = max((cells - len(SEPARATOR)) // 2, LEAST)
    found = 0
    for lesson in lessons:
        for line in _lesson(lesson, root, column):
            print(line)
        found += len(_behind(lesson, root))
    texts = "text wants" if found == 1 else "texts want"
    print(f"{found} {texts} a look" if found else "nothing lags behind")
    return 1 if found else 0


def _behind(lesson: Lesson, root: Path) -> dict[str, tuple[tuple[str, ...], str]]:
    """Anchor → the languages that lag behind, and why; without a lock that is all of them."""
    structures = {step.id: step.structure for step in lesson.steps}
    return sync.behind(root / lesson.id, lesson.prose, structures)


def _lesson(lesson: Lesson, root: Path, column: int) -> Iterator[str]:
    for anchor, (languages, why) in _behind(lesson, root).items():
        yield f"{lesson.id} · {anchor or 'the title'}: {' and '.join(languages)} {why}"
        for language in sync.LANGUAGES:
            document = lesson.prose[language]
            section = document.sections.get(anchor)
            yield f"  {document.file}:{section.line if section else 1}"
        texts = [_text(lesson, language, anchor) for language in sync.LANGUAGES]
        for left, right in zip_longest(*(_lines(text, column) for text in texts), fillvalue=""):
            padding = " " * max(column - wcswidth(left), 0)
            yield f"{left}{padding}{SEPARATOR}{right}".rstrip()
        yield ""


def _text(lesson: Lesson, language: str, anchor: str) -> str:
    document = lesson.prose[language]
    if not anchor:
        return f"{document.title}\n\n{document.about}"
    section = document.sections.get(anchor)
    title = document.titles.get(anchor, "")
    return f"{title}\n\n{section.text if section else '(none)'}".strip()


def _lines(text: str, column: int) -> list[str]:
    """Wrapped at spaces; a word that is wider than the column is cut."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split(" "):
            joined = f"{line} {word}" if line else word
            if wcswidth(joined) <= column or not line:
                line = joined
            else:
                lines.append(line)
                line = word
            while wcswidth(line) > column:
                lines.append(line[:column])
                line = line[column:]
        lines.append(line)
    return lines
