"""Cards about streams: ids, reading, trimming, consumer groups."""

from __future__ import annotations

import re

from tutor.console.cards.case import (
    Card,
    Case,
    Families,
    Try,
    alike,
    help_of,
    help_tries,
    several,
    shown,
)
from tutor.console.lexer import quote
from tutor.i18n import _

__all__ = ["FAMILIES"]

_LARGEST = 2**64 - 1
_ID = re.compile(rb"[0-9]+(-[0-9]+)?|[$>]")


# ids


def invalid_id(case: Case) -> Card | None:
    """A word where an id should stand."""
    at = _wrong_id(case)
    if at is None:
        return Card(_("Not an id"), _what_is_an_id(), help_tries(case))
    title = _("{word} is not an id").format(word=case.word(at))
    if case.name == "XADD" and not case.argv[at][:1].isdigit():
        return _forgotten_star(case, at, title)
    if case.argv[at] == b"+" and case.name == "XREAD":
        meaning = _("In Redis 7.0 XREAD has no word for the last entry; XREVRANGE reads it.")
        newest = f"XREVRANGE {case.key()} + - COUNT 1"
        return Card(title, meaning, (Try(newest, _("the newest entry")),))
    meaning = " ".join(filter(None, (_what_is_an_id(), _special_ids(case.name))))
    return Card(title, meaning, tuple(_ids_instead(case, at)))


def _wrong_id(case: Case) -> int | None:
    """The first word in an id's place that is none, or that does not fit into 64 bits."""
    for at, word in enumerate(case.argv):
        if not case.kind(at).startswith("stream-"):
            continue
        numbers = re.findall(rb"[0-9]+", word)
        if case.fit is not None and not case.fit.words[at].valid:
            return at
        if any(int(number) > _LARGEST for number in numbers):
            return at
    if case.name.startswith("XREAD"):
        start = [word.upper() for word in case.argv].index(b"STREAMS") + 1
        ids = range((start + len(case.argv)) // 2, len(case.argv))
        return next((at for at in ids if not _ID.fullmatch(case.argv[at])), None)
    return case.wrong if case.wrong and case.kind(case.wrong) != "extra" else None


def _what_is_an_id() -> str:
    return _("An id is milliseconds and a number, such as `1700000000000-0` or only `5`.")


def _special_ids(name: str) -> str:
    if name in ("XRANGE", "XREVRANGE", "XPENDING", "XAUTOCLAIM"):
        return _("`-` is the first of all, `+` the last, and `(` in front leaves the id out.")
    if name == "XADD":
        return _("`*` lets the server choose it, `5-*` only its second half.")
    if name == "XREAD":
        return _("`0` reads from the beginning, `$` only what comes from now on.")
    if name == "XREADGROUP":
        return _("`>` reads what the group has not given out yet, `0` what waits for the consumer.")
    if name in ("XGROUP CREATE", "XGROUP SETID"):
        return _("`0` begins with the first entry, `$` with those that come from now on.")
    return ""


def _forgotten_star(case: Case, at: int, title: str) -> Card:
    """XADD s name value: where the id should be, the first field stands."""
    rest = case.argv[at:]
    line = case.argv[:at] + ([b"*", *rest] if len(rest) % 2 == 0 else [b"*", *rest[1:]])
    return Card(
        title,
        _("XADD takes the id before fields and values; `*` lets the server choose it."),
        (Try(case.line(line)),),
    )


def _ids_instead(case: Case, at: int) -> list[Try]:
    keys = case.named_keys()
    newest = case.named("entry", keys[0])[:1] if keys else []
    if case.name in ("XRANGE", "XREVRANGE"):
        ends = "+ -" if case.name == "XREVRANGE" else "- +"
        return [Try(f"{case.name} {case.key()} {ends}", _("everything"))]
    if newest and case.name in ("XDEL", "XACK", "XCLAIM"):
        return [Try(case.with_word(at, newest[0].decode()), _("the newest entry"))]
    instead = {"XADD": "*", "XREAD": "0", "XREADGROUP": ">", "XGROUP CREATE": "0"}.get(case.name)
    return [Try(case.with_word(at, instead))] if instead else []


def smaller_id(case: Case) -> Card | None:
    """XADD with an id that is not greater than the last."""
    keys = case.named_keys()
    at = case.place("id")
    last = case.named("last-id", keys[0]) if keys else []
    if last:
        meaning = _("Ids of a stream only grow. The last id of `{key}` is `{last}`; a new entry "
                    "needs a greater one, even if the last was deleted.")  # fmt: skip
        meaning = meaning.format(key=shown(keys[0]), last=last[0].decode())
    else:
        meaning = _("Ids of a stream only grow: a new entry needs a greater one than the last.")
    tries = (Try(case.with_word(at, "*"), _("the server chooses it")),) if at else ()
    return Card(_("The id is not greater than the last one"), meaning, tries)


def zero_id(case: Case) -> Card | None:
    """XADD s 0-0."""
    at = case.place("id")
    return Card(
        _("No entry has the id 0-0"),
        _("The least id is `0-1`: 0-0 stands for the place before all entries."),
        (Try(case.with_word(at, "*"), _("the server chooses it")),) if at else (),
    )


def no_greater_id(case: Case) -> Card | None:
    """The last id is 18446744073709551615-18446744073709551615."""
    return Card(
        _("There is no greater id"),
        _("The last id is the greatest that two times 64 bits can hold: nothing can be added to "
          "this stream any more. Someone has once given such an id by hand."),
        (Try(f"XINFO STREAM {case.key()}", _("last-generated-id")),),
    )  # fmt: skip


def beyond_the_ends(case: Case) -> Card | None:
    """XRANGE s - (0-0."""
    return Card(
        _("Nothing can lie there"),
        _("“(” leaves the id itself out, and beyond the least or the greatest id there is none."),
        (Try(f"XRANGE {case.key()} - +", _("everything")),),
    )


def backward_id(case: Case) -> Card | None:
    """XSETID."""
    return Card(
        _("The stream would lose its order"),
        _("XSETID may only move forward: the last id must not be less than that of an entry or of "
          "a deleted one, and as many entries must have been added as there are."),
        (Try(f"XINFO STREAM {case.key()}", _("what it is now")),),
    )  # fmt: skip


# reading


def unbalanced(case: Case) -> Card | None:
    """XREAD STREAMS a b 0."""
    upper = [word.upper() for word in case.argv]
    start = upper.index(b"STREAMS") + 1 if b"STREAMS" in upper else len(upper)
    rest = case.argv[start:]
    ids = [word for word in rest if _ID.fullmatch(word)]
    keys = [word for word in rest if word not in ids]
    tries: tuple[Try, ...] = ()
    if keys:
        usual = b">" if case.name == "XREADGROUP" else b"0"
        ids = [*ids, *[ids[-1] if ids else usual] * len(keys)][: len(keys)]
        tries = (Try(case.line([*case.argv[:start], *keys, *ids])),)
    return Card(
        _("As many ids as keys"),
        _("After STREAMS come first all the keys, then for each of them, in the same order, the id "
          "after which to read."),
        tries,
    )  # fmt: skip


def without_group(case: Case) -> Card | None:
    """XREAD GROUP, XREAD NOACK."""
    return Card(
        _("Groups are read with XREADGROUP"),
        _("XREAD knows nothing of groups: every reader gets every entry. In a group the entries "
          "are shared out among the consumers."),
        (Try(case.with_word(0, "XREADGROUP")),) if b"GROUP" in map(bytes.upper, case.argv) else (
            Try("help XREADGROUP"),),
    )  # fmt: skip


def new_only_in_groups(case: Case) -> Card | None:
    """XREAD STREAMS s >."""
    return Card(
        _("> belongs to groups"),
        _("`>` is what a group has not given out yet. XREAD without a group reads after an id, or "
          "with `$` what comes from now on."),
        (
            Try(case.line([b"0" if word == b">" else word for word in case.argv]),
                _("from the beginning")),
            Try(f"XREAD BLOCK 5000 STREAMS {case.key('s')} $", _("wait for the next entry")),
        ),
    )  # fmt: skip


def which_group(case: Case) -> Card | None:
    """XREADGROUP without GROUP."""
    return Card(
        _("Which group, and who are you?"),
        _("XREADGROUP begins with the group and the name of the consumer: `{signature}`.").format(
            signature=case.signature
        ),
        (Try("XREADGROUP GROUP group consumer STREAMS key >"),),
    )


def not_from_the_end(case: Case) -> Card | None:
    """XREADGROUP … $."""
    return Card(
        _("A group does not read from $"),
        _("How far the group has read, it knows itself: `>` gives what is new to it, an id gives "
          "again what this consumer was given after it and has not acknowledged."),
        (
            Try(case.line([b">" if word == b"$" else word for word in case.argv]), _("new ones")),
            Try(case.line([b"0" if word == b"$" else word for word in case.argv]),
                _("what waits for an XACK")),
        ),
    )  # fmt: skip


# trimming


def trim_how(case: Case) -> Card | None:
    """MAXLEN or MINID, and one of them."""
    meaning = _(
        "MAXLEN keeps so many of the newest entries, MINID those from an id on; one of them it "
        "must be, and only one."
    )
    tries = (Try(f"XTRIM {case.key()} MAXLEN 1000"),) if case.name == "XTRIM" else ()
    return Card(_("How is the stream to be trimmed?"), meaning, tries)


def limit_without_roughly(case: Case) -> Card | None:
    """LIMIT without ~."""
    upper = [word.upper() for word in case.argv]
    at = next((upper.index(word) for word in (b"MAXLEN", b"MINID") if word in upper), None)
    tries: tuple[Try, ...] = ()
    if at is not None:
        words = [word for word in case.argv[at + 1 :] if word != b"="]
        tries = (Try(case.line([*case.argv[: at + 1], b"~", *words])),)
    return Card(
        _("LIMIT needs ~"),
        _("LIMIT says how many entries may be cut off at once; that makes sense only for rough "
          "trimming (`MAXLEN ~ 1000`), which may leave some more."),
        tries,
    )  # fmt: skip


def too_large(case: Case) -> Card | None:
    """An entry of more than 4 GB."""
    return Card(
        _("The entry is too large"),
        _("An entry lies in one piece of memory; large things belong under keys of their own, with "
          "their names in the stream."),
    )  # fmt: skip


# groups


def no_group(case: Case) -> Card | None:
    """NOGROUP: no such key, or no such group of it."""
    found = re.search(r"No such key '(.*?)' or consumer group '(.*?)'", case.message)
    found = found or re.search(r"consumer group '(?P<g>.*?)' for key name '(?P<k>.*?)'",
                               case.message)  # fmt: skip
    if found is None:
        return Card(
            _("The group is gone"),
            _("While this client waited, the group or the whole stream was deleted."),
        )
    texts = found.groupdict() or {"k": found[1], "g": found[2]}
    key, group = (texts[name].encode("utf-8", "surrogateescape") for name in ("k", "g"))
    create = f"XGROUP CREATE {quote(key)} {quote(group)} 0"
    if case.catalog is not None and case.type(key) is None:
        meaning = _("There is no stream `{key}`. XGROUP CREATE with MKSTREAM makes both.")
        tries = [
            Try(_other(case, key, name), "") for name in alike(key, _streams(case))
        ]  # fmt: skip
        return Card(
            _("There is no such stream"),
            meaning.format(key=shown(key)),
            (*tries, Try(f"{create} MKSTREAM", _("an empty stream with this group"))),
        )
    known = case.named("group", key)
    if known:
        meaning = _("`{key}` has other groups: {groups}.")
    else:
        meaning = _("`{key}` has no group `{group}`: one makes a group before one reads in it.")
    meaning = meaning.format(key=shown(key), group=shown(group), groups=several(known))
    tries = [Try(_other(case, group, name)) for name in alike(group, known)]
    return Card(
        _("There is no such group"),
        meaning,
        (*tries, Try(create, _("begins with the first entry; $ begins with the next"))),
    )


def _streams(case: Case) -> list[bytes]:
    return case.catalog.keys(b"", frozenset({"stream"}), 200) if case.catalog is not None else []


def _other(case: Case, word: bytes, instead: bytes) -> str:
    return case.line([instead if one == word else one for one in case.argv])


def no_stream(case: Case) -> Card | None:
    """XGROUP of a key that does not exist."""
    keys = case.named_keys()
    key = keys[0] if keys else b"key"
    tries = [Try(_other(case, key, name)) for name in alike(key, _streams(case))]
    if case.name == "XGROUP CREATE":
        tries.append(Try(case.line([*case.argv, b"MKSTREAM"]), _("makes an empty stream first")))
    else:
        tries.append(Try(f"XADD {quote(key)} * field value", _("makes a stream")))
    meaning = _("A group belongs to a stream, and there is no key `{key}` in this database.")
    return Card(_("There is no such stream"), meaning.format(key=shown(key)), tuple(tries))


def group_exists(case: Case) -> Card | None:
    """BUSYGROUP."""
    key, group = case.key("s"), quote(case.value("groupname") or b"group")
    return Card(
        _("The group is there already"),
        _("A group is made once; programs take this error for “fine, it exists”. How far it has "
          "read is kept."),
        (
            Try(f"XREADGROUP GROUP {group} consumer STREAMS {key} >", _("read in it")),
            Try(f"XGROUP SETID {key} {group} 0", _("let it begin anew")),
            Try(f"XINFO GROUPS {key}", _("how far it is")),
        ),
    )  # fmt: skip


def entries_read(case: Case) -> Card | None:
    """ENTRIESREAD -5."""
    return Card(
        _("ENTRIESREAD counts entries"),
        _("It is how many entries the group has read, from 0; -1 is “not known”."),
    )


def claim_option(case: Case) -> Card | None:
    """XCLAIM … FOO: neither an id nor an option."""
    return Card(
        _("Neither an id nor an option"),
        _("After the ids of XCLAIM come options; a word that is no id is taken for one. ")
        + help_of(case),
        help_tries(case),
    )


def stream_is_gone(case: Case) -> Card | None:
    """XREADGROUP BLOCK, and the key was deleted."""
    return Card(
        _("The stream is gone"),
        _("While this client waited, the key was deleted or overwritten, and the group with it."),
    )


# words that were left out


def xadd_arity(case: Case) -> Card | None:
    """XADD s name value: no id."""
    at = case.place("id")
    forgotten = at is not None and not case.argv[at][:1].isdigit()
    if at is not None and forgotten and len(case.argv[at:]) % 2 == 0:
        return _forgotten_star(case, at, _("The id is missing"))
    return None


def xread_arity(case: Case) -> Card | None:
    """XREAD s 0 without STREAMS, XREADGROUP g c without GROUP."""
    upper = [word.upper() for word in case.argv]
    words = list(case.argv)
    if case.name == "XREADGROUP" and b"GROUP" not in upper and len(words) > 3:
        words.insert(1, b"GROUP")
    elif b"STREAMS" not in upper and len(words) > 2:
        words.insert(len(words) - 2, b"STREAMS")
    else:
        return None
    return Card(
        _("A word is missing"),
        _("The syntax: `{signature}`.").format(signature=case.signature),
        (Try(case.line(words)), *help_tries(case)),
    )


FAMILIES: Families = (
    (r"ERR wrong number of arguments for 'xadd'", xadd_arity),
    (r"ERR wrong number of arguments for 'xread(group)?'", xread_arity),
    (r"ERR Invalid stream ID", invalid_id),
    (r"ERR The ID specified in XADD is equal or smaller", smaller_id),
    (r"ERR The ID specified in XADD must be greater", zero_id),
    (r"ERR The stream has exhausted", no_greater_id),
    (r"ERR invalid (start|end) ID for the interval", beyond_the_ends),
    (r"ERR (The (ID|entries_added) specified in XSETID|entries_added must)", backward_id),
    (r"ERR Unbalanced ", unbalanced),
    (r"ERR The (GROUP|NOACK) option is only supported by XREADGROUP", without_group),
    (r"ERR The > ID can be specified only", new_only_in_groups),
    (r"ERR Missing GROUP option", which_group),
    (r"ERR The \$ ID is meaningless", not_from_the_end),
    (r"ERR syntax error, (MAXLEN and MINID|XTRIM must)", trim_how),
    (r"ERR syntax error, LIMIT cannot", limit_without_roughly),
    (r"ERR Elements are too large", too_large),
    (r"NOGROUP ", no_group),
    (r"BUSYGROUP ", group_exists),
    (r"ERR The XGROUP subcommand requires the key", no_stream),
    (r"ERR value for ENTRIESREAD", entries_read),
    (r"ERR Unrecognized XCLAIM option", claim_option),
    (r"UNBLOCKED the stream key", stream_is_gone),
)
