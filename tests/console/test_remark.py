"""A remark behind a command is not sent; a ``#`` that can be an argument is."""

from __future__ import annotations

import pytest

from tutor.console.remark import without_remark


@pytest.mark.parametrize(
    ("line", "sent", "remark"),
    [
        (
            "ZREVRANGE leaderboard 0 9 WITHSCORES  # Топ-10",
            "ZREVRANGE leaderboard 0 9 WITHSCORES",
            "# Топ-10",
        ),
        ("HGET user:123 name # имя", "HGET user:123 name", "# имя"),
        ("SET a 1 #note", "SET a 1", "#note"),
    ],
)
def test_what_cannot_be_an_argument_is_a_remark(line: str, sent: str, remark: str) -> None:
    assert without_remark(line) == (sent, remark)


@pytest.mark.parametrize(
    "line",
    [
        "SET a #",
        'GET "# b"',
        "RPUSH list # a",
        "DEL a # b",
        "# hello",
        "GET a",
        "SET # 1",
        "FOO # a",
    ],
)
def test_what_can_be_an_argument_is_sent(line: str) -> None:
    assert without_remark(line) == (line, "")
