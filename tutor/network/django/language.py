"""What may be typed behind ``>>>``: a whitelist of calls with literal arguments.

    text ─ ast.parse ─▶ tree ─ checked node by node ─▶ Statement

A statement is a call, a test (``"k" in cache``), a name or a literal, each perhaps assigned to a
name. Everything else is a `Refused`, which says what it is and where; nothing of it is carried
out. Parsing builds a tree and runs nothing.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tutor.network.django.recipes import RECIPES, SLOW
from tutor.network.django.samples import VALUES

LONGEST = 4000
"""Characters of a line."""

DEEPEST = 30
"""Levels of lists and dictionaries within one another."""

MOST_BITS = 4096
"""Of an integer. Python does not write out one of more than 4300 digits, and hiredis 3.5, which
packs commands for redis-py, crashes on it."""

METHODS: Mapping[str, str] = {
    "get": "key, default=None, version=None",
    "set": "key, value, timeout=DEFAULT, version=None",
    "add": "key, value, timeout=DEFAULT, version=None",
    "get_or_set": "key, default, timeout=DEFAULT, version=None",
    "touch": "key, timeout=DEFAULT, version=None",
    "delete": "key, version=None",
    "has_key": "key, version=None",
    "incr": "key, delta=1, version=None",
    "decr": "key, delta=1, version=None",
    "get_many": "keys, version=None",
    "set_many": "data, timeout=DEFAULT, version=None",
    "delete_many": "keys, version=None",
    "clear": "",
    "incr_version": "key, delta=1, version=None",
    "decr_version": "key, delta=1, version=None",
    "make_key": "key, version=None",
    "close": "",
}
"""Methods of the cache that may be called, with their parameters (Django 5.2, BaseCache)."""

ASYNC_METHODS = frozenset(f"a{name}" for name in METHODS if name != "make_key")
CLIENT = "get_client"
CLIENT_METHODS: Mapping[str, str] = {
    "ttl": "name",
    "pttl": "name",
    "get": "name",
    "set": "name, value, ex=None, px=None, nx=False, xx=False",
    "delete": "*names",
    "exists": "*names",
    "type": "name",
    "object": "infotype, key",
    "memory_usage": "key",
    "strlen": "name",
    "expire": "name, time",
    "persist": "name",
    "incr": "name, amount=1",
    "lpush": "name, *values",
    "rpush": "name, *values",
    "lpop": "name",
    "rpop": "name",
    "llen": "name",
    "lrange": "name, start, end",
    "lmove": "first_list, second_list, src, dest",
    "lrem": "name, count, value",
    "hset": "name, key, value",
    "hget": "name, key",
    "hgetall": "name",
    "sadd": "name, *values",
    "smembers": "name",
    "zadd": "name, mapping",
    "zincrby": "name, amount, value",
    "zrange": "name, start, end, desc=False, withscores=False",
    "zrevrange": "name, start, end, withscores=False",
    "keys": "pattern='*'",
    "dbsize": "",
    "role": "",
    "ping": "",
    "wait": "num_replicas, timeout",
}
"""Methods of redis-py's client that may be called."""

WAIT_MOST_MS = 5000
RESERVED = frozenset({"cache", "caches", SLOW, *RECIPES, *VALUES})
"""Names that cannot be assigned."""

Reason = Literal[
    "empty", "syntax", "null", "long", "deep", "several", "import", "lambda", "comprehension",
    "fstring", "attribute", "dunder", "operator", "nested", "star", "walrus", "subscript",
    "statement", "assign", "name", "method", "client-method", "literal", "call", "await",
    "not-awaitable", "wait", "function", "print", "leave", "big", "huge",
]  # fmt: skip


class Refused(Exception):
    """A line that is not carried out. ``word`` is the piece of it that ``reason`` is about;
    ``column`` counts characters from 0."""

    def __init__(self, reason: Reason, word: str = "", column: int = 0) -> None:
        super().__init__(f"{reason}: {word}")
        self.reason, self.word, self.column = reason, word, column


@dataclass(frozen=True, slots=True)
class Cache:
    """``cache`` (alias None) or ``caches["alias"]``."""

    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """``cache._cache.get_client(None, write=True)``."""

    cache: Cache
    args: Sequence[ast.expr]
    keywords: Mapping[str, ast.expr]


@dataclass(frozen=True, slots=True)
class Named:
    """A name: an earlier result, a ready value or function."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A method of a cache or client; with ``method`` "" a ready function."""

    receiver: Cache | Client | Named
    method: str
    args: Sequence[ast.expr]
    keywords: Mapping[str, ast.expr]
    awaited: bool = False


@dataclass(frozen=True, slots=True)
class Contains:
    """``"k" in cache``, or ``not in``."""

    key: ast.expr
    cache: Cache
    negated: bool


@dataclass(frozen=True, slots=True)
class Data:
    """A literal."""

    node: ast.expr


Subject = Call | Contains | Client | Cache | Named | Data


@dataclass(frozen=True, slots=True)
class Statement:
    """``target`` is the name that gets the result ("" for none)."""

    subject: Subject
    target: str = ""
    text: str = field(default="", compare=False)


def parse(text: str) -> Statement:
    """A line as a statement. Raises `Refused`, and nothing else, whatever the text is."""
    text = text.strip().removeprefix(">>>").strip()
    if not text:
        raise Refused("empty")
    if "\0" in text:
        raise Refused("null", column=text.index("\0"))
    if len(text) > LONGEST:
        raise Refused("long", str(len(text)))
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused("syntax", "not UTF-8")
    body = _tree(text)
    if len(body) > 1:
        raise Refused("several", column=body[1].col_offset)
    try:
        return _statement(body[0], text)
    except RecursionError:
        raise Refused("deep", "RecursionError") from None


def _statement(only: ast.stmt, text: str) -> Statement:
    if isinstance(only, ast.Assign):
        return Statement(_subject(only.value), _target(only), text)
    if isinstance(only, ast.Expr):
        return Statement(_subject(only.value), "", text)
    reason: Reason = "import" if isinstance(only, (ast.Import, ast.ImportFrom)) else "statement"
    raise Refused(reason, text.split()[0], only.col_offset)


def _tree(text: str) -> list[ast.stmt]:
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in a string is not the matter here
            body = ast.parse(text).body
    except SyntaxError as error:
        raise Refused("syntax", error.msg, max((error.offset or 1) - 1, 0)) from None
    except (ValueError, MemoryError, RecursionError) as error:
        raise Refused("deep", type(error).__name__) from None
    if not body:
        raise Refused("empty")
    return body


def _target(statement: ast.Assign) -> str:
    target = statement.targets[0]
    if len(statement.targets) > 1 or not isinstance(target, ast.Name):
        raise Refused("assign", _short(target), target.col_offset)
    name = target.id
    if name in RESERVED or name.startswith("__") or (keyword.issoftkeyword(name) and name != "_"):
        raise Refused("assign", name, target.col_offset)
    return name


def _subject(node: ast.expr) -> Subject:
    if isinstance(node, ast.Await):
        call = _subject(node.value)
        if not isinstance(call, Call) or call.method not in ASYNC_METHODS:
            raise Refused("not-awaitable", _short(node.value), node.col_offset)
        return Call(call.receiver, call.method, call.args, call.keywords, awaited=True)
    if isinstance(node, ast.Compare):
        return _contains(node)
    if isinstance(node, ast.Call):
        return _call(node)
    if isinstance(node, ast.Name):
        return Cache() if node.id == "cache" else Named(_known(node))
    if isinstance(node, ast.Subscript):
        return _cache(node)
    check_data(node)
    return Data(node)


def _contains(node: ast.Compare) -> Contains:
    operator = node.ops[0]
    if len(node.ops) > 1 or not isinstance(operator, (ast.In, ast.NotIn)):
        raise Refused("operator", _short(node), node.col_offset)
    check_data(node.left)
    return Contains(node.left, _cache(node.comparators[0]), isinstance(operator, ast.NotIn))


def _call(node: ast.Call) -> Call | Client:
    args, keywords = _arguments(node)
    func = node.func
    if isinstance(func, ast.Name):
        return _function(func, args, keywords)
    if not isinstance(func, ast.Attribute):
        raise Refused(_reason_of(func) or "call", _short(func), func.col_offset)
    name = func.attr
    if name.startswith("__"):
        raise Refused("dunder", name, func.col_offset)
    inner = func.value
    if isinstance(inner, ast.Attribute) and inner.attr == "_cache" and name == CLIENT:
        return Client(_cache(inner.value), args, keywords)
    if isinstance(inner, ast.Call):
        client = _call(inner)
        if not isinstance(client, Client):
            raise Refused("nested", _short(inner), inner.col_offset)
        return _client_call(client, func, args, keywords)
    if isinstance(inner, ast.Name) and inner.id not in ("cache", "caches"):
        return _client_call(Named(_known(inner)), func, args, keywords)
    return Call(_cache(inner), _method(func), args, keywords)


def _method(func: ast.Attribute) -> str:
    """A name after ``cache.``. What the cache does not have at all is for the cache to say."""
    if func.attr.startswith("_"):
        raise Refused("attribute", func.attr, func.col_offset)
    return func.attr


def _client_call(
    client: Client | Named,
    func: ast.Attribute,
    args: Sequence[ast.expr],
    keywords: Mapping[str, ast.expr],
) -> Call:
    if func.attr not in CLIENT_METHODS:
        raise Refused("client-method", func.attr, func.col_offset)
    if func.attr == "wait":
        _check_wait(args, keywords, func)
    return Call(client, func.attr, args, keywords)


def _check_wait(
    args: Sequence[ast.expr], keywords: Mapping[str, ast.expr], func: ast.Attribute
) -> None:
    """WAIT 0 would wait for ever."""
    node = keywords.get("timeout") or (args[1] if len(args) > 1 else None)
    value = node.value if isinstance(node, ast.Constant) else None
    if not isinstance(value, int) or not 0 < value <= WAIT_MOST_MS:
        raise Refused("wait", str(WAIT_MOST_MS), func.col_offset)


def _function(func: ast.Name, args: Sequence[ast.expr], keywords: Mapping[str, ast.expr]) -> Call:
    if func.id in RECIPES or func.id == SLOW:
        return Call(Named(func.id), "", args, keywords)
    special: Mapping[str, Reason] = {"print": "print", "exit": "leave", "quit": "leave"}
    raise Refused(special.get(func.id, "function"), func.id, func.col_offset)


def _cache(node: ast.expr) -> Cache:
    """``cache`` or ``caches["alias"]``."""
    if isinstance(node, ast.Name) and node.id == "cache":
        return Cache()
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        at = node.slice
        if node.value.id == "caches" and isinstance(at, ast.Constant) and type(at.value) is str:
            return Cache(at.value)
        raise Refused("subscript", _short(node), node.col_offset)
    if isinstance(node, ast.Attribute):
        word = node.attr
        raise Refused("dunder" if word.startswith("__") else "attribute", word, node.col_offset)
    raise Refused(_reason_of(node) or "attribute", _short(node), node.col_offset)


def _arguments(node: ast.Call) -> tuple[list[ast.expr], dict[str, ast.expr]]:
    keywords: dict[str, ast.expr] = {}
    for one in node.args:
        check_data(one, argument=True)
    for each in node.keywords:
        if each.arg is None:
            raise Refused("star", "**", each.value.col_offset)
        if each.arg.startswith("_"):
            raise Refused("dunder", each.arg, each.value.col_offset)
        check_data(each.value, argument=True)
        keywords[each.arg] = each.value
    return list(node.args), keywords


def check_data(node: ast.expr, depth: int = 0, argument: bool = False) -> None:
    """A literal, or (in an argument) names of known values within it. Raises `Refused`."""
    if depth > DEEPEST:
        raise Refused("deep", str(DEEPEST), node.col_offset)
    if isinstance(node, ast.Constant):
        if node.value is ... or isinstance(node.value, complex):
            raise Refused("literal", _short(node), node.col_offset)
        if isinstance(node.value, int) and node.value.bit_length() > MOST_BITS:
            raise Refused("huge", str(MOST_BITS), node.col_offset)
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for one in node.elts:
            check_data(one, depth + 1, argument)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                raise Refused("star", "**", value.col_offset)
            check_data(key, depth + 1)
            check_data(value, depth + 1, argument)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        if not isinstance(node.operand, ast.Constant) or type(node.operand.value) not in (
            int,
            float,
        ):
            raise Refused("operator", _short(node), node.col_offset)
        check_data(node.operand, depth + 1)
    elif isinstance(node, ast.Name) and argument and depth <= 1:
        _known(node)
    else:
        raise Refused(_reason_of(node) or "literal", _short(node), node.col_offset)


_REASONS: Sequence[tuple[tuple[type[ast.expr], ...], Reason]] = (
    ((ast.Lambda,), "lambda"),
    ((ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp), "comprehension"),
    ((ast.JoinedStr, ast.FormattedValue), "fstring"),
    ((ast.Attribute,), "attribute"),
    ((ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp), "operator"),
    ((ast.Call,), "nested"),
    ((ast.Starred,), "star"),
    ((ast.NamedExpr,), "walrus"),
    ((ast.Subscript, ast.Slice), "subscript"),
    ((ast.Await,), "await"),
    ((ast.Yield, ast.YieldFrom), "statement"),
    ((ast.Name,), "name"),
)


def _reason_of(node: ast.expr) -> Reason | None:
    if isinstance(node, ast.Attribute) and node.attr.startswith("__"):
        return "dunder"
    return next((reason for kinds, reason in _REASONS if isinstance(node, kinds)), None)


def _known(node: ast.Name) -> str:
    if node.id.startswith("__"):
        raise Refused("dunder", node.id, node.col_offset)
    return node.id


def _short(node: ast.AST) -> str:
    """The piece of text, not too long."""
    try:
        text = ast.unparse(node)
    except (ValueError, RecursionError, MemoryError):
        return type(node).__name__
    return text if len(text) <= 40 else f"{text[:39]}…"


def build(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The value of a node that `check_data` has let through. Raises `Refused` for a name that is
    not known, TypeError for what cannot be hashed."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return [build(one, names) for one in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(build(one, names) for one in node.elts)
    if isinstance(node, ast.Set):
        return {build(one, names) for one in node.elts}
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {build(key, names): build(value, names) for key, value in pairs if key is not None}
    if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
        number: Any = node.operand.value
        return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise Refused("name", node.id, node.col_offset)
        return names[node.id]
    raise Refused("literal", _short(node), getattr(node, "col_offset", 0))
