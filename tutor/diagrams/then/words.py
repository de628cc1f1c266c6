"""What each version changed about small values and made better: words for `then_and_now`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutor.diagrams.payload import shown
from tutor.engine.ancestors import Ancestry, Dominoes, Form
from tutor.i18n import _, ngettext


def versions(form: Form) -> str:
    """``2.6–6.2``, ``since 7.0``."""
    if not form.until:
        return _("since %(version)s") % {"version": form.since}
    if form.since == "1.0":
        return _("up to %(version)s") % {"version": form.until}
    return form.since if form.since == form.until else f"{form.since}–{form.until}"


def versions_in_short(form: Form) -> str:
    """``2.6–6.2``, ``7.0+``, ``≤ 3.0``: for a heading."""
    if not form.until:
        return form.since + "+"
    return f"≤ {form.until}" if form.since == "1.0" else versions(form)


Note = Callable[[], str]
_LONGEST = 24
"""Bytes of a text by which an entry is recognized."""

_NOTES: Mapping[str, Sequence[Note]] = {
    "hash": (
        lambda: _(
            "zipmap: lengths, texts and a byte that counts what a shorter value left unused; "
            "numbers are texts; a field is found by walking from the front."
        ),
        lambda: _(
            "2.6 ziplist: numbers are binary, nothing is left unused, and since each entry begins "
            "with the size of the one before it (prevlen), it can be walked from the end too. "
            "Dearer by that byte and a header of 10, and prevlen makes cascades possible."
        ),
        lambda: _(
            "7.0 listpack: an entry ends with its own size (backlen) and knows nothing of its "
            "neighbours: still walked both ways, no cascade, a header of 6."
        ),
    ),
    "zset": (
        lambda: _(
            "2.4 ziplist instead of a skiplist for small sorted sets; integers in 2, 4 or 8 bytes."
        ),
        lambda: _("2.6: integers of 1 and 3 bytes, and 0 to 12 within the encoding byte."),
        lambda: _(
            "7.0 listpack: an entry ends with its own size (backlen) and knows nothing of its "
            "neighbours: still walked both ways, no cascade, a header of 6."
        ),
    ),
    "list": (
        lambda: _(
            "linkedlist: 24 bytes of pointers and an object of 16 for every element. From 2.2 to "
            "3.0 a small list was one ziplist."
        ),
        lambda: _(
            "3.2 quicklist of ziplists: elements stand side by side in nodes of up to 8 KB; "
            "pointers are paid once a node (quicklistNode 32 B). prevlen makes cascades possible."
        ),
        lambda: _(
            "7.0 quicklist of listpacks: the same nodes (quicklistNode 40 B) without cascades. "
            "Since 7.2 a list that fits into one node is that listpack alone."
        ),
    ),
    "set": (
        lambda: _(
            "hashtable: for every member an entry of 24 bytes, a slot of 8 and a text with a "
            "header of its own; a member is found in O(1)."
        ),
        lambda: _(
            "7.2 listpack: up to 128 members of up to 64 bytes stand side by side; a member is "
            "found by walking past all before it, and in so small a block that is as fast."
        ),
    ),
}


def notes(ancestry: Ancestry) -> list[str]:
    """What was, what changed it, and why that is better."""
    return [note() for note in _NOTES[ancestry.kind]]


_LIMITS: Mapping[str, str] = {
    "hash": "2.0 hash-max-zipmap-entries 64, -value 512 · 2.4 512, 64 · "
    "2.6 hash-max-ziplist-entries 512, -value 64 · 7.0 hash-max-listpack-entries 512, -value 64",
    "zset": "2.4 zset-max-ziplist-entries 128, -value 64 · "
    "7.0 zset-max-listpack-entries 128, -value 64",
    "list": "2.2 list-max-ziplist-entries 512, -value 64 · 3.2 list-max-ziplist-size -2 · "
    "7.0 list-max-listpack-size -2",
    "set": "7.2 set-max-listpack-entries 128, -value 64",
}


def limits(ancestry: Ancestry) -> str:
    """The settings that bounded each form, with their defaults."""
    return _("Limits: %(limits)s.") % {"limits": _LIMITS[ancestry.kind]}


# cascades


def cascade_title(fallen: Dominoes) -> str:
    """Why the first entry grows, or would."""
    if fallen.happened:
        return _("Cascade in the ziplist, with this command:")
    return _("Cascade in the ziplist, if an entry grew to %(size)d B:") % {"size": fallen.size}


def cascade_first(fallen: Dominoes) -> tuple[str, str, str]:
    """The entry with which it begins: its place, its text, its size."""
    size = _("%(bytes)d B") % {"bytes": fallen.size}
    return f"[{fallen.index}] ", shown(fallen.value, _LONGEST), f" → {size}"


def cascade_step(index: int, before: int, after: int) -> str:
    """One entry that grows."""
    grown = _("%(bytes)d B") % {"bytes": after}
    return f"[{index}] prevlen 1 → 5: {before} → {grown}"


def cascade_end(fallen: Dominoes) -> str:
    """Why it stops, and what would be if entries were large."""
    n = len(fallen.steps)
    sum_up = ngettext(
        "%(n)d other entry grows, by 4 bytes; in a listpack none does.",
        "%(n)d other entries grow, by 4 bytes each; in a listpack none does.",
        n,
    ) % {"n": n}
    if n > 1:
        return sum_up
    stop = _("There it stops: up to 253 B fit into a prevlen of one byte.")
    if fallen.steps[-1].after >= 254:
        stop = ""
    if fallen.if_large < 2:
        return " ".join(filter(None, (stop, sum_up)))
    large = ngettext(
        "If each entry took 250 to 253 B, %(n)d would have to grow, one after the other.",
        "If each entry took 250 to 253 B, %(n)d would have to grow, one after the other.",
        fallen.if_large,
    ) % {"n": fallen.if_large}
    return " ".join(filter(None, (stop, sum_up, large)))
