"""Which translation lags behind: `sync.lock` remembers the texts that were last reviewed together.

Each line of the lock is ``anchor ru-hash en-hash structure-hash``. If one hash has changed, the
*other* language is behind; if the step's structure changed, its body and task want a look in both.
Either language may lead. A human writes the lock: ``redis-tutor lessons synced ID``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tutor.course.problems import Problem, shown_path
from tutor.course.prose import Document

LOCK_FILE = "sync.lock"
LANGUAGES = ("ru", "en")
_HEAD = "# anchor ru en structure; written by: redis-tutor lessons synced\n"

_IDS_HEAD = "# every id ever released; never removed, see docs/lessons.md\n"

Row = tuple[str, str, str]


def text_hash(text: str) -> str:
    """A hash that wrapping and spacing do not change."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def rows(prose: Mapping[str, Document], structures: Mapping[str, str]) -> dict[str, Row]:
    """The lock's lines for the texts as they are."""
    anchors = dict.fromkeys(name for language in LANGUAGES for name in prose[language].sections)
    found: dict[str, Row] = {"": _row(prose, "", structures)}
    for anchor in anchors:
        found[anchor] = _row(prose, anchor, structures)
    return found


def _row(prose: Mapping[str, Document], anchor: str, structures: Mapping[str, str]) -> Row:
    hashes = []
    for language in LANGUAGES:
        document = prose[language]
        section = document.sections.get(anchor)
        if not anchor:
            text = f"{document.title}\n{document.about}"
        else:
            text = "-" if section is None else section.text
            text = f"{document.titles.get(anchor, '')}\n{text}"
        hashes.append(text_hash(text))
    step, _, part = anchor.partition("/")
    return hashes[0], hashes[1], structures.get(step, "-") if part in ("", "task") else "-"


def stale_anchors(
    folder: Path, prose: Mapping[str, Document], structures: Mapping[str, str]
) -> tuple[dict[str, frozenset[str]], list[Problem]]:
    """Language → anchors that lag behind; and what lint says of them (T2)."""
    path = folder / LOCK_FILE
    file = shown_path(path)
    stale: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    try:
        locked = _read(path)
    except FileNotFoundError:
        message = f"missing; after reading both languages: redis-tutor lessons synced {folder.name}"
        return {language: frozenset() for language in LANGUAGES}, [Problem(file, 0, "T2", message)]
    except (OSError, ValueError) as error:
        return {language: frozenset() for language in LANGUAGES}, [
            Problem(file, 0, "T2", f"cannot be read: {error}")
        ]
    problems: list[Problem] = []
    present = rows(prose, structures)
    for anchor, row in present.items():
        behind, why = _judge(row, locked.get(anchor))
        for language in behind:
            stale[language].add(anchor)
            document = prose[language]
            section = document.sections.get(anchor)
            name = anchor or "the title"
            message = f"{name} {why}; then: redis-tutor lessons synced {folder.name}"
            line = section.line if section else 1
            problems.append(Problem(document.file, line, "T2", message))
    for anchor in locked.keys() - present.keys():
        message = f"{anchor} is gone; then: redis-tutor lessons synced {folder.name}"
        problems.append(Problem(file, 0, "T2", message))
    return {language: frozenset(names) for language, names in stale.items()}, problems


def behind(
    folder: Path, prose: Mapping[str, Document], structures: Mapping[str, str]
) -> dict[str, tuple[tuple[str, ...], str]]:
    """Anchor → the languages whose text wants a look, and why; of a lesson without a readable lock
    every anchor."""
    try:
        locked = _read(folder / LOCK_FILE)
    except (OSError, ValueError):
        locked = {}
    judged = {
        anchor: _judge(row, locked.get(anchor)) for anchor, row in rows(prose, structures).items()
    }
    return {anchor: found for anchor, found in judged.items() if found[0]}


def _judge(row: Row, before: Row | None) -> tuple[tuple[str, ...], str]:
    """The languages that lag behind, and in which way."""
    if before is None:
        return LANGUAGES, "was never reviewed"
    ru, en, structure = (now != then for now, then in zip(row, before, strict=True))
    if ru != en:
        return (("en",) if ru else ("ru",)), "is behind"
    if ru or structure:
        return LANGUAGES, "wants a review"
    return (), ""


def _read(path: Path) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        words = line.split()
        if len(words) != 4:
            raise ValueError(f"line {number} is not 'anchor ru en structure'")
        anchor = "" if words[0] == "." else words[0]
        found[anchor] = (words[1], words[2], words[3])
    return found


def write_lock(
    folder: Path, prose: Mapping[str, Document], structures: Mapping[str, str]
) -> list[str]:
    """Declare both languages reviewed; returns the anchors whose line changed."""
    path = folder / LOCK_FILE
    try:
        before = _read(path)
    except (OSError, ValueError):
        before = {}
    now = rows(prose, structures)
    lines = [f"{anchor or '.'} {' '.join(row)}\n" for anchor, row in now.items()]
    path.write_text(_HEAD + "".join(lines), encoding="utf-8")
    changed = [anchor or "." for anchor, row in now.items() if before.get(anchor) != row]
    return changed + sorted(before.keys() - now.keys())


def read_ids(path: Path) -> dict[int, str] | None:
    """`ids.lock`: line → id of everything ever released (``string``, ``string/session``)."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return {
        number: line.strip()
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    }


def write_ids(path: Path, ids: Iterable[str]) -> list[str]:
    """Add ids to `ids.lock`, keeping every line that is there; returns the new ones."""
    known = read_ids(path)
    fresh = [id_ for id_ in ids if known is None or id_ not in known.values()]
    if known is None:
        path.write_text(_IDS_HEAD, encoding="utf-8")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{id_}\n" for id_ in fresh)
    return fresh
