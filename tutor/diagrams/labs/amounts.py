"""Figures of the lab in few cells: offsets, lag, times, rates."""

from __future__ import annotations

from tutor.diagrams.amounts import size_text
from tutor.i18n import _


def grouped(number: int) -> str:
    """``48 210``: thousands set apart."""
    return f"{number:,}".replace(",", " ")


def lag_bytes_text(behind: int | None) -> str:
    """``−90 B``; ``?`` where nobody can know."""
    if behind is None:
        return "?"
    return "0" if not behind else f"−{size_text(behind)}"


def lag_time_text(ms: float | None) -> str:
    """``84 ms``, ``3.3 s``."""
    if ms is None:
        return "?"
    if ms < 1000:
        return _("%(n)s ms") % {"n": round(ms)}
    return _("%(n)s s") % {"n": f"{ms / 1000:.1f}"}


def clock_text(us: int) -> str:
    """``12.480``: seconds since the beginning."""
    return f"{us / 1_000_000:.3f}"


def rate_text(per_second: float) -> str:
    """``12/s``, ``0.5/s``."""
    number = f"{per_second:.1f}".removesuffix(".0")
    return _("%(n)s/s") % {"n": number}


def wire_text(delay_ms: float, jitter_ms: float, bandwidth: int, loss: float) -> str:
    """What a link is set to: ``80 ms ± 20 · 64 KB/s · 2 %``; what is not there is not said."""
    words = lag_time_text(delay_ms)
    if jitter_ms:
        words += f" ± {round(jitter_ms)}"
    if bandwidth:
        words += " · " + _("%(size)s/s") % {"size": size_text(bandwidth)}
    if loss:
        words += f" · {loss:g} %"
    return words
