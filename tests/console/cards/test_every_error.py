"""Each text of `tutor.engine.errors` has a card, but for those that only developers meet."""

from __future__ import annotations

import pytest

from tutor.console.cards import card
from tutor.engine import errors
from tutor.engine.replies import ReplyError

ABOUT_A_WORD = {
    "NO_SUCH_KEY", "XCLAIM_MIN_IDLE", "XCLAIM_IDLE", "XCLAIM_TIME", "XCLAIM_RETRYCOUNT",
    "XAUTOCLAIM_MIN_IDLE", "GEO_RADIUS", "GEO_WIDTH", "GEO_HEIGHT", "GEO_NO_MEMBER",
    "BAD_KEY_COUNT", "RESTORE_NO_NAME", "RESTORE_NO_PAYLOAD", "RESTORE_NO_FUNCTION",
}  # fmt: skip
"""The card needs the command that was typed; the other tests here ask for it."""

FOR_DEVELOPERS = {
    "DEBUG_RELOAD_OPTIONS", "DEBUG_PACKED_THRESHOLD", "DEBUG_PROTOCOL", "DEBUG_RESP2",
    "PFDEBUG_NO_KEY", "SCRIPT_NOT_RUNNING",
}  # fmt: skip

NO_ERRORS = {"ALREADY_CONNECTED"}
"""What a command answers although it does nothing."""

TEXTS = sorted(name for name, text in vars(errors).items() if name.isupper() and type(text) is str)


@pytest.mark.parametrize("name", sorted({*TEXTS} - ABOUT_A_WORD - FOR_DEVELOPERS - NO_ERRORS))
def test_an_error_has_a_card_whatever_the_command(name: str) -> None:
    found = card([b"PING", b"k"], ReplyError(getattr(errors, name)))
    assert found is not None
    assert found.title
    assert found.meaning


def test_the_exceptions_exist() -> None:
    assert {*TEXTS} >= ABOUT_A_WORD | FOR_DEVELOPERS | NO_ERRORS
