"""`help` in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor.console.help import help_lines, help_text
from tutor.engine.table import load_table
from tutor.i18n import set_language


@pytest.fixture
def russian() -> Iterator[None]:
    set_language("ru")
    yield
    set_language("en")


def test_a_command_has_syntax_summary_arguments_and_facts() -> None:
    text = help_text("set")
    assert text.startswith("SET key value [NX | XX] [GET]")
    for part in ("only if the key does not exist", "O(1)", "@string", "1.0.0", "KEEPTTL", "embstr"):
        assert part in text


def test_a_deprecated_command_names_what_replaced_it() -> None:
    assert "6.2.0" in help_text("getset")
    assert "SET with the GET argument" in help_text("getset")


def test_a_subcommand_is_found_in_any_spelling() -> None:
    assert help_text("config get") == help_text("CONFIG|GET") == help_text("  Config   GET ")


def test_a_container_lists_its_subcommands() -> None:
    assert "ENCODING" in help_text("object")


def test_a_group_lists_its_commands() -> None:
    assert help_text("@list").count("\n") == sum(
        spec.group == "list" for spec in load_table().values()
    )
    assert "@string" in help_text("@nonsense")


def test_a_group_of_every_data_type_says_in_both_languages_what_its_commands_do(
    russian: None,
) -> None:
    for language, words in (("ru", ("запись", "точки", "HyperLogLog")), ("en", ("entr", "point"))):
        set_language(language)
        text = "".join(map(help_text, ("@stream", "@geo", "@hyperloglog")))
        assert all(word in text for word in ("XADD", "GEOSEARCH", "PFCOUNT", *words))


def test_the_words_of_the_newer_commands_are_explained() -> None:
    text = help_text("xadd")
    for part in ("MAXLEN", "let the server choose the id", "O(N) more", "6.2.0", "rax"):
        assert part in text
    assert "kilometres" in help_text("geosearch")
    assert "u8: 8 bits" in help_text("bitfield")
    assert "0 to 16383" in help_text("cluster setslot")


def test_an_unknown_topic_names_what_is_near() -> None:
    assert "GET" in help_text("gte")
    assert "SET" in help_text("ыуе")


def test_words_of_the_console_have_help() -> None:
    assert help_text(":lang").startswith(":lang")
    assert ":undo" in help_text()


def test_every_command_has_help_in_both_languages(russian: None) -> None:
    for language in ("ru", "en"):
        set_language(language)
        for spec in load_table().values():
            for one in (spec, *spec.subcommands.values()):
                lines = help_lines(one.name)
                assert lines[0][0] == (one.name.upper().replace("|", " "), "command")
                assert lines[1][0][0], one.name


def test_help_is_in_russian(russian: None) -> None:
    assert any("а" <= letter <= "я" for letter in help_text("lpush"))
