"""One set of permissions: rules from left to right, and what is printed of them."""

from __future__ import annotations

import pytest

from tutor.engine.acl.catalog import EVERYTHING, catalog
from tutor.engine.acl.selector import READ, WRITE, BadRule, Selector


def selector(rules: str) -> Selector:
    made = Selector()
    for rule in rules.split():
        made.apply(rule.encode())
    return made


@pytest.mark.parametrize(
    ("rules", "printed"),
    [
        ("", b"-@all"),
        ("+get", b"-@all +get"),
        ("+@all", b"+@all"),
        ("+@all -get", b"+@all -get"),
        ("-get +@all", b"+@all"),
        ("+get +set -@all +@read", b"-@all +@read"),
        ("+@all -@read", b"+@all -@read"),
        ("+GET -get", b"-@all"),
        ("+@read +@write", b"-@all +@write +@read"),
        ("+config", b"-@all +config"),
        ("+config|get", b"-@all +config|get"),
        ("+config -config|get -config|set", b"-@all +config -config|get -config|set"),
        ("+select|0 +select|1 +SELECT|0", b"-@all +select|0 +select|1"),
        ("+select|0 -select", b"-@all"),
        ("+select|0 +select", b"-@all +select"),
        ("+select|0 -@connection", b"-@all"),
        ("+select|0 +@all", b"+@all"),
    ],
)
def test_the_shortest_rules_that_lead_to_the_same_are_printed(rules: str, printed: bytes) -> None:
    assert selector(rules).describe_commands() == printed


def test_what_is_printed_leads_to_the_same_permissions() -> None:
    for name in catalog().categories:
        for start in ("-@all", "+@all -@dangerous"):
            made = selector(f"{start} +@{name} -get +config|set")
            again = selector(made.describe_commands().decode())
            assert again.commands == made.commands


def test_commands_that_come_later_are_permitted_only_after_all() -> None:
    later = 1 << 1000
    assert selector("+@all -get").commands & later
    assert not selector("+@read +@write").commands & later
    assert selector("+@all -get +get").commands == EVERYTHING


def test_a_category_switches_all_subcommands_of_its_members() -> None:
    assert "config|get" in catalog().entries
    assert selector("+@slow").commands & catalog().entries["config|get"].bit


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        ("", "foo"), ("", "+foo"), ("", "-foo"), ("", "+@foo"), ("", "+"), ("", "+get|"),
        ("", "-get|x"), ("", "+config|nope"), ("", "+config|get|x"), ("", "%~k"), ("", "%RR~k"),
        ("", "~a\tb"), ("", "&a\tb"), ("~*", "~k"), ("&*", "&c"), ("~*", "%R~k"),
    ],
)  # fmt: skip
def test_a_bad_rule_changes_nothing(rules: str, rule: str) -> None:
    made = selector(rules)
    before = made.describe()
    with pytest.raises(BadRule):
        made.apply(rule.encode())
    assert made.describe() == before


def test_accesses_to_one_pattern_add_up() -> None:
    assert selector("%R~k %W~k ~a %R~b").describe_keys() == b"~k ~a %R~b"


def test_a_key_is_permitted_by_one_pattern_for_all_that_is_done_to_it() -> None:
    made = selector("%R~k* %W~*1")
    assert made.permits_key(b"k1", READ)
    assert made.permits_key(b"k1", WRITE)
    assert not made.permits_key(b"k1", READ | WRITE)
    assert made.permits_key(b"x1", 0)
    assert not made.permits_key(b"x", 0)


def test_a_pattern_to_subscribe_to_must_be_given_to_the_letter() -> None:
    made = selector("&ch*")
    assert made.permits_channel(b"ch1", literal=False)
    assert made.permits_channel(b"ch*", literal=True)
    assert not made.permits_channel(b"ch1*", literal=True)


def test_a_first_argument_is_compared_without_case() -> None:
    made = selector("+select|a")
    assert made.permits_command("select", [b"SELECT", b"A"])
    assert not made.permits_command("select", [b"SELECT", b"b"])
    assert not made.permits_command("select", [b"SELECT"])


def test_a_copy_goes_its_own_way() -> None:
    made = selector("+get ~k &c +select|0")
    before, copy = made.describe(), made.copy()
    assert copy.describe() == before
    for rule in (b"+set", b"~x", b"&d", b"+select|1"):
        copy.apply(rule)
    assert made.describe() == before
