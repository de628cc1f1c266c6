"""Where the memory goes: keys by type and encoding, and what is not keys.

used 884 KB of 100 MB   █░░░░░░░░░ 1 %

keys                         7    21 KB
zset       ██████████░░      1    20 KB   91 %
  skiplist                   1    20 KB
hash       █░░░░░░░░░░░      6   672 B     3 %
  listpack                   6   672 B
beside the keys
server at its start                856 KB
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from tutor.diagrams.amounts import percent_text, size_text
from tutor.diagrams.canvas import Line, Role, Run, clip_line, gauge, line_width, pad, width_of
from tutor.engine.census import CensusFigures, Kind
from tutor.i18n import _, ngettext, pgettext

_BAR = 10
_WIDE = 24


def draw_memory(figures: CensusFigures, width: int) -> list[Line]:
    """The sum against the limit, a table of kinds, a table of the rest."""
    lines = [clip_line(_used(figures), width), ()]
    lines += [clip_line(line, width) for line in _kinds(figures, width)]
    lines += [(), ((_("Beside the keys"), "title"),)]
    lines += [clip_line(line, width) for line in _others(figures, width)]
    return lines


def _used(figures: CensusFigures) -> list[Run]:
    runs: list[Run] = [
        (pgettext("memory", "used") + " ", "label"),
        (("" if figures.finished else "~") + size_text(figures.used), "title"),
    ]
    if figures.limit:
        limit = _("of %(limit)s (maxmemory)") % {"limit": size_text(figures.limit)}
        bar = gauge(min(figures.used, figures.limit), figures.limit, _BAR)
        over: Role = "warning" if figures.used > figures.limit else "label"
        share = percent_text(figures.used, figures.limit)
        runs += [(f" {limit} ", "label"), *bar, (f" {share}", over)]
    else:
        runs.append((" · " + _("no maxmemory"), "label"))
    if figures.progress is not None:
        words = _("counted %(counted)d of %(present)d")
        counted = {"counted": figures.progress[0], "present": figures.progress[1]}
        runs.append((" · " + words % counted, "warning"))
    return runs


def _by_type(figures: CensusFigures) -> list[tuple[str, list[Kind]]]:
    """Types with their encodings, the largest first."""
    kinds = sorted(figures.kinds, key=lambda kind: kind.type)
    types = [(name, list(some)) for name, some in groupby(kinds, lambda kind: kind.type)]
    for _name, some in types:
        some.sort(key=lambda kind: -kind.size)
    return sorted(types, key=lambda one: -sum(kind.size for kind in one[1]))


def _kinds(figures: CensusFigures, width: int) -> list[list[Run]]:
    bar = _WIDE if width >= 80 else _BAR if width >= 50 else 0
    keys = ngettext("%(n)d key", "%(n)d keys", figures.counted) % {"n": figures.counted}
    whole = figures.keys_size
    lines = [_row(keys, "title", [], bar, "", size_text(whole), "")]
    for name, kinds in _by_type(figures):
        count, size = sum(kind.keys for kind in kinds), sum(kind.size for kind in kinds)
        share = percent_text(size, whole)
        drawn = gauge(size, whole, bar) if bar else ()
        lines.append(_row(name, "header", drawn, bar, str(count), size_text(size), share))
        for kind in kinds:
            share = percent_text(kind.size, whole)
            text = "  " + kind.encoding
            lines.append(_row(text, "label", [], bar, str(kind.keys), size_text(kind.size), share))
    if figures.estimated:
        lines.append([("~ " + _estimated_text(figures), "label")])
    return lines


def _estimated_text(figures: CensusFigures) -> str:
    words = ngettext(
        "%(n)d large key was not measured whole: its bytes are an estimate.",
        "%(n)d large keys were not measured whole: their bytes are estimates.",
        figures.estimated,
    )
    return words % {"n": figures.estimated}


def _row(
    name: str, role: Role, bar: Sequence[Run], cells: int, count: str, size: str, share: str
) -> list[Run]:
    """``zset  ████░░  12  3.4 KB  42 %``; a bar has ``cells`` cells, or leaves them empty."""
    gap = " " * (cells - line_width(bar))
    return [
        (pad(name, 13), role),
        *bar,
        (gap + count.rjust(9), "text"),
        (_right(size, 9), "payload"),
        (share.rjust(6), "label"),
    ]


def _right(text: str, cells: int) -> str:
    return " " * max(cells - width_of(text), 1) + text


def other_names() -> dict[str, str]:
    """What memory is for that belongs to no key."""
    return {
        "startup": _("server at its start"),
        "clients": _("clients and their buffers"),
        "scripts": _("scripts and functions"),
        "histograms": _("durations of commands"),
        "tables": _("slots of the key tables, entries of the TTLs"),
        "rounding": _("rounded up by the allocator"),
    }


def _beside(figures: CensusFigures) -> list[tuple[str, int]]:
    """Words and bytes, the largest first; what takes nothing is left out."""
    tables = sum(table.size for table in figures.tables)
    parts = {**figures.others, "tables": tables, "rounding": figures.rounding}
    names = other_names()
    rows = [(names[name], size) for name, size in parts.items() if size]
    return sorted(rows, key=lambda row: -row[1])


def _others(figures: CensusFigures, width: int) -> list[list[Run]]:
    rows = _beside(figures)
    bar = _BAR if width >= 70 else 0
    room = min(max((width_of(name) for name, _size in rows), default=0), width - 10 - bar)
    lines: list[list[Run]] = []
    for name, size in rows:
        drawn: Sequence[Run] = ((" ", "text"), *gauge(size, figures.used, bar)) if bar else ()
        lines.append([(pad(name, room), "label"), *drawn, (_right(size_text(size), 9), "payload")])
    return lines + [[("  " + text, "label")] for text in table_sentences(figures)]


def table_sentences(figures: CensusFigures) -> list[str]:
    """``db0: 12 keys in 16 slots, 3 TTLs in 4 slots``."""
    lines: list[str] = []
    for table in figures.tables:
        keys = ngettext("%(n)d key", "%(n)d keys", table.keys) % {"n": table.keys}
        slots = ngettext("%(n)d slot", "%(n)d slots", table.slots) % {"n": table.slots}
        text = _("db%(db)d: %(keys)s in %(slots)s") % {
            "db": table.db,
            "keys": keys,
            "slots": slots,
        }
        if table.expires_slots:
            ttls = ngettext("%(n)d TTL", "%(n)d TTLs", table.expiring) % {"n": table.expiring}
            slots = ngettext("%(n)d slot", "%(n)d slots", table.expires_slots)
            slots = slots % {"n": table.expires_slots}
            text += ", " + _("%(ttls)s in %(slots)s") % {"ttls": ttls, "slots": slots}
        lines.append(text)
    return lines


def describe_memory(figures: CensusFigures) -> list[str]:
    """The same facts as sentences."""
    used = ngettext("%(n)d byte", "%(n)d bytes", figures.used) % {"n": figures.used}
    lines = [_("In use: %(used)s.") % {"used": used}]
    if figures.limit:
        words = _("The limit (maxmemory) is %(limit)s.")
        lines.append(words % {"limit": size_text(figures.limit)})
    if figures.progress is not None:
        words = _("So far %(counted)d of %(present)d are counted.")
        lines.append(words % {"counted": figures.progress[0], "present": figures.progress[1]})
    for name, kinds in _by_type(figures):
        for kind in kinds:
            lines.append(_kind_sentence(name, kind, figures.keys_size))
    if figures.estimated:
        lines.append(_estimated_text(figures))
    rest = ", ".join(f"{name} {size_text(size)}" for name, size in _beside(figures))
    lines.append(_("Beside the keys: %(parts)s.") % {"parts": rest})
    return lines + [text + "." for text in table_sentences(figures)]


def _kind_sentence(name: str, kind: Kind, whole: int) -> str:
    keys = ngettext("%(n)d key", "%(n)d keys", kind.keys) % {"n": kind.keys}
    size = ngettext("%(n)d byte", "%(n)d bytes", kind.size) % {"n": kind.size}
    return _("%(type)s as %(encoding)s: %(keys)s, %(size)s, %(share)s of the keys' bytes.") % {
        "type": name,
        "encoding": kind.encoding,
        "keys": keys,
        "size": size,
        "share": percent_text(kind.size, whole),
    }
