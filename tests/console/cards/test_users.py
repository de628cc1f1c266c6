"""Who may do what, and how it is said."""

from __future__ import annotations

import pytest

from tests.console.cards.asking import card_of, first_try, tries, world
from tutor.console.backend import EmbeddedBackend
from tutor.console.cards import card
from tutor.engine.replies import ReplyError


@pytest.fixture
def anna() -> EmbeddedBackend:
    return world(
        "ACL SETUSER anna on >p ~user:* +@read +set +publish &news:*",
        "AUTH anna p",
    )


@pytest.mark.parametrize(
    ("line", "rule", "word"),
    [
        ("LPUSH user:1 a", "+lpush", "`LPUSH`"),
        ("CONFIG GET maxmemory", "+config|get", "`CONFIG GET`"),
        ("SET a 1", "~a", "`a`"),
        ("MGET user:1 other", "~other", "`other`"),
        ("PUBLISH sport x", "&sport", "`sport`"),
    ],
)
def test_who_may_not_do_what_and_how_it_is_allowed(
    anna: EmbeddedBackend, line: str, rule: str, word: str
) -> None:
    found = card_of(anna, line)
    assert word in found.meaning
    assert "`anna`" in found.meaning
    assert tries(found)[0] == f"ACL SETUSER anna {rule}"


def test_of_a_real_server_only_what_it_says_is_known() -> None:
    error = ReplyError(
        "NOPERM this user has no permissions to access one of the keys used as arguments"
    )
    found = card([b"MGET", b"a", b"b"], error)
    assert found is not None
    assert "one of these keys" in found.meaning


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ("ACL SETUSER bob get", "ACL SETUSER bob +get"),
        ("ACL SETUSER bob @read", "ACL SETUSER bob +@read"),
        ("ACL SETUSER bob +gett", "ACL SETUSER bob +get"),
        ("ACL SETUSER bob on -@reed", "ACL SETUSER bob on -@read"),
        ("ACL SETUSER bob +config|gett", "ACL SETUSER bob +config|get"),
        ("ACL SETUSER bob ~* ~a", "ACL SETUSER bob ~* resetkeys ~a"),
        ("ACL SETUSER bob &* &a", "ACL SETUSER bob &* resetchannels &a"),
        ("ACL SETUSER bob #secret", "ACL SETUSER bob >secret"),
        ("ACL SETUSER bob <secret", "ACL SETUSER bob resetpass"),
        ("ACL SETUSER bob (+get", "ACL SETUSER bob (+get)"),
        ("ACL CAT reed", "ACL CAT read"),
        ("ACL DELUSER default", "ACL SETUSER default off"),
        ("ACL DRYRUN defalt GET a", "ACL DRYRUN default GET a"),
        ("ACL DRYRUN default GTE a", "ACL DRYRUN default GET a"),
        ("ACL DRYRUN default GET a b", "GET a"),
        ("ACL SAVE", "ACL LIST"),
        ("HELLO 4", "HELLO 2"),
        ("CLIENT KILL USER defalt", "CLIENT KILL USER default"),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(line: str, attempt: str) -> None:
    assert first_try(world(), line) == attempt
