"""What is wrong with a file, in words: what was expected, what was found, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tutor.i18n import _


def fault_words(error: Any) -> str:
    """What is wrong, and what stands there instead of what, of a `DamagedRdb`."""
    words = _FAULTS[error.fault]()
    if error.expected and error.found:
        more = _("expected %(expected)s, found %(found)s")
    elif error.expected:
        more = _("expected %(expected)s")
    else:
        more = "%(found)s"
    figures = {"expected": error.expected, "found": error.found}
    return words + (": " + more % figures if error.expected or error.found else "")


_FAULTS: Mapping[str, Callable[[], str]] = {
    "not-rdb": lambda: _("this is no file of Redis"),
    "version": lambda: _("a version that is not known here"),
    "truncated": lambda: _("the file is over too early"),
    "checksum": lambda: _("the checksum does not fit the bytes"),
    "opcode": lambda: _("neither a type nor an opcode"),
    "value": lambda: _("these bytes contradict themselves"),
    "duplicate": lambda: _("a key stands there twice"),
    "database": lambda: _("a database that the server does not have"),
    "function": lambda: _("a library that does not load"),
    "module": lambda: _("data of a module, which is not here"),
    "field-expiry": lambda: _("a hash whose fields expire: Redis 7.0 has none"),
    "newer-type": lambda: _("a type of a newer Redis"),
}


def advice(fault: str) -> str:
    """What to do about an RDB file with this fault."""
    return _ADVICE.get(fault, _ADVICE["value"])()


_ADVICE: Mapping[str, Callable[[], str]] = {
    "not-rdb": lambda: _("Is it the right file? `redis-tutor dissect` shows what it begins with."),
    "version": lambda: _("Load it with the Redis that wrote it, or a newer one."),
    "truncated": lambda: _(
        "The copy was cut short, or the disk was full. Take another copy: a replica, a backup. "
        "Keep this file: what stands before the break can be read."
    ),
    "checksum": lambda: _(
        "A byte was changed on the disk or on the way. Take another copy; the last resort is to "
        "start the server with rdbchecksum no and to look at what it holds."
    ),
    "value": lambda: _(
        "Take another copy: a replica, a backup. An RDB file cannot be mended, and nothing was "
        "written to this one. `redis-tutor dissect F --from OFFSET` shows the place."
    ),
    "module": lambda: _("Load it with a Redis that has the module."),
    "field-expiry": lambda: _("Load it with Redis 7.4 or newer."),
    "newer-type": lambda: _("Load it with the Redis that wrote it, or a newer one."),
}
