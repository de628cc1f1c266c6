"""A key as it would stand in files: its pair of an RDB file, the commands of an append-only file.

── RDB · 26 bytes ──────────────────────────────
00000000  FC              EXPIRETIME_MS: when the next key expires
…
── AOF, base: without an RDB preamble ──────────
── AOF, incr: what the last command appended ───
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import islice

from tutor.diagrams.canvas import Line, omitted, wrapped
from tutor.diagrams.difference import Changes, common
from tutor.diagrams.files.rows import rule, sentence, span_rows
from tutor.diagrams.parts import Parts
from tutor.engine.inspect import Filed, Inspection
from tutor.engine.structures.sds import Sds
from tutor.i18n import _, ngettext
from tutor.persistence.aof.base import commands_for
from tutor.persistence.dissect import rdb
from tutor.persistence.dissect.pair_file import LONG_TEXT, LongPair, pair_head, pair_of, unit_of
from tutor.persistence.dissect.spans import MOST_DATA, Cursor, Role, Span
from tutor.persistence.dissect.strings import Length
from tutor.persistence.rdb.damage import DamagedRdb

_COMMANDS_SHOWN = 3
_WORDS_SHOWN = 8
_SPANS_SHOWN, _HEAD, _TAIL = 120, 90, 12
"""Of a node with more parts only so many from its beginning and its end are drawn."""
_MATCHED_MOST = 600
"""Spans that are matched with those of before one by one; of more only the ends are."""


def is_filed(inspection: Inspection) -> bool:
    """Whether it is known how the key would stand in a file."""
    filed = inspection.filed
    if filed is None or not filed.dumped:
        return filed is not None
    try:
        pair_of(inspection)
    except DamagedRdb:  # a type that is newer than what can be dissected
        return False
    return True


def draw_filed(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    """The lines of the picture, without its heading."""
    parts = filed_parts(inspection, width, changed)
    start, stop = inspection.window.bounds(pair_of(inspection).count)
    behind = pair_of(inspection).count - stop
    lines = list(parts.above)
    if start:
        lines.append(omitted(_units(start), width))
    lines += parts.items
    if behind:
        lines.append(omitted(_units(behind), width))
    return [*lines, *parts.below]


def filed_parts(inspection: Inspection, width: int, changed: Changes) -> Parts:
    """The rows of the window's units; the append-only file below."""
    marked = marked_units(inspection, changed)
    rows: list[Line] = []
    for number, spans in _spans(inspection):
        behind = max(len(spans) - _TAIL, 0) if len(spans) > _SPANS_SHOWN else 0
        for at, span in enumerate(spans):
            if not _HEAD <= at < behind:
                rows += span_rows(span, width, number in marked and not at)
            elif at == _HEAD:
                rows.append(omitted(_units(behind - _HEAD), width))
    return Parts(_above(inspection, width), rows, _below(inspection, width, changed))


def describe_filed(inspection: Inspection, changed: Changes) -> list[str]:
    """The same facts as sentences."""
    marked = marked_units(inspection, changed)
    told = ["".join(text for text, _role in _rdb_words(inspection)) + ":"]
    for number, spans in _spans(inspection):
        behind = max(len(spans) - _TAIL, 0) if len(spans) > _SPANS_SHOWN else 0
        for at, span in enumerate(spans):
            if not _HEAD <= at < behind:
                told.append(sentence(span, number in marked and not at))
            elif at == _HEAD:
                told.append(f"… {_units(behind - _HEAD)}.")
    for title, commands, more in _sections(inspection, changed):
        told.append(f"{title[0]}, {title[1]}:")
        told += [sentence(span) for spans in _dissected(commands) for span in spans]
        told += [_cut_words(words) for words in commands if len(words) > _WORDS_SHOWN]
        told += [more] if more else []
    return told


def _spans(inspection: Inspection) -> Iterable[tuple[int, list[Span]]]:
    pair = pair_of(inspection)
    start, stop = inspection.window.bounds(pair.count)
    return enumerate(pair.spans(start, stop), start)


def _units(count: int) -> str:
    return ngettext("%(n)d more part", "%(n)d more parts", count) % {"n": count}


# above: the pair


def _rdb_words(inspection: Inspection) -> Line:
    pair = pair_of(inspection)
    pair.count_some()
    size = pair.size
    words: Line = (("RDB", "title"), (" · " + _("a pair of dump.rdb"), "label"))
    if size is None:
        return (*words, (" · " + _("being counted"), "label"))
    amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    return (*words, (f" · {amount}", "label"))


def _above(inspection: Inspection, width: int) -> list[Line]:
    lines = [rule(_rdb_words(inspection), width)]
    pair = pair_of(inspection)
    if isinstance(pair, LongPair) and pair.is_text and pair.compress:
        words = _("A text of more than %(most)d KiB is drawn as rdbcompression no would write it.")
        lines += wrapped(words % {"most": LONG_TEXT >> 10}, width)
    assert inspection.filed is not None
    if inspection.filed.dumped:
        words = _("From DUMP: lifetime and last use, which would stand in front, are not in it.")
        lines += wrapped(words, width)
    elif inspection.encoding == "hashtable" and inspection.length > 1:
        lines += wrapped(_("Elements as they came; Redis writes them bucket by bucket."), width)
    return lines


# below: the append-only file


def _below(inspection: Inspection, width: int, changed: Changes) -> list[Line]:
    lines: list[Line] = []
    for title, commands, more in _sections(inspection, changed):
        lines += [(), rule(((title[0], "title"), (f" · {title[1]}", "label")), width)]
        for spans, words_of in zip(_dissected(commands), commands, strict=True):
            for span in spans:
                lines += span_rows(span, width)
            if len(words_of) > _WORDS_SHOWN:
                lines.append(omitted(_cut_words(words_of).removeprefix("… "), width))
        if more:
            lines += wrapped(more, width)
    return lines


_Section = tuple[tuple[str, str], list[Sequence[bytes]], str]


def _sections(inspection: Inspection, changed: Changes) -> list[_Section]:
    """Of each file its name, the commands that are shown, and what is said beneath."""
    filed = inspection.filed
    assert filed is not None
    if filed.dumped:  # how that server would say it in commands is not known
        return []
    value = inspection.value
    made: Iterable[list[bytes]] = commands_for(inspection.key, value, by_bucket=False)
    if isinstance(value, Sds):  # not copied
        made = [[b"SET", inspection.key, value.data]]  # type: ignore[list-item]
    commands = list(islice(made, _COMMANDS_SHOWN + 1))
    more = ""
    if len(commands) > _COMMANDS_SHOWN:
        commands.pop()
        more = _("… and so on, at most 64 elements in a command.")
    shown: list[Sequence[bytes]] = [*commands]
    if filed.expires_at is not None:
        shown.append([b"PEXPIREAT", inspection.key, b"%d" % filed.expires_at])
    base = "AOF base", _("as commands: aof-use-rdb-preamble no")
    sections: list[_Section] = [(base, shown, more)]
    appended = appended_in(changed)
    if appended is not None:
        title = "AOF incr", _("what the last command appended")
        nothing = "" if appended else _("Nothing: it changed no data.")
        some: list[Sequence[bytes]] = [*appended[: _COMMANDS_SHOWN + 2]]
        if len(appended) > len(some):
            rest = len(appended) - len(some)
            nothing = ngettext("… %(n)d more command", "… %(n)d more commands", rest) % {"n": rest}
        sections.append((title, some, nothing))
    return sections


def appended_in(changed: Changes) -> tuple[tuple[bytes, ...], ...] | None:
    """What the last command wrote into the append-only file; None if that is not known."""
    for item in changed:
        if isinstance(item, tuple) and item[0] == "appended":
            found: tuple[tuple[bytes, ...], ...] = item[1]
            return found
    return None


def _dissected(commands: Iterable[Sequence[bytes]]) -> Iterable[list[Span]]:
    """The spans of each command, offsets counted on through all of them; of a long command those
    of its first words."""
    at = 0
    for words in commands:
        head = b"*%d\r\n" % len(words)
        spans = [Span(at, len(head), head, "opcode", "command words", len(words))]
        at += len(head)
        for number, word in enumerate(words):
            if number < _WORDS_SHOWN:
                spans += _word_spans(at, word, "word" if number else "command name")
            at += len(b"$%d\r\n" % len(word)) + len(word) + 2
        yield spans


def _word_spans(at: int, word: bytes, code: str) -> tuple[Span, Span]:
    """A word and its length; a long word is not copied."""
    head, size = b"$%d\r\n" % len(word), len(word) + 2
    data = bytes(word[:MOST_DATA] + b"\r\n")[:MOST_DATA]
    role: Role = "payload" if code == "word" else "key"
    text = bytes(word[: 2 * MOST_DATA])
    return (
        Span(at, len(head), head, "length", "length of text", Length(len(word), 6), 1),
        Span(at + len(head), size, data, role, code, text, 1),
    )


def _cut_words(words: Sequence[bytes]) -> str:
    rest = len(words) - _WORDS_SHOWN
    return ngettext("… %(n)d more word", "… %(n)d more words", rest) % {"n": rest}


# what the last command changed


def marked_units(inspection: Inspection, changed: Changes) -> frozenset[int]:
    """Units that the last command changed. A field's costs the way to it, which is long in a large
    table: only who draws them asks."""
    found: set[int | None] = set()
    for item in changed:
        match item:
            case ("filed unit", int(unit)):
                found.add(unit)
            case ("filed part", bytes(part)):
                found.add(unit_of(inspection.value, part))
            case ("filed", Filed() as before):
                found |= _fresh(before, inspection)
    return frozenset(unit for unit in found if unit is not None)


def _fresh(before: Filed, inspection: Inspection) -> set[int]:
    """Spans of a short pair that were not there, or not so, before."""
    assert before.image is not None
    pair = pair_of(inspection)
    if isinstance(pair, LongPair):
        return set()
    cursor = Cursor(pair_head(inspection.key, before, before.image[0]) + before.image[1:])
    rdb.pair(cursor)
    was = [_print_of(span) for span in cursor.spans]
    now = [_print_of(one) for some in pair.spans(0, pair.count) for one in some]
    head = common(was, now)
    tail = common(was[head:][::-1], now[head:][::-1])
    old, new = was[head : len(was) - tail], now[head : len(now) - tail]
    if len(old) + len(new) > _MATCHED_MOST:
        return set(range(head, len(now) - tail))
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {
        head + at
        for kind, _i, _j, first, last in codes
        if kind in ("insert", "replace")
        for at in range(first, last)
    }


def _print_of(span: Span) -> tuple[object, ...]:
    return span.code, span.size, span.data, span.depth, span.unpacked
