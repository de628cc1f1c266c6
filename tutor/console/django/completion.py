"""What may be typed at the cursor behind ``>>>``: methods, keys that exist, keyword arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from tutor.console.completion import Completion
from tutor.console.django import words
from tutor.console.django.signature import signature, summary
from tutor.network.django.language import CLIENT_METHODS, METHODS, RESERVED
from tutor.network.django.session import Session
from tutor.network.django.stored import key_names

__all__ = ["complete"]

_NAME = re.compile(r"\w*$")
_STRING = re.compile(r"""(["'])([^"']*)$""")
_MOST = 50


def complete(line: str, cursor: int | None, session: Session | None) -> list[Completion]:
    """What fits, best first. Keys are those of the present settings, without prefix and version."""
    begun = line if cursor is None else line[:cursor]
    if begun.lstrip().startswith(":"):
        return list(_meta(begun, session))
    string = _STRING.search(begun)
    if string is not None and begun.count(string[1]) % 2:
        return list(_strings(begun, string, session))
    name = _NAME.search(begun)
    assert name is not None
    before, typed, start = begun[: name.start()], name[0], name.start()
    if before.endswith("."):
        table = METHODS if _of_cache(before) else CLIENT_METHODS
        return list(_from(table, typed, start, "(", summary if table is METHODS else _nothing))
    if signature(begun) is not None:
        return [*_keywords(begun, typed, start), *_names(typed, start, session)]
    return list(_names(typed, start, session))


def _of_cache(before: str) -> bool:
    return re.search(r"(?:\bcache|\bcaches\[[^\]]*\])\.$", before) is not None


def _nothing(_name: str) -> str:
    return ""


def _from(
    names: Iterable[str], typed: str, start: int, end: str, about: Callable[[str], str]
) -> Iterator[Completion]:
    for name in names:
        if name.startswith(typed):
            yield Completion(f"{name}{end}", start, name, about(name), "command")


def _names(typed: str, start: int, session: Session | None) -> Iterator[Completion]:
    own = session.names if session is not None else ()
    for name in (*sorted(RESERVED), *own):
        if name.startswith(typed):
            yield Completion(name, start, name, "", "subcommand")


def _keywords(begun: str, typed: str, start: int) -> Iterator[Completion]:
    found = signature(begun)
    if found is None:
        return
    for word in found.words:
        name, equals, default = word.text.rstrip(", ").partition("=")
        fits = equals and name.startswith(typed) and word.state != "done"
        if fits and f"{name}=" not in begun:
            yield Completion(f"{name}=", start, f"{name}=", default, "option")


def _strings(begun: str, string: re.Match[str], session: Session | None) -> Iterator[Completion]:
    """Keys in a call of the cache; aliases in ``caches[``."""
    if session is None:
        return
    quote, typed, start = string[1], string[2], string.start(2)
    before = begun[: string.start()]
    if before.endswith("caches["):
        for alias in session.settings.caches:
            if alias.startswith(typed):
                yield Completion(f"{alias}{quote}]", start, alias, "", "value")
        return
    for key in _keys(session, raw=signature(begun) is not None and "get_client" in before):
        if key.startswith(typed):
            yield Completion(f"{key}{quote}", start, key, "", "key")


def _keys(session: Session, raw: bool) -> list[str]:
    endpoint = session.settings.endpoints["default"][0]
    names = key_names(session.fleet, endpoint.server, endpoint.db)
    texts = [name.decode("utf-8", "replace") for name in names]
    if raw:
        return texts[:_MOST]
    head = session.caches.cache.make_key("")
    return [text.removeprefix(head) for text in texts if text.startswith(head)][:_MOST]


def _meta(begun: str, session: Session | None) -> Iterator[Completion]:
    *before, typed = begun.lstrip().split(" ")
    start = len(begun) - len(typed)
    if not before:
        for word in words.WORDS.values():
            if f":{word.name}".startswith(typed):
                yield Completion(f":{word.name}", start, word.syntax, word.summary(), "client-word")
        return
    for choice in words.choices(before[0].removeprefix(":"), len(before), session):
        if choice.startswith(typed):
            yield Completion(choice, start, choice, "", "value")
