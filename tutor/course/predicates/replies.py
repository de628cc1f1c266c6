"""A demanded reply, type-aware: what a lesson writes, and whether a reply fits.

| in TOML                                  | fits                                            |
|------------------------------------------|-------------------------------------------------|
| ``1``                                    | an integer reply                                |
| ``"text"``                               | a bulk string                                   |
| ``["a", 1, {nil = true}]``               | an array, element by element                    |
| ``{ status = "OK" }``                    | a simple string                                 |
| ``{ nil = true }``                       | no value (a null bulk or a null array)          |
| ``{ empty = true }``                     | an array without elements                       |
| ``{ error = "WRONGTYPE" }``              | an error of that code, or containing that text  |
| ``{ unordered = [...] }``                | an array with these elements in any order       |
| ``{ ge = 0, le = 60 }``                  | an integer within limits                        |
| ``{ any = true }``                       | whatever is not an error                        |
| ``true``                                 | True or False, which a call returned            |
| ``{ python = "{'a': 1}" }``              | a value of Python, which a call returned        |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.course.predicates.base import OPERATORS, Bounds
from tutor.course.schema import Table
from tutor.engine.replies import NULL_ARRAY, Pairs, Reply, ReplyError, Status, format_double
from tutor.i18n import pgettext


@dataclass(frozen=True, slots=True)
class ReplySpec:
    """``kind`` is one of: value, status, nil, empty, error, unordered, bounds, any, python (with
    its text and the reply that it stands for)."""

    kind: str
    value: Any = None

    def fits(self, reply: Reply) -> bool:
        """Whether a reply is as demanded."""
        if isinstance(reply, ReplyError):
            return self.kind == "error" and _error_fits(reply, self.value)
        match self.kind:
            case "any":
                return True
            case "nil":
                return reply is None or reply is NULL_ARRAY
            case "empty":
                return isinstance(reply, (list, dict)) and not reply
            case "status":
                return isinstance(reply, Status) and bytes(reply) == self.value
            case "bounds":
                return isinstance(reply, int) and self.value.holds(reply)
            case "unordered":
                items = _flat(reply)
                return items is not None and Counter(map(_key, items)) == Counter(self.value)
            case "value":
                return _equal(self.value, reply)
            case "python":
                return _same(self.value[1], reply)
        return False

    def text(self) -> str:
        """One line for people, as redis-cli would begin it."""
        match self.kind:
            case "any":
                return pgettext("check", "any reply without an error")
            case "nil":
                return "(nil)"
            case "empty":
                return "(empty array)"
            case "status":
                return str(self.value.decode("utf-8", "replace"))
            case "error":
                return f"(error) {self.value}"
            case "bounds":
                return f"(integer) {self.value.text()}"
            case "python":
                return str(self.value[0])
            case "unordered":
                return "{" + ", ".join(_shown(item) for item in self.value) + "}"
        return reply_text(self.value)


def reply_text(reply: Reply) -> str:
    """A reply in one short line."""
    if isinstance(reply, ReplyError):
        return f"(error) {reply.message}"
    if reply is None or reply is NULL_ARRAY:
        return "(nil)"
    if isinstance(reply, bool):
        return "(true)" if reply else "(false)"
    if isinstance(reply, int):
        return f"(integer) {reply}"
    items = _flat(reply)
    if items is not None:
        return "[" + ", ".join(_brief(item) for item in items) + "]" if items else "(empty array)"
    return _brief(reply)


def read_reply(table: Table, key: str) -> ReplySpec | None:
    """The demanded reply under a key; a problem and None if it is none of the forms above."""
    value = table.raw(key)
    spec = _spec(value)
    if spec is None:
        table.complain(f"{key!r} is not a reply: {value!r} (see docs/lessons.md, Replies)", key)
    return spec


def _spec(value: Any) -> ReplySpec | None:
    if isinstance(value, dict):
        return _spec_of_table(value)
    prepared = _prepare(value)
    return None if prepared is _UNFIT else ReplySpec("value", prepared)


def _spec_of_table(value: Mapping[str, Any]) -> ReplySpec | None:
    if value and set(value) <= set(OPERATORS):
        if all(isinstance(limit, int) for limit in value.values()):
            return ReplySpec("bounds", Bounds(dict(value)))
        return None
    if len(value) != 1:
        return None
    ((kind, wanted),) = value.items()
    if kind in ("nil", "empty", "any") and wanted is True:
        return ReplySpec(kind)
    if kind == "status" and isinstance(wanted, str):
        return ReplySpec(kind, wanted.encode())
    if kind == "error" and isinstance(wanted, str):
        return ReplySpec(kind, wanted)
    if kind == "python" and isinstance(wanted, str):
        return _python(wanted)
    if kind == "unordered" and isinstance(wanted, list):
        items = [_prepare(item) for item in wanted]
        return None if _UNFIT in items else ReplySpec(kind, tuple(map(_key, items)))
    return None


def _python(text: str) -> ReplySpec | None:
    """A literal of Python."""
    import ast

    from tutor.network.django.desk import as_reply

    try:
        return ReplySpec("python", (text, as_reply(ast.literal_eval(text))))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _same(want: Any, reply: Reply) -> bool:
    """Equal, and of the same type: True is not 1."""
    if type(want) is not type(reply):
        return False
    if isinstance(want, list):
        return len(want) == len(reply) and all(map(_same, want, reply))
    if isinstance(want, dict):
        return want.keys() == reply.keys() and all(_same(want[key], reply[key]) for key in want)
    return bool(want == reply)


class _Unfit:
    pass


_UNFIT = _Unfit()


def _prepare(value: Any) -> Any:
    """TOML's value as it will be compared: strings as bytes, nested forms as `ReplySpec`."""
    if isinstance(value, bool):
        return value
    if value is None:
        return _UNFIT
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return format_double(value)
    if isinstance(value, list):
        items = [_prepare(item) for item in value]
        return _UNFIT if any(item is _UNFIT for item in items) else items
    if isinstance(value, dict):
        return _spec_of_table(value) or _UNFIT
    return _UNFIT


def _equal(want: Any, reply: Reply) -> bool:
    if isinstance(want, ReplySpec):
        return want.fits(reply)
    if isinstance(want, list):
        items = _flat(reply)
        return (
            items is not None
            and len(items) == len(want)
            and all(_equal(one, item) for one, item in zip(want, items, strict=True))
        )
    if isinstance(want, bool):
        return reply is want
    if isinstance(want, int):
        return isinstance(reply, int) and reply == want
    if isinstance(reply, float):
        return bool(format_double(reply) == want)
    return isinstance(reply, bytes) and not isinstance(reply, Status) and bytes(reply) == want


def _flat(reply: Reply) -> list[Any] | None:
    """The elements of an array as RESP2 sends it."""
    if isinstance(reply, dict):
        return [part for pair in reply.items() for part in pair]
    if isinstance(reply, Pairs):
        return [part for pair in reply for part in pair]
    return list(reply) if isinstance(reply, list) else None


def _key(item: Any) -> Any:
    if isinstance(item, float):
        return format_double(item)
    if isinstance(item, list):
        return tuple(_key(part) for part in item)
    return bytes(item) if isinstance(item, bytes) else item


def _brief(item: Any) -> str:
    if isinstance(item, ReplySpec):
        return item.text()
    if isinstance(item, float):
        return format_double(item).decode()
    if isinstance(item, Status):
        return bytes(item).decode("utf-8", "replace")
    if isinstance(item, bytes):
        return f'"{clip(item)}"'
    if isinstance(item, (list, dict)):
        return reply_text(item)
    return "(nil)" if item is None else str(item)


def _shown(item: Any) -> str:
    return f'"{clip(item)}"' if isinstance(item, bytes) else str(item)


def clip(data: bytes, limit: int = 40) -> str:
    """Bytes as text for a line: at most ``limit`` characters, control characters as dots."""
    text = data.decode("utf-8", "replace")
    text = "".join(char if char.isprintable() else "·" for char in text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(data: bytes, limit: int = 40) -> str:
    """As `clip`, in the quotation marks of the language."""
    return pgettext("check", "“{text}”").format(text=clip(data, limit))


def _error_fits(error: ReplyError, wanted: str) -> bool:
    return error.code == wanted or wanted in error.message
