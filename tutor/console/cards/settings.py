"""Cards about CONFIG: settings that do not exist, values that do not suit."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, alike
from tutor.console.lexer import quote
from tutor.console.spelling import nearest
from tutor.i18n import _

__all__ = ["FAMILIES"]


def unknown_directive(case: Case) -> Card | None:
    """CONFIG SET with a name that does not exist."""
    known = case.catalog.parameters() if case.catalog is not None else []
    typed = [word.decode("utf-8", "replace").lower() for word in case.argv]
    places = range(2, len(typed), 2) if known else ()
    index = next((at for at in places if typed[at] not in known), None)
    if index is None:
        return Card(
            _("CONFIG SET takes pairs"),
            _("After each name stands its value: CONFIG SET name value [name value …]."),
        )
    word = typed[index]
    tries = [Try(case.with_word(index, name)) for name in nearest(word, known)]
    return Card(
        _("There is no setting {word}").format(word=case.word(index)),
        _("CONFIG GET with a pattern shows which there are."),
        (*tries, Try(f"CONFIG GET {quote(f'*{word}*'.encode())}", _("names with this in them"))),
    )


def refused_directive(case: Case) -> Card | None:
    """CONFIG SET with a value that the directive does not take."""
    reason = case.message.partition(" - ")[2]
    found = re.search(r"argument '([^']*)'", case.message)
    name = found[1] if found is not None else ""
    at = next((at + 1 for at in range(2, len(case.argv) - 1, 2)
               if case.argv[at].decode("latin-1").lower() == name.lower()), None)  # fmt: skip
    tries: list[Try] = []
    if "one of the following" in reason:
        values = reason.partition(": ")[2].split(", ")
        meaning = _("The values are: {values}.").format(values=", ".join(f"`{v}`" for v in values))
        near = alike(case.argv[at], [value.encode() for value in values]) if at else []
        tries = [Try(case.with_word(at, one.decode())) for one in near] if at else []
    else:
        meaning = _why(reason)
    if name:
        tries.append(Try(f"CONFIG GET {name}", _("the present value")))
    return Card(_("The value does not suit the setting"), meaning, tuple(tries))


def _why(reason: str) -> str:
    """The server's reason in other words; nothing is changed if one of the pairs is refused."""
    between = re.search(r"between (\S+) and (\S+)", reason)
    if "immutable" in reason:
        return _("This setting can only be given when the server starts.")
    if "protected" in reason:
        return _("The server lets nobody change this setting while it runs, unless it was started "
                 "with enable-protected-configs.")  # fmt: skip
    if "memory value" in reason:
        return _("It takes a number of bytes, or one with a unit: `100mb`, `1gb`.")
    if between is not None:
        return _("It takes a number from {low} to {high}.").format(low=between[1], high=between[2])
    if "into an integer" in reason:
        return _("It takes an integer.")
    if "duplicate" in reason:
        return _("It is there twice; each setting may be given once.")
    if "event class" in reason:
        return _("Letters: K and E say where the message goes (at least one of them), g $ l s h z "
                 "x e t m n d which events, A all but m and n.")  # fmt: skip
    if "save parameters" in reason:
        return _('Pairs of seconds and changes in one word: `"3600 1 300 100"`; `""` is never.')
    return _("The server says: {reason}. Nothing was changed.").format(reason=reason)


FAMILIES: Families = (
    (r"ERR Unknown option or number of arguments for CONFIG SET", unknown_directive),
    (r"ERR CONFIG SET failed", refused_directive),
)
