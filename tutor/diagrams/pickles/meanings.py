"""What an opcode of a pickle does, what is wrong with one, and what JSON loses, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tutor.diagrams.pickles.layout import Danger, Fault, FaultCode, Loss, Op, Rest
from tutor.diagrams.pickles.machine import PUSHED
from tutor.i18n import _, ngettext


def meaning(op: Op) -> str:
    """A phrase for what these bytes do."""
    words = _MEANINGS[op.name]()
    figures = {"n": op.number, "argument": op.argument, "place": op.memo - 1}
    return words % figures if "%(" in words else words


def danger_words(danger: Danger) -> str:
    """What a reader would be made to do."""
    figures = {"name": danger.name, "arguments": danger.arguments}
    return _DANGERS[danger.deed]() % figures


_DANGERS: Mapping[str, Callable[[], str]] = {
    "names": lambda: _("would import %(name)s"),
    "calls": lambda: _("would call %(name)s%(arguments)s"),
    "makes": lambda: _("would make %(name)s%(arguments)s"),
    "builds": lambda: _("would fill %(name)s with %(arguments)s"),
    "registry": lambda: _("would import what %(name)s says"),
    "outside": lambda: _("would ask the program: %(name)s%(arguments)s"),
}


def _argument() -> str:
    return _("push %(argument)s")


def _keep() -> str:
    return _("note the top in the memo as no. %(n)d")


def _fetch() -> str:
    return _("push no. %(n)d of the memo again")


_MEANINGS: Mapping[str, Callable[[], str]] = {
    **dict.fromkeys((*PUSHED, "BYTEARRAY8"), _argument),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _keep),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _fetch),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), lambda: _("push extension %(argument)s of copyreg")),
    "NEXT_BUFFER": lambda: _("push a buffer that travels beside the pickle"),
    "READONLY_BUFFER": lambda: _("make the buffer on top read-only"),
    "NONE": lambda: _("push None"),
    "NEWTRUE": lambda: _("push True"),
    "NEWFALSE": lambda: _("push False"),
    "EMPTY_LIST": lambda: _("push an empty list"),
    "EMPTY_TUPLE": lambda: _("push an empty tuple"),
    "EMPTY_DICT": lambda: _("push an empty dict"),
    "EMPTY_SET": lambda: _("push an empty set"),
    "APPEND": lambda: _("the top goes into the list below"),
    "APPENDS": lambda: _("all above the mark go into the list below"),
    "LIST": lambda: _("all above the mark become a list"),
    "TUPLE": lambda: _("all above the mark become a tuple"),
    "TUPLE1": lambda: _("the top becomes a tuple of one"),
    "TUPLE2": lambda: _("the top two become a tuple"),
    "TUPLE3": lambda: _("the top three become a tuple"),
    "DICT": lambda: _("all above the mark become a dict"),
    "SETITEM": lambda: _("the top two, key and value, go into the dict below"),
    "SETITEMS": lambda: _("the pairs above the mark go into the dict below"),
    "ADDITEMS": lambda: _("all above the mark go into the set below"),
    "FROZENSET": lambda: _("all above the mark become a frozenset"),
    "POP": lambda: _("throw the top away"),
    "DUP": lambda: _("push the top once more"),
    "MARK": lambda: _("mark this place of the stack"),
    "POP_MARK": lambda: _("throw away all above the mark"),
    "MEMOIZE": lambda: _("note the top in the memo as no. %(place)d"),
    "GLOBAL": lambda: _("push what is called %(argument)s"),
    "STACK_GLOBAL": lambda: _("module and name from the stack: push what is called so"),
    "REDUCE": lambda: _("call a function with a tuple of arguments"),
    "BUILD": lambda: _("fill the object below with the state on top"),
    "INST": lambda: _("call %(argument)s with all above the mark"),
    "OBJ": lambda: _("call the first above the mark with the others"),
    "NEWOBJ": lambda: "cls.__new__(cls, *args)",
    "NEWOBJ_EX": lambda: "cls.__new__(cls, *args, **kwargs)",
    "PROTO": lambda: _("protocol %(argument)s from here on"),
    "STOP": lambda: _("the end: the top is the value"),
    "FRAME": lambda: _("a frame: the next %(n)d bytes can be read at once"),
    "PERSID": lambda: _("push an object that the program knows as %(argument)s"),
    "BINPERSID": lambda: _("push an object that the program knows by the top"),
}

_FAULTS: Mapping[FaultCode, Callable[[], str]] = {
    "cut": lambda: _("cut off: the bytes of this opcode are not all there"),
    "frame": lambda: _("the frame would be %(found)s bytes long: more than there are"),
    "opcode": lambda: _("%(found)s is no opcode"),
    "argument": lambda: _("this argument cannot be read: %(found)s"),
    "underflow": lambda: _("nothing is left on the stack"),
    "mark": lambda: _("no mark is on the stack"),
    "memo": lambda: _("no. %(found)s is not in the memo"),
    "protocol": lambda: _("protocol %(found)s: there is none above 5"),
    "room": lambda: _("the reader would make room for %(found)s places of the memo"),
    "kind": lambda: _("what lies on the stack does not fit: %(found)s"),
    "empty": lambda: _("no bytes at all"),
    "no-stop": lambda: _("cut off: STOP is missing"),
}


def pickle_fault(fault: Fault) -> str:
    """What is wrong."""
    words = _FAULTS[fault.code]()
    return words % {"found": fault.found} if "%(" in words else words


def rest_words(rest: Rest) -> str:
    """What the bytes are that are no opcodes."""
    words = {
        "after-stop": ngettext("%(n)d byte after the end, never read",
                               "%(n)d bytes after the end, never read", rest.size),
        "damage": ngettext("%(n)d byte from the fault on", "%(n)d bytes from the fault on",
                           rest.size),
        "left-out": ngettext("%(n)d more byte, not looked at", "%(n)d more bytes, not looked at",
                             rest.size),
    }[rest.kind]  # fmt: skip
    return words % {"n": rest.size}


_LOSSES: Mapping[Loss, Callable[[int], str]] = {
    "tuple": lambda n: ngettext("%(n)d tuple comes back as a list",
                                "%(n)d tuples come back as lists", n),
    "key": lambda n: ngettext("%(n)d key that is no text comes back as text: 1 → \"1\"",
                              "%(n)d keys that are no text come back as text: 1 → \"1\"", n),
    "same": lambda n: ngettext("%(n)d key is written twice: 1 and \"1\" are the same to JSON",
                               "%(n)d keys are written twice: 1 and \"1\" are the same to JSON", n),
    "nan": lambda n: ngettext("%(n)d number becomes NaN or Infinity, which JSON does not know",
                              "%(n)d numbers become NaN or Infinity, which JSON does not know", n),
    "set": lambda n: ngettext("%(n)d set: JSON has none", "%(n)d sets: JSON has none", n),
    "bytes": lambda n: ngettext("%(n)d bytes object: JSON has only text (base64 would do)",
                                "%(n)d bytes objects: JSON has only text (base64 would do)", n),
    "datetime": lambda n: ngettext("%(n)d date or time: JSON has none (isoformat() would do)",
                                   "%(n)d dates or times: JSON has none (isoformat() would do)", n),
    "decimal": lambda n: ngettext("%(n)d Decimal: JSON has only floats (str() would do)",
                                  "%(n)d Decimals: JSON has only floats (str() would do)", n),
    "object": lambda n: ngettext("%(n)d object of a class: JSON knows none",
                                 "%(n)d objects of classes: JSON knows none", n),
    "bad-key": lambda n: ngettext("%(n)d key is neither text nor a number",
                                  "%(n)d keys are neither text nor numbers", n),
    "cycle": lambda n: _("a container that holds itself"),
    "nesting": lambda n: _("nested too deeply"),
}  # fmt: skip


def loss_words(loss: Loss, count: int) -> str:
    """What JSON does to so many parts of the value."""
    words = _LOSSES[loss](count)
    return words % {"n": count} if "%(" in words else words
