"""Rules about how sentences are made: plural forms, nothing glued together, Russian typography."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tutor.course.lint.context import Context
from tutor.course.lint.engine import Rule
from tutor.course.lint.structure import CODE_SPAN
from tutor.course.problems import Problem

FORMS = {"ru": 3, "en": 2}
"""Plural forms of a word in each language."""

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_LINK = re.compile(r"\]\([^)]*\)")
_PLURAL = re.compile(r"\{plural:([^:{}]*):([^{}]*)\}")
_PLACE = r"\{[a-z][a-z_.]*\}"
_GLUED = re.compile(rf"\w{_PLACE}|{_PLACE}\w", re.U)
_COUNTED = re.compile(r"\{((?:before\.|state\.)?(?:len|ttl_s)|(?:before|state)\.\w*(?:len|ttl_s))\}"
                      r"[ \u00a0\n]+([^\W\d_]{2,})")  # fmt: skip

TYPOGRAPHY: tuple[tuple[str, str], ...] = (
    (r'["“”]', "Russian quotes are «ёлочки»"),
    (r"(?<=[\w»)\]`]) +[-–] +(?=[\w«(\[`])", "a dash is «—»"),
    (r"(?<=[^\W\d_])—|—(?=[^\W\d_])", "a dash has a space on both sides"),
    (r"\.\.\.", "an ellipsis is «…»"),
    (r"[^\S\n]+[,;:!?](?=\s|$)|(?<=\w) +\.(?=\s|$)", "no space before a sign"),
    (r"« | »", "no space inside quotes"),
    (r"(?<=\S)[ \u00a0]{2,}(?=\S)", "two spaces"),
)
"""What a Russian text does not have, and how it is right. Code does not count."""


def t7_plural_forms_are_whole(context: Context) -> Iterator[Problem]:
    """A word that goes with a number has all its forms: three in Russian, two in English."""
    for language, anchor, section in context.sections():
        for found in _PLURAL.finditer(section.text):
            context.count("plurals")
            forms = found[2].split("|")
            if len(forms) != FORMS[language] or not all(form.strip() for form in forms):
                message = f"{found[0]} has {len(forms)} forms, {language} needs {FORMS[language]}"
                yield context.text_problem("T7", language, anchor, message)


def t8_nothing_is_glued_together(context: Context) -> Iterator[Problem]:
    """A value is put into a sentence, not into a word; a word after a number follows it."""
    for language, anchor, section in context.sections():
        if "/feedback." not in anchor:
            continue
        text = _PLURAL.sub("", _bare(section.text, keep_code=True))
        found = _GLUED.search(text)
        if found:
            message = f"{found[0]!r} glues a value to a word: write a whole sentence"
            yield context.text_problem("T8", language, anchor, message)
        counted = _COUNTED.search(_PLURAL.sub("#", section.text))
        if counted:
            forms = "|".join([counted[2]] * FORMS[language])
            message = f"{counted[2]!r} after a number: {{plural:{counted[1]}:{forms}}}"
            yield context.text_problem("T8", language, anchor, message)


def t9_russian_typography(context: Context) -> Iterator[Problem]:
    """«Ёлочки», the long dash with spaces, «…»."""
    document = context.lesson.prose["ru"]
    texts = {anchor: section.text for anchor, section in document.sections.items()}
    texts |= {f"{anchor} (title)": title for anchor, title in document.titles.items()}
    texts[""] = f"{document.title}\n{document.about}"
    for anchor, text in texts.items():
        yield from _misprints(context, anchor, _bare(text))


def _misprints(context: Context, anchor: str, text: str) -> Iterator[Problem]:
    name = anchor.removesuffix(" (title)")
    for pattern, right in TYPOGRAPHY:
        found = re.search(pattern, text, re.M)
        if found:
            near = text[max(found.start() - 12, 0) : found.end() + 12].strip().replace("\n", " ")
            yield context.text_problem("T9", "ru", name, f"{right}: {near!r}")
    if text.count("«") != text.count("»"):
        yield context.text_problem("T9", "ru", name, "a quote «…» is not closed")


def _bare(text: str, keep_code: bool = False) -> str:
    """Prose without code, links and table rules; what code was stays a word."""
    text = _LINK.sub("]", _FENCED.sub("", text))
    if not keep_code:
        text = CODE_SPAN.sub("`x`", text)
    return "\n".join(line for line in text.splitlines() if not re.fullmatch(r"[|\s:-]*", line))


WORDING_RULES: dict[str, Rule] = {
    "T7": t7_plural_forms_are_whole,
    "T8": t8_nothing_is_glued_together,
    "T9": t9_russian_typography,
}
