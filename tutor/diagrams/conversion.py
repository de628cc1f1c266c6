"""A conversion in one line: ``listpack → hashtable: a value of 65 bytes, limit 64``."""

from __future__ import annotations

from tutor.engine.events import Conversion
from tutor.i18n import _, ngettext


def conversion_line(conversion: Conversion) -> str:
    """What changed and why, in the present language."""
    if conversion.cause == "width":
        return f"int{conversion.limit * 8} → int{conversion.actual * 8}: " + _(
            "a number too wide for the old elements; every element was widened"
        )
    return f"{conversion.before} → {conversion.after}: {_reason(conversion)}"


def _reason(conversion: Conversion) -> str:
    figures = {"actual": conversion.actual, "limit": conversion.limit}
    if conversion.cause == "entries":
        reason = ngettext(
            "%(actual)d element, limit %(limit)d",
            "%(actual)d elements, limit %(limit)d",
            conversion.actual,
        )
    elif conversion.cause in ("value_length", "length"):
        reason = ngettext(
            "a value of %(actual)d byte, limit %(limit)d",
            "a value of %(actual)d bytes, limit %(limit)d",
            conversion.actual,
        )
    elif conversion.cause == "not_integer":
        reason = _("a member that is not an integer")
    elif conversion.cause == "append":
        reason = _("the text was edited in place")
    elif conversion.cause == "sort":
        reason = _("SORT reads a sorted set from a skiplist")
    elif conversion.cause == "number":
        reason = _("the text is an integer now")
    else:
        reason = _("the value was stored anew")
    line = reason % figures
    return f"{line} ({conversion.directive})" if conversion.directive else line
