"""Who may log in, and rules that make up selectors."""

from __future__ import annotations

import pytest

from tutor.engine.acl.selector import BadRule
from tutor.engine.acl.user import Rights, User, hashed, merged


def rights(*rules: str) -> Rights:
    made = Rights()
    for rule in rules:
        made.apply(rule.encode(), False)
    return made


def test_a_new_user_may_do_nothing() -> None:
    assert rights().describe() == b"off resetchannels -@all"
    assert Rights(open_channels=True).describe() == b"off &* -@all"


def test_passwords_are_kept_as_hashes_in_order() -> None:
    made = rights(">b", ">a", ">b", "#" + hashed(b"c").decode())
    assert list(made.passwords) == [hashed(b"b"), hashed(b"a"), hashed(b"c")]
    made.apply(b"<b", False)
    made.apply(b"!" + hashed(b"c"), False)
    assert list(made.passwords) == [hashed(b"a")]


@pytest.mark.parametrize("rule", ["<nope", "#abc", "!abc", "#" + "A" * 64, "(on)", "(~* ~a)"])
def test_bad_rules_are_told(rule: str) -> None:
    with pytest.raises(BadRule):
        rights(rule)


def test_only_an_enabled_user_with_the_right_password_is_accepted() -> None:
    assert not rights(">a").accepts(b"a")
    assert rights("on", ">a").accepts(b"a")
    assert not rights("on", ">a").accepts(b"b")
    assert not rights("on").accepts(b"")
    assert rights("on", "nopass").accepts(b"whatever")
    assert not rights("on", "nopass", "resetpass").accepts(b"whatever")
    assert rights("on", "nopass", ">a").accepts(b"a")


def test_reset_begins_anew_but_sanitizes() -> None:
    made = rights("on", ">a", "~*", "&*", "+@all", "(+get)", "skip-sanitize-payload", "reset")
    assert made.describe() == b"off sanitize-payload resetchannels -@all"


def test_selectors_are_printed_in_parentheses() -> None:
    made = rights("on", "+get", "(~k +set)", "()")
    expected = b"on resetchannels -@all +get (~k resetchannels -@all +set) (resetchannels -@all)"
    assert made.describe() == expected
    made.apply(b"clearselectors", False)
    assert made.describe() == b"on resetchannels -@all +get"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("a b", ["a", "b"]),
        ("a (b c) d", ["a", "(b c)", "d"]),
        ("(a) (b)", ["(a)", "(b)"]),
        ("(a (b c)", ["(b c)"]),
        ("a (b", 1),
        ("(a)x", 0),
        ("( b )", ["( b )"]),
    ],
)
def test_words_of_a_selector_are_joined(rules: str, expected: list[str] | int) -> None:
    if isinstance(expected, int):
        assert merged(rules.encode().split()) == expected
    else:
        assert merged(rules.encode().split()) == [word.encode() for word in expected]


def test_unrestricted_is_who_may_do_everything_by_one_selector() -> None:
    assert User(b"u", rights("+@all", "~*", "&*")).unrestricted
    assert User(b"u", rights("(+@all ~* &*)")).unrestricted
    assert not User(b"u", rights("+@all", "~*", "(&*)")).unrestricted
    assert not User(b"u", rights("+@all", "-get", "~*", "&*")).unrestricted
