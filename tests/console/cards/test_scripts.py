"""Mistakes in scripts and functions."""

from __future__ import annotations

import pytest

from tests.console.cards.asking import card_of, first_try, tries, world
from tutor.console.backend import EmbeddedBackend
from tutor.console.cards import quoting_card
from tutor.console.lexer import UnbalancedQuotes, split

LIBRARY = (
    'FUNCTION LOAD "#!lua name=mylib\\n'
    "redis.register_function('hello', function(keys, args) return 1 end)\""
)


@pytest.fixture
def backend() -> EmbeddedBackend:
    return world("SET text abc", LIBRARY, 'SCRIPT LOAD "return 1"')


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('EVAL "retrun 1" 0', "“return”"),
        ('EVAL "local a = {\\nreturn" 0', "Line 2"),
        ('EVAL "return {" 0', "before it is complete"),
        ('EVAL "GET key" 0', "redis.call"),
        ('EVAL "return keys[1]" 1 a', "Is it `KEYS`?"),
        ('EVAL "return x" 0', "`local`"),
        ('EVAL "x = 1" 0', "`local x = 1`"),
        ('EVAL "\\nlocal a = nil\\nreturn a.b" 0', "Line 3: `return a.b`"),
        ('EVAL "return KEYS[1] .. ARGV[1]" 0', "numkeys"),
        ("EVAL \"return redis.call('GET', 'no') + 1\" 0", "or 0"),
        ("EVAL \"return 'a' < 1\" 0", "tonumber"),
        ("EVAL \"print('x')\" 0", "redis.log"),
        ('EVAL "return os.time()" 0', "redis.call('TIME')"),
        ("EVAL \"error('boom')\" 0", "`boom`"),
        ("EVAL \"return redis.call('NOSUCH')\" 0", "not one line"),
        ("EVAL \"return redis.call('GET')\" 0", "of its own"),
        ("EVAL \"return redis.call('SUBSCRIBE', 'a')\" 0", "in one go"),
        ("EVAL \"return redis.call('LPUSH', KEYS[1], 1)\" 1 text", "redis.pcall"),
        ("EVAL \"return redis.pcall('LPUSH', KEYS[1], 1)\" 1 text", "out of the script"),
        ("EVAL \"return redis.error_reply('MY own')\" 0", "out of the script"),
        ("EVAL \"return redis.call('GET', {})\" 0", "unpack"),
        ("EVAL_RO \"return redis.call('SET', 'a', 'b')\" 0", "_RO"),
        ("EVAL \"return cjson.decode('{')\" 0", "T_END"),
        ("EVAL \"return string.rep('x', 10000000000)\" 0", "embedded engine"),
        ('EVAL "#!lua flags=foo\\nreturn 1" 0', "no-writes"),
        ("EVALSHA abc 0", "has 3"),
        ("FCALL nobody 0", "`hello`"),
        ("FUNCTION DELETE nobody", "`mylib`"),
        ('FUNCTION LOAD "return 1"', "#!lua name=mylib"),
        ("FUNCTION LOAD \"#!lua name=l\\nredis.call('PING')\"", "only register"),
        ('FUNCTION LOAD "#!lua name=l\\nfunction f() end"', "`local`"),
        ('FUNCTION LOAD "#!lua name=l\\nreturn 1"', "at least once"),
        (LIBRARY, "`mylib`"),
        ("FUNCTION RESTORE abc", "RESTORE takes"),
        ("SCRIPT KILL", "another client"),
    ],
)
def test_the_meaning_names_what_is_wrong(backend: EmbeddedBackend, line: str, word: str) -> None:
    assert word in card_of(backend, line).meaning


def test_a_function_has_parameters_and_no_keys_of_eval() -> None:
    backend = world(
        'FUNCTION LOAD "#!lua name=l\\n'
        "redis.register_function('f', function() return KEYS[1] end)\""
    )
    assert "`function(keys, args)`" in card_of(backend, "FCALL f 1 a").meaning


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        ('EVAL "return 1"', 'EVAL "return 1" 0'),
        ('EVAL "return 1" a b', 'EVAL "return 1" 2 a b'),
        ('EVAL "return 1" 5 a', 'EVAL "return 1" 1 a'),
        ('EVAL "return 1" -1', 'EVAL "return 1" 0'),
        ("FCALL hello a", "FCALL hello 1 a"),
        ("FCALL helo 0", "FCALL hello 0"),
        ("FCALL_RO hello 0", "FCALL hello 0"),
        ("FUNCTION DELETE mylob", "FUNCTION DELETE mylib"),
        ("EVALSHA e0e1f9 0", "EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0"),
        ("SCRIPT FLUSH NOW", "SCRIPT FLUSH"),
    ],
)
def test_the_first_line_to_try_is_what_was_meant(
    backend: EmbeddedBackend, line: str, attempt: str
) -> None:
    assert first_try(backend, line) == attempt


def test_the_number_of_keys_is_the_script_s_business_only_for_scripts(
    backend: EmbeddedBackend,
) -> None:
    assert "help SINTERCARD" in tries(card_of(backend, "SINTERCARD 5 a"))


@pytest.mark.parametrize(
    ("line", "attempt"),
    [
        (
            'EVAL "return redis.call("GET", KEYS[1])" 1 k',
            "EVAL \"return redis.call('GET', KEYS[1])\" 1 k",
        ),
        ('SCRIPT LOAD "return "a""', "SCRIPT LOAD \"return 'a'\""),
        ('EVAL "return 1', 'EVAL "return 1"'),
        ('SET k "a"b', 'SET k "a" b'),
    ],
)
def test_double_quotes_inside_a_script_are_put_right(line: str, attempt: str) -> None:
    with pytest.raises(UnbalancedQuotes) as caught:
        split(line)
    assert quoting_card(line, caught.value).try_lines[0].command == attempt
