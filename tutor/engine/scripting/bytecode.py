"""Tail calls into the library become plain calls (Lua 5.1's byte code, lopcodes.h, ldump.c).

``return redis.call(…)`` is a tail call. Redis's library is C, and a C function leaves its caller's
frame on the stack, so an error can name the caller's line. Ours is Lua, and a Lua function called
in tail position takes the caller's place. `keep_frames` therefore turns ``OP_TAILCALL`` into
``OP_CALL`` wherever what is called may be of the library: both have the same operands, and the
``OP_RETURN`` that follows hands over all results either way. Calls of a script's own functions
stay tail calls, as deep as they like.
"""

from __future__ import annotations

import struct
from collections.abc import Collection

_HEADER = b"\x1bLua\x51\x00\x01\x04\x08\x04\x08\x00"  # 5.1, little-endian, 64-bit, doubles
_MOVE, _GETUPVAL, _GETGLOBAL, _GETTABLE = 0, 4, 5, 6
_CALL, _TAILCALL, _CLOSURE = 28, 29, 36
_NO_RESULT = frozenset([7, 8, 9, 22, 23, 24, 25, 26, 30, 34, 35])
"""SETGLOBAL, SETUPVAL, SETTABLE, JMP, EQ, LT, LE, TEST, RETURN, SETLIST, CLOSE: A is no target."""

_NIL, _BOOLEAN, _NUMBER, _STRING = 0, 1, 3, 4
_IS_CONSTANT = 256

_word = struct.Struct("<I")
_long = struct.Struct("<Q")


class _Function:
    """One prototype: where its instructions lie, its constants, its inner functions."""

    __slots__ = ("at", "code", "constants", "inner", "parameters", "upvalues")

    def __init__(self, at: int, code: tuple[int, ...], upvalues: int, parameters: int) -> None:
        self.at = at
        self.code = code
        self.upvalues = upvalues
        self.parameters = parameters
        self.constants: list[bytes | None] = []
        self.inner: list[_Function] = []


class _Reader:
    def __init__(self, image: bytes) -> None:
        self.image = image
        self.at = len(_HEADER)

    def int(self) -> int:
        self.at += 4
        return int(_word.unpack_from(self.image, self.at - 4)[0])

    def string(self) -> bytes | None:
        size = int(_long.unpack_from(self.image, self.at)[0])
        start = self.at + 8
        self.at = start + size
        return self.image[start : self.at - 1] if size else None

    def function(self) -> _Function:
        self.string()  # the source
        self.at += 8  # first and last line
        upvalues, parameters = self.image[self.at], self.image[self.at + 1]
        self.at += 4
        count = self.int()
        code = struct.unpack_from(f"<{count}I", self.image, self.at)
        found = _Function(self.at, code, upvalues, parameters)
        self.at += 4 * count
        found.constants = [self._constant() for _ in range(self.int())]
        found.inner = [self.function() for _ in range(self.int())]
        self._skip_debug()
        return found

    def _constant(self) -> bytes | None:
        kind = self.image[self.at]
        self.at += 1
        if kind == _STRING:
            return self.string()
        self.at += {_NIL: 0, _BOOLEAN: 1, _NUMBER: 8}[kind]
        return None

    def _skip_debug(self) -> None:
        lines = self.int()
        self.at += 4 * lines
        for _ in range(self.int()):  # local variables
            self.string()
            self.at += 8
        for _ in range(self.int()):  # names of upvalues
            self.string()


def keep_frames(image: bytes, names: Collection[bytes] | None) -> bytes | None:
    """``image`` (of string.dump) with plain calls of what has one of ``names``; None: no change.

    ``names`` None keeps every frame. A local variable that holds something other than a function
    of the script itself may be an alias (``local call = redis.call``): its calls are kept too.
    """
    if not image.startswith(_HEADER):
        return None
    root = _Reader(image).function()
    patched = bytearray(image)
    if not _patch(root, [], names, patched):
        return None
    return bytes(patched)


def _patch(
    function: _Function, own: list[bool], names: Collection[bytes] | None, image: bytearray
) -> bool:
    """``own``: for each upvalue, whether it may hold a function of the script."""
    code = function.code
    closures = {(word >> 6) & 0xFF for word in code if word & 0x3F == _CLOSURE}
    closures.update(range(function.parameters))
    changed = False
    at = 0
    while at < len(code):
        word = code[at]
        operation = word & 0x3F
        if operation == _TAILCALL:
            if names is None or _may_be_library(function, at, closures, own, names):
                image[function.at + 4 * at] = word & 0xC0 | _CALL
                changed = True
        elif operation == _CLOSURE:
            inner = function.inner[word >> 14]
            captured: list[bool] = []
            for _ in range(inner.upvalues):  # one word each: a register, or an upvalue of ours
                at += 1
                source = code[at] >> 23
                if code[at] & 0x3F == _MOVE:
                    captured.append(source in closures)
                else:
                    captured.append(source >= len(own) or own[source])
            changed |= _patch(inner, captured, names, image)
        at += 1
    return changed


def _may_be_library(
    function: _Function, at: int, closures: set[int], own: list[bool], names: Collection[bytes]
) -> bool:
    """Look back for what put the callee into its register."""
    register = (function.code[at] >> 6) & 0xFF
    for word in reversed(function.code[:at]):
        operation = word & 0x3F
        if (word >> 6) & 0xFF != register or operation in _NO_RESULT:
            continue
        if operation == _GETGLOBAL:
            return function.constants[word >> 14] in names
        if operation == _GETTABLE:
            key = (word >> 14) & 0x1FF
            return key >= _IS_CONSTANT and function.constants[key - _IS_CONSTANT] in names
        if operation == _MOVE:
            return word >> 23 not in closures
        if operation == _GETUPVAL:
            upvalue = word >> 23
            return upvalue < len(own) and not own[upvalue]
        return False
    return False
