"""T7 and T8 of the app itself: its catalogs say what its code says, and sentences are whole.

The code is read, not run: every call of `_`, `ngettext` and `pgettext` in `tutor/`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tutor.course.problems import Problem, shown_path
from tutor.i18n import DOMAIN, LANGUAGES

MARKERS = {"_": 1, "N_": 1, "ngettext": 2, "pgettext": 2}
"""The functions that translate, and how many strings each takes."""

FORMS = {"ru": 3, "en": 2}
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PLACES = re.compile(r"%\([^)]*\)[#0 +-]*[\d.]*[a-zA-Z]|\{[^{}]*\}")

Message = tuple[str, str]
"""Context ("" for none) and the message, of a plural its singular."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the code."""

    message: Message
    plural: bool
    file: str
    line: int


def t7_catalogs_are_whole(app: Path) -> Iterator[Problem]:
    """Every message of the code is in both catalogs with all its forms, and no other is."""
    said = {one.message: one for one in _messages(app)}
    for code in LANGUAGES:
        path = app / "locales" / code / "LC_MESSAGES" / f"{DOMAIN}.po"
        file = shown_path(path)
        try:
            known = _catalog(path, code)
        except OSError as error:
            yield Problem(file, 0, "T7", f"cannot be read: {error.strerror}")
            continue
        for message, one in said.items():
            if message not in known:
                text = f"{message[1]!r} is not in the {code} catalog: python locales/update.py"
                yield Problem(one.file, one.line, "T7", text)
                continue
            line, forms = known[message]
            wanted = FORMS[code] if one.plural else 1
            if len(forms) != wanted or not all(forms):
                full = sum(map(bool, forms))
                text = f"{message[1]!r} has {full} of {wanted} forms"
                yield Problem(file, line, "T7", text)
        for message, (line, _forms) in known.items():
            if message not in said:
                yield Problem(file, line, "T7", f"{message[1]!r} is said nowhere in the code")


def t8_sentences_are_whole(app: Path) -> Iterator[Problem]:
    """No translated text is added to words, cut out of words, or computed before it is looked up:
    the order of words differs from language to language."""
    for path in _sources(app):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        file = shown_path(path)
        for node in ast.walk(tree):
            for message in _glued(node):
                yield Problem(file, getattr(node, "lineno", 0), "T8", message)


def _glued(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (node.left, node.right)
        for one, other in (sides, sides[::-1]):
            if _is_listed(node.left):
                break
            if _is_translated(one) and (_is_translated(other) or _has_words(other)):
                yield "a translated text is added to another: make it one message with places"
                break
    elif isinstance(node, ast.JoinedStr):
        marked = sum(_is_translated(part.value) for part in node.values
                     if isinstance(part, ast.FormattedValue))  # fmt: skip
        if marked and any(_has_words(part) for part in node.values):
            yield "a translated text stands among words: make it one message with places"
    elif _is_marked(node):
        assert isinstance(node, ast.Call)
        if not all(_is_text(one) for one in _texts(node)) and not _is_name(node):
            yield "what is translated must be a text as it stands, with places: {name}"


def _is_marked(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKERS
        and bool(node.args)
    )


def _is_translated(node: ast.AST) -> bool:
    """A translated text, its places filled or not."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return _is_translated(node.left)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _is_translated(node.left) or _is_translated(node.right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr == "format" and _is_translated(node.func.value)
    return _is_marked(node)


def _is_listed(left: ast.AST) -> bool:
    """Whether a sign that parts the items of a list stands before what is added."""
    last = left.right if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add) else left
    parts = last.values if isinstance(last, ast.JoinedStr) else [last]
    return any(isinstance(part, ast.Constant) and "·" in str(part.value) for part in parts)


def _texts(node: ast.Call) -> list[ast.expr]:
    assert isinstance(node.func, ast.Name)
    return node.args[: MARKERS[node.func.id]]


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_name(node: ast.Call) -> bool:
    """A message that is looked up by name or out of a table was marked where it was written."""
    looked_up = (ast.Name, ast.Attribute, ast.Subscript, ast.Call, ast.IfExp, ast.Constant)
    return all(isinstance(text, looked_up) and not _is_formatted(text) for text in _texts(node))


def _is_formatted(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join")
    )


def _has_words(node: ast.AST) -> bool:
    """A text of more than signs: a word of at least two letters that is no place."""
    if isinstance(node, ast.JoinedStr):
        return any(_has_words(part) for part in node.values)
    if not _is_text(node):
        return False
    assert isinstance(node, ast.Constant)
    return _LETTERS.search(_PLACES.sub("", str(node.value))) is not None


def _messages(app: Path) -> Iterator[Said]:
    for path in _sources(app):
        file = shown_path(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not _is_marked(node):
                continue
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Name)
            values = [one.value for one in _texts(node) if isinstance(one, ast.Constant)]
            if len(values) != MARKERS[node.func.id]:
                continue
            plural = node.func.id == "ngettext"
            in_context = node.func.id == "pgettext"
            message = (str(values[0]), str(values[1])) if in_context else ("", str(values[0]))
            yield Said(message, plural, file, node.lineno)


def _sources(app: Path) -> list[Path]:
    return sorted((app / "tutor").rglob("*.py"))


def _catalog(path: Path, code: str) -> Mapping[Message, tuple[int, tuple[str, ...]]]:
    """Message → the line where it stands and its forms."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        catalog = read_po(file, locale=code)
    known: dict[Message, tuple[int, tuple[str, ...]]] = {}
    for one in catalog:
        if not one.id:
            continue
        single = one.id[0] if isinstance(one.id, (tuple, list)) else one.id
        strings = one.string if isinstance(one.string, (tuple, list)) else (one.string,)
        forms = tuple(text or "" for text in strings)
        known[one.context or "", single] = (one.lineno or 0, () if one.fuzzy else forms)
    return known


AppRule = Callable[[Path], Iterator[Problem]]
APP_RULES: dict[str, AppRule] = {"T7": t7_catalogs_are_whole, "T8": t8_sentences_are_whole}
"""The same names as the rules about lessons: they ask the same of the app."""
