"""Bytes and spans of time in words that fit into a column."""

from __future__ import annotations

from tutor.i18n import _

_KILO = 1024


def size_text(size: int) -> str:
    """``120 B``, ``1.5 KB``, ``24 MB``: binary multiples, as Redis's ``used_memory_human``."""
    if size < _KILO:
        return _("%(bytes)d B") % {"bytes": size}
    if size < _KILO**2:
        return _("%(n)s KB") % {"n": _short(size / _KILO)}
    if size < _KILO**3:
        return _("%(n)s MB") % {"n": _short(size / _KILO**2)}
    return _("%(n)s GB") % {"n": _short(size / _KILO**3)}


def time_text(ms: int) -> str:
    """``0.4 s``, ``90 s``, ``12 min``, ``5 h``, ``3 d``; nothing below zero."""
    seconds = max(ms, 0) / 1000
    if seconds < 10:
        return _("%(n)s s") % {"n": f"{seconds:.1f}".removesuffix(".0")}
    if seconds < 120:
        return _("%(n)s s") % {"n": round(seconds)}
    if seconds < 7200:
        return _("%(n)s min") % {"n": round(seconds / 60)}
    if seconds < 172_800:
        return _("%(n)s h") % {"n": round(seconds / 3600)}
    return _("%(n)s d") % {"n": round(seconds / 86_400)}


def percent_text(part: int, whole: int) -> str:
    """``42 %``; what is there is never 0 %."""
    if not whole or not part:
        return "0 %"
    percent = part * 100 / whole
    return "<1 %" if percent < 1 else f"{round(percent)} %"


def _short(number: float) -> str:
    """Two or three digits."""
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"
