"""A mistake in a lesson file is named with its file and line, all of them at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.course.lessonkit import edit
from tutor.course.loader import load_course, read_course
from tutor.course.problems import LessonError
from tutor.course.toml_lines import key_lines


def messages(folder: Path) -> list[str]:
    with pytest.raises(LessonError) as caught:
        load_course(folder)
    return [str(problem) for problem in caught.value.problems]


def line_of(path: Path, text: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_misspelt_key_is_named_with_its_line_and_the_right_one(tiny_folder: Path) -> None:
    file = tiny_folder / "tiny" / "lesson.toml"
    edit(file, "expect = {", "exepct = {")
    line = line_of(file, "exepct")
    assert messages(tiny_folder) == [
        f"{file}:{line}: S1: unknown key 'exepct'; did you mean 'expect'?"
    ]


def test_all_mistakes_are_told_at_once(tiny_folder: Path) -> None:
    file = tiny_folder / "tiny" / "lesson.toml"
    edit(file, 'kind = "read"', 'kind = "raed"')
    edit(file, "minutes = 5", "minutes = true")
    edit(file, 'ask = "GET guess"', 'ask = "GET \'guess"')
    found = messages(tiny_folder)
    wanted = "S1: 'kind' cannot be 'raed'; did you mean 'read'?"
    assert f"{file}:{line_of(file, 'raed')}: {wanted}" in found
    assert any("'minutes' must be an integer, not true or false" in message for message in found)
    assert any('unbalanced quotes in "GET \'guess"' in message for message in found)


def test_toml_that_does_not_parse_is_named_with_its_line(tiny_folder: Path) -> None:
    file = tiny_folder / "tiny" / "lesson.toml"
    edit(file, "seed = 3", "seed = ")
    assert messages(tiny_folder)[0].startswith(f"{file}:3: S1: not valid TOML: ")


def test_files_that_are_missing_or_not_text_are_told(tiny_folder: Path) -> None:
    (tiny_folder / "tiny" / "ru.md").unlink()
    (tiny_folder / "tiny" / "en.md").write_bytes(b"# \xff")
    tiny = tiny_folder / "tiny"
    found = messages(tiny_folder)
    assert f"{tiny}/ru.md: S1: cannot be read: No such file or directory" in found
    assert f"{tiny}/en.md: S1: not UTF-8 at byte 2" in found


def test_a_lesson_that_is_not_there_is_told(tiny_folder: Path) -> None:
    edit(tiny_folder / "course.toml", '["tiny"]', '["tiny", "absent"]')
    wanted = f"{tiny_folder}/course.toml:2: S1: there is no absent/lesson.toml"
    assert messages(tiny_folder) == [wanted]


def test_no_lessons_at_all_is_a_message(tmp_path: Path) -> None:
    wanted = f"{tmp_path}/course.toml: S1: cannot be read: No such file or directory"
    assert messages(tmp_path) == [wanted]


def test_a_course_of_a_later_format_is_refused(tiny_folder: Path) -> None:
    edit(tiny_folder / "course.toml", "format = 1", "format = 9")
    (message,) = messages(tiny_folder)
    assert "S7: format 9 is newer than this redis-tutor knows (1); upgrade" in message


@pytest.mark.parametrize(
    ("find", "replace", "says"),
    [
        ('value = "42" }', 'value = 42 }', "'value' must be a string, not an integer"),
        ('value = "42" }', "ttl_s = { gr = 1 } }", "unknown limit 'gr'; known: eq, ge, gt, le, lt"),
        ('value = "42" }', 'type = "sting" }', "'type' cannot be 'sting'; did you mean 'string'?"),
        ('value = "42" }', 'encoding = "ray" }', "unknown encoding 'ray'; did you mean 'raw'?"),
        ('value = "42" }', "internals = { sds = 1 } }", "unknown figure 'sds'"),
        ('value = "42" }', "db = 16, exists = true }", "there is no database 16; they are 0 to 15"),
        ('expect = { key = "alpha:key", value = "42" }', "probe = { reply = 1 }",
         "a probe needs at least one command in 'run'"),
        ('expect = { key = "alpha:key", value = "42" }', "history = { count = { cmd = 'GET' } }",
         "'count' needs at least one of: eq, gt, ge, lt, le"),
        ('expect = { key = "alpha:key", value = "42" }', "reply = { stauts = 'OK' }",
         "'reply' is not a reply"),
        ('when = { check_failed = "kept" }', 'when = { check_failed = "kepd" }',
         "no check 'kepd' here; did you mean 'kept'?"),
        ('when = { check_failed = "kept" }', 'when = { diff = { tll = "removed" } }',
         "unknown aspect 'tll'; did you mean 'ttl'?"),
        ('when = { check_failed = "kept" }', "when = { }", "'when' names no condition"),
        ('id = "start"\n', 'id = "start"\nwhen = { cmd = "GET" }\n',
         "the last [[step.feedback]] must be a catch-all"),
        ('run = ["SET alpha:key 24"]', "run = []", "'run' needs at least one command"),
        ('correct = "writes"', 'correct = "wries"', "no option 'wries'; did you mean 'writes'?"),
        ('kind = "quiz"', 'kind = "free"', "'quiz' belongs to steps of kind 'quiz' only"),
    ],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_told(
    tiny_folder: Path, find: str, replace: str, says: str
) -> None:
    file = tiny_folder / "tiny" / "lesson.toml"
    edit(file, find, replace)
    _course, problems = read_course(tiny_folder)
    told = [problem for problem in problems if says in problem.message]
    assert told, "\n".join(map(str, problems))
    assert all(problem.line > 0 for problem in told)


def test_headings_that_are_no_anchors_are_told_with_their_line(tiny_folder: Path) -> None:
    file = tiny_folder / "tiny" / "en.md"
    edit(file, "### recap\n", "### recap and more\n")
    _course, problems = read_course(tiny_folder)
    line = line_of(file, "recap and more")
    assert any(p.line == line and "unknown heading" in p.message for p in problems)


SAMPLE = '''\
# comment with = and [x]
format = 1
"odd key" = "a # no comment"

[table.inner]
text = """
[not.a.table]
key = 1
"""
list = [
    "one", # first
    { deep = 1, more = [
        2,
    ] },
]

[[step]]
id = 'one'
[[step.check]]
a.b = 1
[[step.check]]
x = { y = { z = 3 } }
[[step]]
id = "two"
[step.hints]
rungs = 4
'''


def test_every_key_of_a_toml_file_is_found_on_its_line() -> None:
    lines = key_lines(SAMPLE)
    expected = {
        ("format",): 2,
        ("odd key",): 3,
        ("table", "inner"): 5,
        ("table", "inner", "text"): 6,
        ("table", "inner", "list"): 10,
        ("table", "inner", "list", 0): 11,
        ("table", "inner", "list", 1, "deep"): 12,
        ("table", "inner", "list", 1, "more", 0): 13,
        ("step", 0): 17,
        ("step", 0, "check", 0, "a", "b"): 20,
        ("step", 0, "check", 1, "x", "y", "z"): 22,
        ("step", 1, "id"): 24,
        ("step", 1, "hints", "rungs"): 26,
    }
    assert {place: lines.get(place) for place in expected} == expected


def _places(value: object, place: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {place}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= _places(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found |= _places(inner, (*place, index))
    return found


@pytest.mark.parametrize("name", ["pyproject.toml", "lessons/string/lesson.toml"])
def test_no_key_of_a_real_file_is_without_a_line(name: str) -> None:
    text = (Path(__file__).parents[2] / name).read_text(encoding="utf-8")
    assert set(key_lines(text)) == _places(tomllib.loads(text))
