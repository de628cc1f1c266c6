"""Two machines' progress in one: nothing solved is lost, in whatever order they are joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.course.merging import joined_log, merged, merged_attempt
from tutor.course.progress import FILE_NAME, Progress
from tutor.course.transfer import MOST_FAULTS, Unfit, faults, read, unwrapped, wrapped, write

NAMES = st.sampled_from(["a", "b", "c"])
TIMES = st.integers(0, 50)


@st.composite
def attempts(draw: st.DrawFn) -> dict[str, Any]:
    stamp = draw(TIMES)
    log: list[list[Any]] = [[stamp, "run", draw(NAMES), "", ""]]
    answer = draw(st.none() | NAMES)
    if answer is not None:
        log.append([stamp + 1, "answer", answer, "right"])
    return {
        "actions": [["run", stamp, draw(NAMES)]],
        "done": draw(st.booleans()),
        "saw_solution": draw(st.booleans()),
        "rung": draw(st.integers(0, 4)),
        "answer": answer,
        "elapsed_ms": stamp,
        "log": log,
    }


def lessons() -> st.SearchStrategy[dict[str, Any]]:
    lesson = st.fixed_dictionaries(
        {
            "step": NAMES,
            "steps": st.integers(1, 9),
            "touched": TIMES,
            "attempts": st.dictionaries(NAMES, attempts(), max_size=3),
        }
    )
    return st.dictionaries(NAMES, lesson, max_size=3)


def progresses() -> st.SearchStrategy[dict[str, Any]]:
    review = st.tuples(TIMES, NAMES, NAMES, st.sampled_from(["good", "hard", "again"]))
    return st.fixed_dictionaries(
        {
            "lessons": lessons(),
            "settings": st.just({}),
            "reviews": st.lists(review.map(list), max_size=4),
        }
    )


def essence(data: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in data.items() if v != []}, sort_keys=True)


def solved(data: dict[str, Any]) -> set[tuple[str, str]]:
    return {
        (lesson_id, step)
        for lesson_id, lesson in data["lessons"].items()
        for step, attempt in lesson["attempts"].items()
        if attempt["done"]
    }


@given(progresses(), progresses())
def test_whatever_was_solved_on_either_is_solved(one: dict[str, Any], two: dict[str, Any]) -> None:
    both = merged(one, two)
    assert solved(both) == solved(one) | solved(two)
    assert list(faults(both)) == []


@given(progresses(), progresses())
def test_the_order_does_not_matter(one: dict[str, Any], two: dict[str, Any]) -> None:
    assert essence(merged(one, two)) == essence(merged(two, one))


@given(progresses(), progresses(), progresses())
def test_three_machines_come_to_the_same_in_any_order(
    one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]
) -> None:
    left = merged(merged(one, two), three)
    right = merged(one, merged(two, three))
    assert essence(left) == essence(right)


@given(progresses(), progresses())
def test_joining_again_changes_nothing(one: dict[str, Any], two: dict[str, Any]) -> None:
    both = merged(one, two)
    assert essence(merged(both, two)) == essence(both)


def test_a_step_solved_without_help_on_one_machine_is_not_assisted() -> None:
    alone = {"done": True, "saw_solution": False, "rung": 0}
    helped = {"done": True, "saw_solution": True, "rung": 4}
    seen = {"done": False, "saw_solution": True}
    assert merged_attempt(alone, helped)["saw_solution"] is False
    assert merged_attempt(seen, helped)["saw_solution"] is True
    assert merged_attempt(seen, alone)["saw_solution"] is False


def test_the_first_answer_counts_and_the_world_played_last_is_gone_on_with() -> None:
    early = {"answer": "a", "actions": [["run", 0, "A"]], "log": [[10, "answer", "a", "wrong"]]}
    late = {"answer": "b", "actions": [["run", 0, "B"]], "log": [[20, "answer", "b", "right"]]}
    both = merged_attempt(early, late)
    assert both["answer"] == "a"
    assert both["actions"] == [["run", 0, "B"]]
    assert [event[0] for event in both["log"]] == [10, 20]


def test_settings_of_this_machine_stay_and_gaps_are_filled() -> None:
    mine = {"lessons": {}, "settings": {"language": "ru"}}
    theirs = {"lessons": {}, "settings": {"language": "en", "theme": "light"}}
    assert merged(mine, theirs)["settings"] == {"language": "ru", "theme": "light"}


def test_a_diary_that_goes_on_where_the_other_ends_keeps_its_order() -> None:
    one = [[1, "said", "x"], [1, "run", "PING", "", ""]]
    assert joined_log(one, [*one, [1, "reset"]]) == [*one, [1, "reset"]]
    assert joined_log([[1, "reset"], ["junk"]], []) == [[1, "reset"]]


# one file for another machine


def kept(folder: Path, step: str, **attempt: Any) -> Progress:
    progress = Progress(folder)
    state = {"step": step, "attempts": {step: {"done": True, **attempt}}}
    progress.keep("string", state, 9)
    return progress


def test_what_is_exported_is_read_and_joined_on_another_machine(tmp_path: Path) -> None:
    here, there = kept(tmp_path / "here", "one"), kept(tmp_path / "there", "two")
    here.set_setting("language", "ru")
    here.rate(5, "string", "string/one", "hard")
    write(tmp_path / "p.json", wrapped(here.contents(), "2025-01-01", "0.1.0"))
    copy = there.take_in(read(tmp_path / "p.json"))
    assert copy is not None
    assert json.loads(copy.read_text())["lessons"]["string"]["step"] == "two"
    for progress in (there, Progress(tmp_path / "there")):
        assert progress.summary("string").done == {"one", "two"}
        assert progress.setting("language") == "ru"
        assert progress.reviews() == [(5, "string", "string/one", "hard")]
        assert progress.notices() == []


def test_every_import_keeps_a_copy_of_its_own(tmp_path: Path) -> None:
    there = kept(tmp_path, "two")
    copies = [there.take_in({"lessons": {}}) for _again in range(2)]
    names = [copy.name for copy in copies if copy is not None]
    assert names == ["progress.before-import-1.json", "progress.before-import-2.json"]
    assert Progress(tmp_path / "fresh").take_in({"lessons": {}}) is None


def good() -> dict[str, Any]:
    attempt = {"done": True, "actions": [["run", 0, "PING"]], "log": [[1, "run", "PING", "", ""]]}
    lesson = {"step": "a", "steps": 3, "touched": 5, "attempts": {"a": attempt}}
    data = {"lessons": {"x": lesson}, "reviews": [[1, "c", "x/a", "good"]], "settings": {}}
    return wrapped(data, "2025-01-01", "0.1.0")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("redis-tutor",), "x", "this is no progress that redis-tutor has exported"),
        (("format",), True, "format: true is no version"),
        (("progress",), [], "progress: [] is no object"),
        (("progress", "lessons"), 3, "progress.lessons: 3 is no object"),
        (("progress", "lessons", "x"), "y", 'progress.lessons.x: "y" is no object'),
        (("progress", "lessons", "x", "steps"), -1, "progress.lessons.x.steps: -1 cannot stand"),
        (("progress", "lessons", "x", "step"), 1, "progress.lessons.x.step: 1 cannot stand here"),
        (("progress", "lessons", "x", "attempts"), [], "progress.lessons.x.attempts: [] is no obj"),
        (("progress", "lessons", "x", "attempts", "a"), 0, "attempts.a: 0 is no object"),
        (("progress", "lessons", "x", "attempts", "a", "done"), 1, "attempts.a.done: 1 cannot"),
        (("progress", "lessons", "x", "attempts", "a", "rung"), True, "a.rung: true cannot stand"),
        (("progress", "lessons", "x", "attempts", "a", "actions"), {}, "a.actions: {} is no list"),
        (("progress", "lessons", "x", "attempts", "a", "actions", 0), ["run"], "actions[0]: "),
        (("progress", "lessons", "x", "attempts", "a", "log", 0), [1, "hm"], 'a.log[0]: [1, "hm"]'),
        (("progress", "reviews", 0), [1, "c", "x/a", "great"], "progress.reviews[0]: "),
        (("progress", "settings"), 7, "progress.settings: 7 is no object"),
        (("progress", "last"), 7, "progress.last: 7 is no text"),
        (("progress", "odd"), 7, "progress.odd: there is no such key"),
    ],
)
def test_junk_is_refused_with_its_place(path: tuple[str | int, ...], value: Any, says: str) -> None:
    whole: Any = good()
    unwrapped(json.dumps(whole).encode())
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(Unfit) as caught:
        unwrapped(json.dumps(whole).encode())
    assert any(says in fault for fault in caught.value.faults), caught.value.faults


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "line 1, column 1: not JSON"),
        (b'{\n "redis-tutor": oops}', "line 2, column 17: not JSON"),
        (b"\xff\xfe\x00", "byte 0: not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"redis-tutor": NaN}', "not JSON: NaN"),
        (b"[]", "this is no progress"),
    ],
)
def test_a_file_that_is_no_json_is_told_with_line_and_column(text: bytes, says: str) -> None:
    with pytest.raises(Unfit) as caught:
        unwrapped(text)
    assert says in caught.value.faults[0]


def test_a_file_of_a_later_format_asks_for_an_upgrade() -> None:
    with pytest.raises(Unfit) as caught:
        unwrapped(json.dumps({**good(), "format": 9}).encode())
    assert caught.value.newer
    assert "pip install -U redis-tutor" in caught.value.faults[0]


def test_not_too_many_faults_are_told() -> None:
    whole = good()
    whole["progress"]["reviews"] = [None] * 50
    with pytest.raises(Unfit) as caught:
        unwrapped(json.dumps(whole).encode())
    assert len(caught.value.faults) == MOST_FAULTS


def test_nothing_is_changed_where_progress_cannot_be_kept(tmp_path: Path) -> None:
    newer = json.dumps({"format": 99})
    (tmp_path / FILE_NAME).write_text(newer)
    progress = Progress(tmp_path)
    with pytest.raises(OSError, match="newer redis-tutor"):
        progress.take_in({"lessons": {}})
    assert (tmp_path / FILE_NAME).read_text() == newer
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
