"""Lines that are no commands of Redis but calls of something beside it, and how they are named.

    cache.set("k", 1, timeout=60)   Django's cache: one word, the whole line
    :mc set k 0 60 hello            Memcached

In patterns, hints and lists of what was introduced they are ``cache.set`` and ``mc.set``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.cmdline import quote, split
from tutor.engine.replies import Reply, is_error
from tutor.engine.table import load_table
from tutor.engine.world import Entry
from tutor.i18n import _

if TYPE_CHECKING:
    from tutor.network.django.desk import Told
    from tutor.network.django.language import Refused

LONGEST = 200
MOST_LINES = 100
"""Characters and lines that are shown of an answer."""

MC = b":mc"
"""The word before a command for Memcached."""

_PYTHON = re.compile(
    r"""\s*(?:>>>|["'\[{(]|[^\W\d]\w*(?:[.(\[]|\s*=\s*[^\s=])|[^\W\d]\w*\s*$)"""
    r"""|\s*(?:await|class|def|del|for|from|if|import|lambda|not|return|try|while|with)\s"""
)
_ASSIGNED = re.compile(r"\s*[^\W\d]\w*\s*=\s*(?:await\s|caches?\b[.\[])")
_FIRST = re.compile(r"\s*([^\s(\[.=]+)(?=\s|$)")


@dataclass(slots=True)
class CallEntry(Entry):
    """A call of Django's cache. ``argv`` are its name and arguments as patterns have them, ``text``
    the line, ``named`` the keys as the call names them; ``keys`` are those of Redis."""

    text: str = ""
    named: tuple[bytes, ...] = ()
    told: Told | None = None


@dataclass(slots=True)
class McEntry(Entry):
    """A command for Memcached. ``argv`` begins with ``mc.set``; ``request`` and ``answer`` are the
    bytes that went and came."""

    named: tuple[bytes, ...] = ()
    request: bytes = b""
    answer: bytes = b""


def said_lines(entry: Entry) -> tuple[tuple[tuple[str, str], ...], ...] | None:
    """What is shown of a call or a command for Memcached: lines of pieces with their roles. None
    for a command of Redis, or while the answer is still to come."""
    if isinstance(entry, McEntry):
        text = entry.answer.decode("utf-8", "backslashreplace").removesuffix("\r\n")
        role = "error" if is_error(entry.reply) else "string"
        answer = [_cut(line, LONGEST) for line in text.split("\r\n")]
        shown = answer if len(answer) <= MOST_LINES else [*answer[: MOST_LINES - 1], "…"]
        return tuple(((line, role),) for line in shown)
    if not isinstance(entry, CallEntry) or entry.told is None:
        return None
    from tutor.network.django.wiretext import exchange_line

    told = entry.told
    lines: list[tuple[tuple[str, str], ...]] = []
    if told.text is not None:
        lines.append(((told.text, "nil" if entry.reply is None else "string"),))
    lines += [((text, "warning"),) for text in told.warnings]
    if told.error:
        lines.append(((told.error, "error"),))
    elif told.refused is not None:
        lines.append(((refused_text(told.refused), "error"),))
    for one in told.exchanges:
        lines.append(tuple(exchange_line(one, brief=True, timed=False)))
    return tuple(lines)


def wire_of(entry: Entry) -> tuple[Sequence[bytes], Reply]:
    """The last command that went to Redis, and its reply."""
    if isinstance(entry, CallEntry) and entry.told is not None:
        sent = [one for one in entry.told.exchanges if one.argv and one.answered]
        if sent:
            return sent[-1].argv, sent[-1].reply
    return entry.argv, entry.reply


def refused_text(refused: Refused) -> str:
    """Why a line was not carried out: as Python would say it, where Python would refuse it too."""
    if refused.reason == "syntax":
        return f"SyntaxError: {refused.word}"
    if refused.reason == "name":
        return f"NameError: name {refused.word!r} is not defined"
    return _("not carried out here: {what}").format(what=refused.word or refused.reason)


def line_of(entry: Entry) -> str:
    """A command as it would be typed."""
    if isinstance(entry, CallEntry):
        return entry.text
    words = entry.argv
    if isinstance(entry, McEntry):
        words = (MC, entry.argv[0].removeprefix(b"mc."), *entry.argv[1:])
    return " ".join(quote(word) for word in words)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def said_of(entry: Entry) -> tuple[str, str, str]:
    """A command's name, its line and its reply, each as one line of text."""
    from tutor.course.predicates.replies import reply_text

    if isinstance(entry, CallEntry):
        told = entry.told
        reply = "" if told is None else told.error or told.text or ""
        if told is not None and told.refused is not None:
            reply = refused_text(told.refused)
        return entry.argv[0].decode("utf-8", "replace"), entry.text, reply
    if isinstance(entry, McEntry):
        words = b" ".join((entry.argv[0].removeprefix(b"mc."), *entry.argv[1:]))
        answer = entry.answer.decode("utf-8", "replace").strip().replace("\r\n", " ")
        name = entry.argv[0].decode("utf-8", "replace").removeprefix("mc.")
        return name, words.decode("utf-8", "replace"), _cut(answer, LONGEST)
    line = " ".join(quote(word) for word in entry.argv)
    return entry.command.upper(), line, reply_text(entry.reply)


def is_called(name: str) -> bool:
    """Whether a name is that of a call or of a command for Memcached, not of one of Redis."""
    return name.partition(" ")[0] not in load_table() and not name.startswith(":")


def is_python(text: str) -> bool:
    """Whether a line is meant for Django's cache, where both kinds may stand."""
    if _PYTHON.match(text) is None:
        return False
    if _ASSIGNED.match(text) is not None:
        return True  # CLIENT is a command, and a name like any other
    first = _FIRST.match(text)
    return first is None or first[1].lower() not in load_table()


def line_words(text: str, django: bool = True) -> tuple[bytes, ...]:
    """A line in words, as it is carried out: a call is one word. Raises `UnbalancedQuotes`."""
    if django and is_python(text):
        return (text.strip().encode("utf-8", "surrogateescape"),)
    return tuple(split(text))


def is_call(argv: Sequence[bytes]) -> bool:
    """Whether words are a call of Django's cache."""
    return len(argv) == 1 and is_python(argv[0].decode("utf-8", "surrogateescape"))


def is_mc(argv: Sequence[bytes]) -> bool:
    """Whether words are for Memcached."""
    return argv[0].lower() == MC


def mc_keys(words: Sequence[bytes]) -> tuple[bytes, ...]:
    """The keys that a command for Memcached names, out of its `essence`."""
    if words[0] in (b"mc.get", b"mc.gets"):
        return tuple(words[1:])
    return tuple(words[2:] if words[0] in (b"mc.gat", b"mc.gats") else words[1:2])


def line_name(argv: Sequence[bytes]) -> str:
    """``cache.set``, ``mc.get``; "" for a command of Redis, a move, or what cannot be read."""
    if is_mc(argv):
        return f"mc.{argv[1].decode('utf-8', 'replace').lower()}" if len(argv) > 1 else "mc"
    if not is_call(argv):
        return ""
    from tutor.course.callwords import call_words

    words = call_words(argv[0].decode("utf-8", "surrogateescape"))
    return words[0].decode("utf-8", "replace")


def essence(argv: Sequence[bytes]) -> tuple[bytes, ...]:
    """Words by which a line is known again when it was carried out: its `Entry`'s, in lower case
    what may be written either way."""
    if is_mc(argv) and len(argv) > 1:
        return (b"mc." + argv[1].lower(), *argv[2:])
    if is_call(argv):
        from tutor.course.callwords import call_words

        return call_words(argv[0].decode("utf-8", "surrogateescape"))
    return (argv[0].lower(), *argv[1:])
