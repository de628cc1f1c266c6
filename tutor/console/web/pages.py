"""The pages: the terminal, and what is said instead of it. All words are in the visitor's language.

Nothing is fetched from other hosts; the policy in `HEADERS` has the browser see to it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from html import escape
from pathlib import Path

import textual_serve

from tutor.diagrams import export
from tutor.i18n import LANGUAGES, MissingCatalog, _, language, set_language

_TEXTUAL = Path(textual_serve.__file__).parent / "static"
_OURS = Path(__file__).parent / "static"
_FONTS = Path(export.__file__).parent / "fonts"

ASSETS: Mapping[str, tuple[Path, str]] = {
    "static/page.css": (_OURS / "page.css", "text/css"),
    "static/page.js": (_OURS / "page.js", "text/javascript"),
    "static/xterm.css": (_TEXTUAL / "css" / "xterm.css", "text/css"),
    "static/textual.js": (_TEXTUAL / "js" / "textual.js", "text/javascript"),
    "static/regular.ttf": (_FONTS / "DejaVuSansMono.ttf", "font/ttf"),
    "static/bold.ttf": (_FONTS / "DejaVuSansMono-Bold.ttf", "font/ttf"),
}
"""Every file that is served, by its whole path behind the token."""

HEADERS: Mapping[str, str] = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def content_policy(host: str) -> str:
    """What a page of ours may load, from ``host`` (a Host header that was checked): only ours."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"font-src 'self'; img-src 'self' data: blob:; connect-src ws://{host} wss://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def wanted_language(accepted: str | None) -> str | None:
    """Ours that an Accept-Language header likes best; None if it names neither."""
    liked: list[tuple[float, int, str]] = []
    for at, part in enumerate((accepted or "")[:1000].split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        code = name.split("-")[0].lower()
        quality = 1.0
        for parameter in parameters:
            if re.fullmatch(r"q=[01](\.\d{0,3})?", parameter):
                quality = float(parameter[2:])
        if code in LANGUAGES and quality > 0:
            liked.append((-quality, at, code))
    return min(liked)[2] if liked else None


def speak(code: str | None) -> None:
    """The language of the page that is made next; English if its catalog is not there."""
    with suppress(MissingCatalog):
        set_language("en")
        set_language(code or "en")


def terminal_page(base: str) -> str:
    """The page with the terminal, under a path that ends with a slash."""
    reasons = {
        "left": _("You have left the tutor."),
        "idle": _("Nothing was typed for a while, so this visit was closed to let others in."),
        "full": full_text(),
        "failed": _("The tutor has ended unexpectedly. Nobody else was touched by it."),
        "misused": _("The connection was closed: something came that this page does not send."),
        "stopped": _("The host has closed the tutor."),
        "lost": _("The connection to the host is lost, and the visit with it."),
    }
    closed = "".join(f'<p id="{name}">{escape(text)}</p>' for name, text in reasons.items())
    head = "".join(
        f'<link rel="stylesheet" href="{base}static/{name}.css">' for name in ("xterm", "page")
    )
    opening, again = escape(_("The tutor is starting…")), escape(_("Begin anew"))
    return _page(
        head,
        f'<body data-base="{base}">'
        '<div id="faces" aria-hidden="true">Яx<b>Яx</b></div>'
        f'<div id="opening" class="word"><p>{opening}</p></div>'
        f'<div id="closed" class="word" role="alert">{closed}'
        f'<button type="button" id="again">{again}</button></div>'
        '<div id="terminal" class="textual-terminal" data-font-size="16"></div>'
        f'<script src="{base}static/page.js"></script>'
        f'<script src="{base}static/textual.js"></script></body>',
    )


def word_page(text: str) -> str:
    """A plain page that says something."""
    return _page("", f"<body><p>{escape(text)}</p></body>")


def full_text() -> str:
    """For one visitor too many."""
    return _("All places are taken: as many people are here as the host lets in. Try again later.")


def forbidden_text() -> str:
    """For one without the token."""
    return _("This address does not open the tutor. Ask the host for the whole link.")


def stranger_text() -> str:
    """For a request under a name that is not ours."""
    return _("The tutor is not known by this name. Open it by the link that the host has.")


def missing_text() -> str:
    """For a path that leads nowhere."""
    return _("There is no such page.")


def _page(head: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html lang="{language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>redis-tutor</title><link rel="icon" href="data:,">{head}</head>{body}</html>\n'
    )
