"""Rules about the two languages: the same anchors, the same facts, each in its own script."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from tutor.course.feedback import PLACEHOLDERS, placeholders_in
from tutor.course.lint.context import Context
from tutor.course.lint.engine import Rule
from tutor.course.lint.structure import CODE_SPAN
from tutor.course.model import Lesson
from tutor.course.problems import Problem
from tutor.engine.table import keys_of, load_table

_FENCED = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_LINK = re.compile(r"\]\(([^)]+)\)")
_PLURAL = re.compile(r"\{plural:[^{}]*\}")
_TYPOGRAPHIC = "“”„«»‘’—–…"
_CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")
_LATIN = re.compile(r"[a-zA-Z]")
_MIXED = re.compile(r"[a-zA-Zа-яёА-ЯЁ]+")
LENGTH_RATIO = (0.6, 1.8)
LONG_ENOUGH = 60
"""Characters from which on lengths and scripts are compared."""

TERMS: Mapping[str, str] = {
    r"\bхэш": "хеш",
    r"\bэнкодинг": "кодировка",
    r"\bслейв": "реплика",
    r"\bкэй": "ключ",
    r"\bвэлью": "значение",
    r"\bсортед": "сортированное множество",
}
"""Russian words that the course does not use, and the one it does."""


def t1_same_anchors(context: Context) -> Iterator[Problem]:
    """Both languages have the same anchors in the same order, none of them empty."""
    ru, en = (list(context.lesson.prose[name].sections) for name in ("ru", "en"))
    for language, own, other in (("ru", ru, en), ("en", en, ru)):
        for anchor in other:
            if anchor not in own:
                message = "the other language has this text, this one does not"
                yield context.text_problem("T1", language, anchor, message)
    common_ru, common_en = [a for a in ru if a in en], [a for a in en if a in ru]
    for one, two in zip(common_ru, common_en, strict=True):
        if one != two:
            yield context.text_problem("T1", "en", two, f"stands where ru has {one!r}")
            break
    for language, anchor, section in context.sections():
        heading_only = "/" not in anchor
        if not section.text and not heading_only:
            yield context.text_problem("T1", language, anchor, "is empty")


def t3_same_facts(context: Context) -> Iterator[Problem]:
    """Code, numbers, placeholders and links are the same in both languages."""
    ru, en = context.lesson.prose["ru"].sections, context.lesson.prose["en"].sections
    for anchor in ru.keys() & en.keys():
        texts = {"ru": ru[anchor].text, "en": en[anchor].text}
        context.count("texts", 2)
        for what, one, other in (
            ("code", _code(texts["ru"], context.lesson), _code(texts["en"], context.lesson)),
            ("numbers", _numbers(texts["ru"]), _numbers(texts["en"])),
            ("placeholders", _places(texts["ru"]), _places(texts["en"])),
            ("links", Counter(_LINK.findall(texts["ru"])), Counter(_LINK.findall(texts["en"]))),
        ):
            if one != other:
                ru_only, en_only = ([*rest.elements()] for rest in (one - other, other - one))
                message = f"{what} differ: ru alone {ru_only}, en alone {en_only}"
                yield context.text_problem("T3", "en", anchor, message)
    for language, anchor, section in context.sections():
        if "/feedback." not in anchor:
            continue
        for name in placeholders_in(section.text):
            if name not in PLACEHOLDERS:
                message = f"unknown placeholder {{{name}}}"
                yield context.text_problem("T3", language, anchor, message)


def _code(text: str, lesson: Lesson) -> Counter[str]:
    found = [block.group(0) for block in _FENCED.finditer(text)]
    found += CODE_SPAN.findall(_FENCED.sub("", text))
    return Counter(_neutral(piece, lesson) for piece in found)


def _neutral(code: str, lesson: Lesson) -> str:
    """Placeholder words of either language (``ключ``, ``key``) in one form."""
    for ru, en in lesson.words:
        code = re.sub(rf"(?<!\w){re.escape(ru)}(?!\w)", en, code)
    return code


def _numbers(text: str) -> Counter[str]:
    bare = CODE_SPAN.sub("", _FENCED.sub("", _PLURAL.sub("", text)))
    return Counter(number.replace(",", ".") for number in _NUMBER.findall(bare))


def _places(text: str) -> Counter[str]:
    return Counter(placeholders_in(_PLURAL.sub("", text)))


def t4_code_is_code(context: Context) -> Iterator[Problem]:
    """No typographic signs in code, no word of two scripts, no key but in ASCII."""
    for language, anchor, section in context.sections():
        code = [block.group(0) for block in _FENCED.finditer(section.text)]
        code += CODE_SPAN.findall(_FENCED.sub("", section.text))
        for piece in code:
            signs = [sign for sign in piece if sign in _TYPOGRAPHIC and sign != "…"]
            if signs:
                message = f"typographic {signs[0]!r} in code {piece!r}"
                yield context.text_problem("T4", language, anchor, message)
        for word in _MIXED.findall(section.text):
            if _CYRILLIC.search(word) and _LATIN.search(word):
                message = f"{word!r} mixes Latin and Cyrillic letters"
                yield context.text_problem("T4", language, anchor, message)
    for step in context.lesson.steps:
        for line in (*step.setup, *step.solution, *(c for a in step.accept for c in a.run)):
            argv = line.asked or line.argv
            spec = load_table().get(argv[0].decode("utf-8", "replace").lower())
            try:
                keys = [] if spec is None else [argv[at] for at in keys_of(spec, argv)]
            except ValueError:
                continue
            for key in keys:
                if not key.isascii():
                    message = f"{step.id!r}: the key {key.decode()!r} is not ASCII"
                    yield context.problem("T4", step.line, message)


def t5_each_in_its_language(context: Context) -> Iterator[Problem]:
    """Neither side is a copy of the other; scripts and lengths are plausible."""
    ru, en = context.lesson.prose["ru"].sections, context.lesson.prose["en"].sections
    for anchor in ru.keys() & en.keys():
        plain = {name: _words(texts[anchor].text) for name, texts in (("ru", ru), ("en", en))}
        if min(map(len, plain.values())) < LONG_ENOUGH:
            continue
        if plain["ru"] == plain["en"]:
            yield context.text_problem("T5", "ru", anchor, "the same text in both languages")
            continue
        for name, own, other in (("ru", _CYRILLIC, _LATIN), ("en", _LATIN, _CYRILLIC)):
            if len(own.findall(plain[name])) < len(other.findall(plain[name])):
                yield context.text_problem("T5", name, anchor, f"does not look like {name}")
        ratio = len(plain["ru"]) / len(plain["en"])
        if not LENGTH_RATIO[0] <= ratio <= LENGTH_RATIO[1]:
            message = f"ru is {ratio:.2f} times as long as en"
            yield context.text_problem("T5", "ru", anchor, message)


def _words(text: str) -> str:
    bare = CODE_SPAN.sub("", _FENCED.sub("", _PLURAL.sub(_first_form, text)))
    return " ".join(bare.split())


def _first_form(found: re.Match[str]) -> str:
    """Of the forms of a word one is read."""
    return found[0].rpartition(":")[2].partition("|")[0].rstrip("}")


def t6_terms_as_agreed(context: Context) -> Iterator[Problem]:
    """One Russian word for one thing."""
    for anchor, section in context.lesson.prose["ru"].sections.items():
        for pattern, better in TERMS.items():
            found = re.search(pattern + r"\w*", section.text, re.I)
            if found:
                message = f"{found[0]!r}: the course says {better!r}"
                yield context.text_problem("T6", "ru", anchor, message)


BILINGUAL_RULES: dict[str, Rule] = {
    "T1": t1_same_anchors,
    "T3": t3_same_facts,
    "T4": t4_code_is_code,
    "T5": t5_each_in_its_language,
    "T6": t6_terms_as_agreed,
}
