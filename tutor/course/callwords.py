"""A call of Django's cache taken apart into words: its name, its arguments, the keys it names."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from tutor.network.django.desk import refusal
from tutor.network.django.language import (
    METHODS,
    Cache,
    Call,
    Client,
    Contains,
    Named,
    Refused,
    Statement,
    parse,
)


def call_words(text: str) -> tuple[bytes, ...]:
    """A call's name and arguments: text without quotes, other values as Python writes them,
    ``timeout=60``. Of a line that cannot be read, the line."""
    try:
        statement = parse(text)
    except Refused:
        return (text.encode("utf-8", "surrogateescape"),)
    words = [_name(statement), *_arguments(statement)]
    return tuple(word.encode("utf-8", "surrogateescape") for word in words)


def call_keys(text: str) -> tuple[bytes, ...]:
    """The keys that a call names: its first argument, or what is in it."""
    try:
        subject = parse(text).subject
    except Refused:
        return ()
    if isinstance(subject, Contains):
        node: ast.expr | None = subject.key
    elif isinstance(subject, Call) and subject.method:
        first = next((subject.keywords[name] for name in ("key", "keys", "data", "name")
                      if name in subject.keywords), None)  # fmt: skip
        node = subject.args[0] if subject.args else first
    else:
        node = None
    many: Sequence[Any] = [node]
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        many = node.elts
    elif isinstance(node, ast.Dict):
        many = node.keys
    return tuple(_text(one).encode("utf-8", "surrogateescape") for one in many if one is not None)


def complaint(argv: Sequence[bytes]) -> str:
    """What is wrong with a call, as far as its text tells; "" if nothing is."""
    refused = refusal(argv[0].decode("utf-8", "surrogateescape"))
    return "" if refused is None else f"no call of Django's cache ({refused})"


def is_known(name: str) -> bool:
    """Whether there is such a method, function or command (lint E12); a name of a result counts."""
    from tutor.memcached.text import COMMANDS

    kind, dot, method = name.partition(".")
    if kind == "mc" and dot:
        return method == "fill" or method.encode() in COMMANDS
    return method in METHODS if kind == "cache" and dot else True


def _name(statement: Statement) -> str:
    subject = statement.subject
    if isinstance(subject, Call):
        if isinstance(subject.receiver, Cache):
            return f"cache.{subject.method}"
        if isinstance(subject.receiver, Named) and not subject.method:
            return subject.receiver.name
        return f"client.{subject.method}"
    if isinstance(subject, Contains):
        return "in"
    if isinstance(subject, Client):
        return "get_client"
    if isinstance(subject, Named):
        return subject.name
    return "cache" if isinstance(subject, Cache) else "value"


def _arguments(statement: Statement) -> list[str]:
    subject = statement.subject
    if isinstance(subject, Contains):
        return [_text(subject.key)]
    if not isinstance(subject, (Call, Client)):
        return []
    named = [f"{name}={_text(node)}" for name, node in subject.keywords.items()]
    return [*map(_text, subject.args), *named]


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return ast.unparse(node)
