"""Names become ids that are safe in an ACL user, a key and an address."""

from __future__ import annotations

import contextlib
import string
from pathlib import Path
from urllib.parse import urlparse

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.course.classroom.roster import (
    LONGEST_ID,
    MOST,
    Roster,
    RosterError,
    new_word,
    read_roster,
    safe_id,
)

SAFE = set(string.ascii_lowercase + string.digits + "-")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("anna", "anna"),
        ("Анна Ёлкина", "anna-elkina"),
        ("Щукин-Жданов", "shchukin-zhdanov"),
        ("Юрій Їжак", "yuriy-yizhak"),
        ("Jürgen Müßig", "jurgen-mussig"),
        ("a*b?c[d]", "a-b-c-d"),
        ("x:y", "x-y"),
        ("李雷", "learner"),
        ("default", "learner"),
        ("-- a --", "a"),
        ("a" * 40, "a" * LONGEST_ID),
    ],
)
def test_a_name_becomes_letters_of_a_host_name(name: str, expected: str) -> None:
    assert safe_id(name) == expected


@settings(max_examples=300)
@given(st.lists(st.text(max_size=50), max_size=12))
def test_whatever_is_taken_gets_a_safe_id_of_its_own(names: list[str]) -> None:
    roster = Roster()
    for name in names:
        with contextlib.suppress(RosterError):
            roster.add(name)
    ids = [learner.id for learner in roster]
    assert len(set(ids)) == len(ids)
    for one in ids:
        assert one
        assert set(one) <= SAFE
        assert one != "default"
        assert urlparse(f"redis://{one}:w@h:1").username == one


def test_names_that_are_written_alike_get_numbers() -> None:
    roster = Roster(["Анна", "Anna", "Ánna"])
    assert [learner.id for learner in roster] == ["anna", "anna2", "anna3"]


def test_a_learner_named_like_another_one_s_number_keeps_apart() -> None:
    roster = Roster(["Anna2", "Anna", "Анна"])
    assert [learner.id for learner in roster] == ["anna2", "anna", "anna3"]


@pytest.mark.parametrize("twin", ["Anna", "anna", " ANNA ", "Anna\u00a0"])
def test_the_same_name_twice_is_refused(twin: str) -> None:
    with pytest.raises(RosterError, match="two learners called"):
        Roster(["Anna", twin])


@pytest.mark.parametrize("name", ["", "  ", "\x1b[31mred", "a\x00b", "***", "n" * 41, "a\u202eb"])
def test_what_is_no_name_is_refused_with_words_that_can_be_shown(name: str) -> None:
    with pytest.raises(RosterError) as caught:
        Roster([name])
    assert str(caught.value).isprintable()


def test_a_class_has_a_size() -> None:
    roster = Roster([f"n{number}" for number in range(MOST)])
    with pytest.raises(RosterError, match=str(MOST)):
        roster.add("one more")


def test_names_are_read_from_the_command_line_or_a_file(tmp_path: Path) -> None:
    assert [each.name for each in read_roster("anna, boris,,вера")] == ["anna", "boris", "вера"]
    file = tmp_path / "class.txt"
    file.write_text("\ufeff# group 7\nАнна Ёлкина  # left-handed\n\nBoris\n", encoding="utf-8")
    assert [each.id for each in read_roster(str(file))] == ["anna-elkina", "boris"]
    assert len(read_roster(None)) == 0


def test_a_faulty_file_tells_its_line(tmp_path: Path) -> None:
    file = tmp_path / "class.txt"
    file.write_text("anna\n\nANNA\n", encoding="utf-8")
    with pytest.raises(RosterError, match=r"class\.txt, line 3: .*ANNA"):
        read_roster(str(file))
    file.write_bytes(b"anna\n\xff\n")
    with pytest.raises(RosterError, match="byte 5"):
        read_roster(str(file))
    with pytest.raises(OSError, match=r"absent\.txt"):
        read_roster(str(tmp_path / "absent.txt"))


def test_join_words_differ_and_need_no_escapes() -> None:
    words = {new_word() for _number in range(200)}
    assert len(words) == 200
    for word in words:
        assert set(word) <= SAFE
        assert urlparse(f"redis://a:{word}@h:1").password == word
