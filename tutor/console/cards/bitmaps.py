"""Cards about strings that are looked at bit by bit: bitmaps, BITFIELD, HyperLogLog."""

from __future__ import annotations

import re

from tutor.console.cards.case import Card, Case, Families, Try, help_tries, shown
from tutor.i18n import _

__all__ = ["FAMILIES"]


def bit_offset(case: Case) -> Card | None:
    """SETBIT k -1 1."""
    meaning = _("Bits are numbered from 0 to 4294967295 (512 MB), the highest bit of a byte first.")
    if case.name.startswith("BITFIELD"):
        meaning += " " + _("In BITFIELD `#2` counts in numbers of the type: `u8 #2` is bit 16.")
    return Card(_("The offset is the number of a bit"), meaning, help_tries(case))


def zero_or_one(case: Case) -> Card | None:
    """SETBIT k 0 2, BITPOS k 2."""
    at = case.place("value", "bit")
    tries = (Try(case.with_word(at, "1")), Try(case.with_word(at, "0"))) if at else ()
    return Card(_("A bit is 0 or 1"), _("For larger numbers there is BITFIELD."), tries)


def not_takes_one(case: Case) -> Card | None:
    """BITOP NOT with several keys."""
    return Card(
        _("NOT takes one source key"),
        _("AND, OR and XOR combine several keys; NOT turns over the bits of one."),
        (Try(case.line(case.argv[:4])),),
    )


_SPELLINGS = re.compile(r"(?P<sign>u?int|[uis]|uint|unsigned)?[_-]?(?P<bits>[0-9]+)(_t)?", re.I)


def bitfield_type(case: Case) -> Card | None:
    """GET u64, GET int8."""
    at = next((at for at, word in enumerate(case.argv)
               if case.kind(at) == "bit-type" and case.fit is not None
               and not case.fit.words[at].valid), case.place("encoding"))  # fmt: skip
    meaning = _("`u8` is a number of 8 bits without a sign, `i16` one of 16 bits with a sign. "
                "There are `u1` to `u63` and `i1` to `i64`.")  # fmt: skip
    if at is None:
        return Card(_("Not a type of BITFIELD"), meaning, help_tries(case))
    tries: tuple[Try, ...] = ()
    found = _SPELLINGS.fullmatch(case.argv[at].decode("utf-8", "replace"))
    if found is not None and 1 <= int(found["bits"][:4]) <= 64:
        sign = "u" if (found["sign"] or "u").lower().startswith("u") else "i"
        sign = "i" if found["bits"] == "64" else sign
        tries = (Try(case.with_word(at, f"{sign}{int(found['bits'])}")),)
    title = _("{word} is not a type of BITFIELD").format(word=case.word(at))
    return Card(title, meaning, tries or help_tries(case))


def bitfield_overflow(case: Case) -> Card | None:
    """OVERFLOW FOO."""
    return Card(
        _("OVERFLOW is WRAP, SAT or FAIL"),
        _("WRAP goes on from the other end, SAT stays at the end, FAIL changes nothing. It holds "
          "for the SET and INCRBY that follow it."),
        (Try(f"BITFIELD {case.key()} OVERFLOW SAT INCRBY u8 0 10"),),
    )  # fmt: skip


def bitfield_only_reads(case: Case) -> Card | None:
    """BITFIELD_RO … SET."""
    return Card(
        _("BITFIELD_RO only reads"),
        _("It exists so that replicas can carry it out: GET and nothing else."),
        (Try(case.with_word(0, "BITFIELD")),),
    )


def not_a_hyperloglog(case: Case) -> Card | None:
    """PFADD on an ordinary string."""
    keys = case.named_keys()
    if case.catalog is not None:
        keys = [key for key in keys if case.type(key) == "string"]
    if len(keys) == 1:
        meaning = _("A HyperLogLog is a string of a special format; `{key}` holds an ordinary one.")
        meaning = meaning.format(key=shown(keys[0]))
    else:
        meaning = _("A HyperLogLog is a string of a special format; one of these keys holds an "
                    "ordinary one.")  # fmt: skip
    tries = tuple(Try(f"GET {case.line([key])}", _("begins with HYLL?")) for key in keys[:3])
    return Card(_("Not a HyperLogLog"), meaning, tries)


def damaged_hyperloglog(case: Case) -> Card | None:
    """INVALIDOBJ."""
    return Card(
        _("The HyperLogLog is damaged"),
        _("It is a string, and string commands such as SETRANGE or APPEND can change its bytes. "
          "Only deleting helps."),
        (Try(f"DEL {case.key()}"),),
    )  # fmt: skip


def not_sparse(case: Case) -> Card | None:
    """PFDEBUG DECODE of a dense one."""
    return Card(
        _("This HyperLogLog is dense already"),
        _("PFDEBUG DECODE shows the opcodes of the sparse form; the dense one is 16384 registers "
          "of 6 bits each."),
        (Try(f"PFDEBUG GETREG {case.key()}", _("the registers")),),
    )  # fmt: skip


FAMILIES: Families = (
    (r"ERR bit offset is not", bit_offset),
    (r"ERR (bit is not|The bit argument must)", zero_or_one),
    (r"ERR BITOP NOT", not_takes_one),
    (r"ERR Invalid bitfield type", bitfield_type),
    (r"ERR Invalid OVERFLOW type", bitfield_overflow),
    (r"ERR BITFIELD_RO only", bitfield_only_reads),
    (r"WRONGTYPE .*HyperLogLog", not_a_hyperloglog),
    (r"INVALIDOBJ ", damaged_hyperloglog),
    (r"ERR HLL encoding is not sparse", not_sparse),
)
