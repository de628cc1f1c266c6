"""Bring the catalogs up to date with the code: `python locales/update.py`.

Extracts every `_()`, `ngettext()` and `pgettext()` of `tutor/`, keeps what is translated, adds what
is new with an empty translation, drops what the code no longer says. English, the source, is filled
with itself. Prints what is missing; exit code 1 if anything is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

LOCALES = Path(__file__).resolve().parent
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
DOMAIN = "redis-tutor"


def extract() -> Catalog:
    """A template with every message of the code."""
    catalog = Catalog(project=DOMAIN, charset="utf-8")
    package = LOCALES.parent / "tutor"
    found = extract_from_dir(package, keywords=KEYWORDS, comment_tags=("Translators:",))
    for file, _line, message, comments, context in found:
        place = [(f"tutor/{file}", None)]
        catalog.add(message, None, place, auto_comments=comments, context=context)
    return catalog


def catalog_path(code: str) -> Path:
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(code: str) -> Catalog:
    with catalog_path(code).open("rb") as file:
        return read_po(file, locale=code)


def missing(catalog: Catalog) -> list[str]:
    """Messages without a complete translation."""
    lacking = []
    for message in catalog:
        strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
        if message.id and (message.fuzzy or not all(strings)):
            lacking.append(message.id[0] if isinstance(message.id, tuple) else message.id)
    return lacking


def main() -> int:
    lacking = 0
    for code in ("en", "ru"):
        template = extract()
        catalog = read(code)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        if code == "en":
            for message in catalog:
                message.string = message.id
        with catalog_path(code).open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
        for text in missing(catalog):
            lacking += 1
            print(f"{code}: no translation: {text!r}")
    print(f"{len(template)} messages, {lacking} without a translation")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
