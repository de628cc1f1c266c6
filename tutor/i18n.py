"""The interface's language: gettext catalogs in `locales/`, English as the source.

Call `_`, `ngettext` or `pgettext` when something is shown, never when a module is imported:
the language may change at any moment (`set_language`).
"""

from __future__ import annotations

import gettext as _gettext
import io
import locale as _locale
import os
from collections.abc import Mapping
from pathlib import Path

from tutor.resources import data_folder

LANGUAGES: Mapping[str, str] = {"en": "English", "ru": "Русский"}
DOMAIN = "redis-tutor"
SOURCE = "en"
"""The language of the messages in the code: it needs no catalog to be shown."""

_translations: _gettext.NullTranslations = _gettext.NullTranslations()
_language = "en"


class MissingCatalog(Exception):
    """A language has no usable catalog; the text says which file was sought and what to do."""


def language() -> str:
    """The code of the present language, ``en`` or ``ru``."""
    return _language


def set_language(code: str) -> None:
    """Switch the interface; raises `MissingCatalog` and stays as it was if it cannot."""
    global _language, _translations
    if code not in LANGUAGES:
        raise MissingCatalog(f"unknown language {code!r}; there are: {', '.join(LANGUAGES)}")
    _translations = _load(code)
    _language = code


def _(message: str) -> str:
    """The message in the present language."""
    return _translations.gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that goes with the number ``n``."""
    return _translations.ngettext(singular, plural, n)


def pgettext(context: str, message: str) -> str:
    """As `_`, for a word whose translation depends on the context."""
    return _translations.pgettext(context, message)


def guess_language(environ: Mapping[str, str] = os.environ) -> str | None:
    """The language that the locale asks for, or None if it asks for neither of ours."""
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(variable, "")
        for part in value.split(":"):
            code = part.split(".")[0].split("_")[0].lower()
            if code in LANGUAGES:
                return code
        if value and variable != "LANGUAGE":
            return None
    if os.name == "nt":
        code = (_locale.getlocale()[0] or "").split("_")[0].lower()
        names = {"russian": "ru", "english": "en"}
        return names.get(code, code if code in LANGUAGES else None)
    return None


def _load(code: str) -> _gettext.NullTranslations:
    if code == SOURCE:
        return _gettext.NullTranslations()
    try:
        folder = data_folder("locales") / code / "LC_MESSAGES"
    except FileNotFoundError as error:
        raise MissingCatalog(str(error)) from error
    compiled, source = folder / f"{DOMAIN}.mo", folder / f"{DOMAIN}.po"
    if compiled.is_file() and (not source.is_file() or _newer(compiled, source)):
        with compiled.open("rb") as file:
            return _gettext.GNUTranslations(file)
    if source.is_file():
        return _compile(source)
    raise MissingCatalog(f"no catalog for {code!r}: {compiled} is missing")


def _newer(compiled: Path, source: Path) -> bool:
    return compiled.stat().st_mtime >= source.stat().st_mtime


def _compile(source: Path) -> _gettext.GNUTranslations:
    """A checkout whose catalogs were edited since the install: compile in memory."""
    try:
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po
    except ImportError as error:
        hint = "install the project again (pip install -e .) or install Babel"
        raise MissingCatalog(f"{source} is not compiled: {hint}") from error
    with source.open("rb") as file:
        catalog = read_po(file)
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    buffer.seek(0)
    return _gettext.GNUTranslations(buffer)
