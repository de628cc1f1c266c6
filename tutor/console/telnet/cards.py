"""What a reply of Memcached means that is not what one has hoped for, and what to try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from tutor.console.cards.case import Card, Try
from tutor.console.reading import find_command
from tutor.console.telnet.commands import COMMANDS
from tutor.console.telnet.talk import Said
from tutor.i18n import _, ngettext

KEY_MAX = 250
MONTH_S = 60 * 60 * 24 * 30
_STORING = ("set", "add", "replace", "append", "prepend", "cas")

Family = Callable[[Said, list[str]], Card | None]


def card(said: Said) -> Card | None:
    """The card of an exchange; None if there is nothing to explain."""
    words = said.command.split()
    if not words or not said.reply:
        return None
    reply = said.reply[0]
    for beginning, family in _FAMILIES:
        if reply.startswith(beginning):
            found = family(said, words)
            if found is not None:
                return found
    return None


def _unknown(said: Said, words: list[str]) -> Card | None:
    name = words[0]
    if name.lower() in COMMANDS and name not in COMMANDS:
        line = " ".join([name.lower(), *words[1:]])
        return Card(
            _("Memcached's commands are written in small letters"),
            _("For Memcached `{name}` is another word than `{lower}`: it compares byte by byte. "
              "Redis takes both.").format(name=name, lower=name.lower()),
            (Try(line),),
        )  # fmt: skip
    if name in COMMANDS:
        command = COMMANDS[name]
        return Card(
            _("The number of words does not fit"),
            _("It is written `{syntax}`. Memcached answers a wrong number of words with a bare "
              "ERROR, as it does a command that it does not know.").format(
                  syntax=f"{name} {command.syntax}".rstrip()),
            _examples(name),
        )  # fmt: skip
    if find_command(name.encode()) is not None:
        return Card(
            _("This is a command of Redis"),
            _("Memcached has no `{name}`: an item is bytes with a key, nothing inside it can be "
              "addressed. What it has: get, set, incr, append, cas and their kin.").format(
                  name=name.upper()),
            (Try("set k 0 60 5", _("then a line with 5 bytes")), Try("get k")),
        )  # fmt: skip
    return Card(
        _("Memcached does not know this command"),
        _("There is no `{name}`. If it was meant as data: the line before had a smaller number of "
          "bytes than you have typed.").format(name=name[:40]),
        (Try("set k 0 60 5", _("then a line with 5 bytes")), Try("stats")),
    )  # fmt: skip


def _examples(name: str) -> tuple[Try, ...]:
    lines = {
        "set": "set k 0 60 5", "add": "add k 0 60 5", "replace": "replace k 0 60 5",
        "append": "append k 0 0 5", "prepend": "prepend k 0 0 5", "cas": "cas k 0 60 5 1",
        "incr": "incr n 1", "decr": "decr n 1", "touch": "touch k 60", "gat": "gat 60 k",
        "gats": "gats 60 k", "mg": "mg k v t", "ms": "ms k 5 T60", "ma": "ma n", "md": "md k",
        "me": "me k", "verbosity": "verbosity 1",
    }  # fmt: skip
    return (Try(lines.get(name, f"{name} k")),)


def _chunk(said: Said, words: list[str]) -> Card:
    told = words[2] if words[0] == "ms" else words[4]
    typed = len((said.data or "").encode("utf-8", "surrogateescape"))
    bytes_ = ngettext("{n} byte", "{n} bytes", typed).format(n=typed)
    fixed = list(words)
    fixed[2 if words[0] == "ms" else 4] = str(typed)
    return Card(
        _("The data are not as long as was said"),
        _("The command announced {told}, typed were {typed}. After exactly so many bytes a line "
          "end must come. Nothing was stored, and the rest of the data is taken for a command: "
          "hence another ERROR.").format(told=told, typed=bytes_),
        (Try(" ".join(fixed), _("then the same data")),),
    )  # fmt: skip


def _line_format(said: Said, words: list[str]) -> Card:
    key = words[1] if len(words) > 1 else ""
    length = len(key.encode("utf-8", "surrogateescape"))
    if length > KEY_MAX:
        return Card(
            _("The key is too long"),
            _("A key has at most 250 bytes, this one has {n}. In UTF-8 a Cyrillic letter takes "
              "two. Longer names are hashed by the client.").format(n=length),
            (Try("set short 0 60 5", _("then a line with 5 bytes")),),
        )  # fmt: skip
    name = words[0]
    syntax = COMMANDS[name].syntax if name in COMMANDS else ""
    return Card(
        _("A word that should be a number is none"),
        _("It is written `{syntax}`: flags is a number up to 4294967295, exptime seconds, bytes "
          "the length of the data, not negative.").format(syntax=f"{name} {syntax}".rstrip()),
        _examples(name),
    )  # fmt: skip


def _too_large(said: Said, words: list[str]) -> Card:
    return Card(
        _("Larger than an item may be"),
        _(
            "An item with its key and 59 bytes of its own has at most 1 MB (-I sets another "
            "limit). The old value is gone as well: nobody is to read what was meant to be "
            "replaced. Compress it, or cut it into pieces."
        ),
        (Try(f"get {words[1]}" if len(words) > 1 else "stats items"),),
    )


def _no_memory(said: Said, words: list[str]) -> Card:
    return Card(
        _("No chunk of this class is to be had"),
        _(
            "All memory lies in pages of slab classes, and in this class there was nothing to "
            "evict in time. Pages move between classes only in the background."
        ),
        (Try("stats slabs"), Try("stats items")),
    )


def _non_numeric(said: Said, words: list[str]) -> Card:
    return Card(
        _("The value is not a number"),
        _(
            "incr and decr take a decimal number of at most 20 digits without a sign. Other bytes "
            "are left as they are."
        ),
        (Try(f"get {words[1]}"), Try(f"set {words[1]} 0 0 1", _("then 0"))),
    )


def _delta(said: Said, words: list[str]) -> Card:
    number = words[2] if len(words) > 2 else ""
    if number.startswith("-"):
        other = "decr" if words[0] == "incr" else "incr"
        return Card(
            _("A number without a sign"),
            _("Memcached counts from 0 to 2⁶⁴−1. To go the other way there is `{other}`; it stops "
              "at 0.").format(other=other),
            (Try(f"{other} {words[1]} {number.removeprefix('-') or 1}"),),
        )  # fmt: skip
    return Card(
        _("By how much is to be a number"),
        _("From 0 to 18446744073709551615; `{word}` is none.").format(word=number[:40]),
        (Try(f"{words[0]} {words[1]} 1"),),
    )


def _exptime(said: Said, words: list[str]) -> Card:
    return Card(
        _("The lifetime is to be a number"),
        _(
            "0: for ever; up to 2592000 (30 days): seconds from now; more: a Unix time; negative: "
            "gone at once."
        ),
        (Try(f"touch {words[1]} 60" if len(words) > 1 else "touch k 60"),),
    )


def _not_stored(said: Said, words: list[str]) -> Card | None:
    if words[0] == "add":
        return Card(
            _("The key is there already"),
            _(
                "add stores only what is not there: so of many clients one wins. SET … NX does the "
                "same in Redis."
            ),
            (Try(f"get {words[1]}"), Try(" ".join(["set", *words[1:]]))),
        )
    if words[0] not in ("replace", "append", "prepend"):
        return None
    return Card(
        _("There is nothing to change"),
        _("`{name}` works on an item that is there. In Redis APPEND begins with an empty "
          "string.").format(name=words[0]),
        (Try(f"set {' '.join(words[1:])}"),),
    )  # fmt: skip


def _exists(said: Said, words: list[str]) -> Card:
    return Card(
        _("Somebody was faster"),
        _(
            "Every store gives the item another CAS id; yours is not the present one any more. "
            "Read again with gets, decide again, store again. Redis has WATCH and MULTI for this."
        ),
        (Try(f"gets {words[1]}"),),
    )


def _not_found(said: Said, words: list[str]) -> Card | None:
    if words[0] in ("incr", "decr"):
        return Card(
            _("A counter must be there before it counts"),
            _(
                "Redis begins with 0 by itself. Here one begins with add, which only the first of "
                "several clients succeeds with."
            ),
            (Try(f"add {words[1]} 0 60 1", _("then 0")), Try(f"{words[0]} {words[1]} 1")),
        )
    if words[0] in ("touch", "cas", "delete"):
        return Card(
            _("The key is not there"),
            _(
                "It was never stored, its time is over, or it was evicted: Memcached does not tell "
                "which."
            ),
            (Try(f"mg {words[1]} v t"),),
        )
    return None


def _stored(said: Said, words: list[str]) -> Card | None:
    """It was stored, and is gone: a negative lifetime, or more than thirty days."""
    exptime = _number(words, 3)
    if words[0] not in _STORING or exptime is None:
        return None
    if exptime < 0:
        return Card(
            _("Stored, and gone at once"),
            _("A negative lifetime is over before it begins; 0 means for ever."),
            (Try(f"get {words[1]}"),),
        )
    if exptime > MONTH_S and not said.alive:
        days = ngettext("{n} day", "{n} days", exptime // 86400).format(n=exptime // 86400)
        return Card(
            _("More than 30 days is a date"),
            _(
                "Up to 2592000 exptime is seconds from now; {n} is taken for a Unix time, that of "
                "{date}. The item is gone already. To keep it for {days} one sends the present "
                "Unix time plus {n}."
            ).format(n=exptime, date=_date(exptime), days=days),
            (
                Try(f"get {words[1]}"),
                Try(
                    f"set {words[1]} {words[2]} {MONTH_S} {words[4]}",
                    _("the longest relative time"),
                ),
            ),
        )
    return None


def _date(unix_s: int) -> str:
    """``1970-01-31``."""
    return datetime.fromtimestamp(unix_s, UTC).date().isoformat()


def _number(words: Sequence[str], at: int) -> int | None:
    try:
        return int(words[at])
    except (IndexError, ValueError):
        return None


def _bad_token(said: Said, words: list[str]) -> Card:
    command = COMMANDS.get(words[0], COMMANDS["mg"])
    return Card(
        _("A flag that this meta command does not have"),
        _(
            "Meta commands take single letters behind the key, some with a value right behind "
            "them: `{syntax}`. {about}"
        ).format(syntax=f"{command.name} {command.syntax}", about=command.about()),
        _examples(command.name),
    )


def _client_error(said: Said, words: list[str]) -> Card:
    return Card(
        _("The line is not as Memcached wants it"),
        _("CLIENT_ERROR says that the client has made a mistake; what the server says of it: "
          "`{reply}`").format(reply=said.reply[0].removeprefix("CLIENT_ERROR ")),
        _examples(words[0]),
    )  # fmt: skip


_FAMILIES: tuple[tuple[str, Family], ...] = (
    ("ERROR", _unknown),
    ("CLIENT_ERROR bad data chunk", _chunk),
    ("CLIENT_ERROR bad command line format", _line_format),
    ("CLIENT_ERROR line format", _line_format),
    ("CLIENT_ERROR bad token", _bad_token),
    ("CLIENT_ERROR invalid flag", _bad_token),
    ("CLIENT_ERROR cannot increment or decrement", _non_numeric),
    ("CLIENT_ERROR invalid numeric delta", _delta),
    ("CLIENT_ERROR invalid exptime", _exptime),
    ("CLIENT_ERROR", _client_error),
    ("SERVER_ERROR object too large", _too_large),
    ("SERVER_ERROR out of memory", _no_memory),
    ("NOT_STORED", _not_stored),
    ("EXISTS", _exists),
    ("NOT_FOUND", _not_found),
    ("STORED", _stored),
)
"""Beginnings of replies; the first family that has something to say makes the card."""
