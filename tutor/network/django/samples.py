"""Ready values and functions of the Django console: what its words cannot express."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

COST_S = 0.3
"""How long the slow function works: a stand-in for a heavy query."""


@dataclass
class Player:
    """An object as a model's instance is one: its class is stored by name, its fields in a dict."""

    id: int
    name: str
    score: int
    email: str = ""


def calculate_leaderboard(cost_s: float = COST_S) -> list[dict[str, Any]]:
    """The notes' heavy logic: ten players, after ``cost_s`` seconds."""
    time.sleep(cost_s)
    scores = {f"player{number}": (number * 7919) % 1000 for number in range(1, 101)}
    best = sorted(scores, key=lambda name: (-scores[name], name))[:10]
    return [{"name": name, "score": scores[name]} for name in best]


def _player() -> Player:
    return Player(7, "Alice", 300, "alice@example.com")


_LAMBDAS = [lambda: 1]  # has no name under which a pickle could find it

VALUES: Mapping[str, Callable[[], Any]] = {
    "player": _player,
    "player_dict": lambda: dict(vars(_player())),
    "report": lambda: [{"id": number, "total": number * 19 % 997} for number in range(1000)],
    "a_lambda": lambda: _LAMBDAS[0],
    "a_lock": threading.Lock,
}
"""Names that stand for values at the prompt: an object and its fields as a dictionary, something
long, and two that cannot be pickled."""
