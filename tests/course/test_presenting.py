"""Demos without a screen: every scene of the repository, the presenter's keys, hands, bad files."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tutor.course.model import LANGUAGES
from tutor.course.presenting import Presentation
from tutor.course.problems import LessonError
from tutor.course.rehearsal import SEEDS, check_demos, demand_fault, rehearse
from tutor.course.scenereading import demo_names, demos_folder, load_script, read_script
from tutor.course.scenes import Cue, Script
from tutor.diagrams.scenes import scene_drawing
from tutor.i18n import set_language

DEMOS = demo_names()


@cache
def script(name: str) -> Script:
    return load_script(name)


def presented(name: str, scene: int = 1, seed: int | None = None, **more: Any) -> Presentation:
    return Presentation(script(name), "en", seed, scene, **more)


def state(presentation: Presentation) -> tuple[object, ...]:
    """All that can be seen of it."""
    return (
        presentation.scene_number, presentation.beat_number, presentation.typed,
        presentation.chosen, presentation.place, presentation.panel,
        [(said.line, said.place, repr(said.answer)) for said in presentation.said],
        repr(presentation.lab.frames[-1]), presentation.note,
    )  # fmt: skip


def step(presentation: Presentation) -> None:
    presentation.next()
    presentation.finish()


@pytest.fixture(autouse=True)
def english() -> None:
    set_language("en")


# the demos of the repository


def test_there_are_six_demos_and_nothing_is_wrong_with_their_files() -> None:
    assert set(DEMOS) == {
        "replication", "persistence", "cache", "rate-limit", "queue", "security"
    }  # fmt: skip
    for name in DEMOS:
        assert read_script(demos_folder() / name)[1] == []


@pytest.mark.parametrize("seed", SEEDS[:1])
@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_holds_under_other_seeds(name: str, seed: int) -> None:
    assert list(rehearse(script(name), seed)) == []


@pytest.mark.parametrize("name", DEMOS)
def test_next_leads_through_a_whole_demo_and_back_takes_back(name: str) -> None:
    unmet: list[str] = []

    def watch(presentation: Presentation, cue: Cue) -> None:
        if fault := demand_fault(presentation, cue):
            unmet.append(fault)

    presentation = presented(name, watch=watch)
    beats = sum(len(scene.beats) for scene in presentation.scenes)
    notes = [notes_of(presentation)]
    before = state(presentation)
    for _key in range(beats - 1):
        assert not presentation.over
        assert presentation.next_line
        step(presentation)
        notes.append(notes_of(presentation))
        after = state(presentation)
        if presentation.coming is None:
            assert presentation.back()
            assert state(presentation) == before
            step(presentation)
            assert state(presentation) == after
        before = after
    assert presentation.over
    assert not presentation.next()
    assert len(set(notes)) == beats
    assert all(re.search("[а-яё]", ru) and not re.search("[а-яё]", en) for ru, en in notes)
    assert unmet == []


def notes_of(presentation: Presentation) -> tuple[str, str]:
    """What is said now, in Russian and in English, and told to who follows."""
    found = []
    for lang in ("ru", "en"):
        presentation.lang = lang
        moment = presentation.moment
        assert moment.scene_title == presentation.script.scene_title(presentation.scene, lang)
        assert moment.note == presentation.note
        found.append(moment.note)
    return found[0], found[1]


@pytest.mark.parametrize("name", DEMOS)
def test_what_the_class_reads_of_a_note_is_short(name: str) -> None:
    for scene in script(name).scenes:
        for beat in scene.beats:
            for lang in LANGUAGES:
                paragraphs = script(name).words(scene, beat.note, lang).split("\n\n")
                assert len(paragraphs[0]) <= 160, (scene.id, beat.note, lang)
                assert len(paragraphs) >= 2, f"{scene.id} {beat.note} {lang}: nothing to say"


@pytest.mark.parametrize("name", DEMOS)
def test_a_demo_teaches_in_four_to_eight_scenes(name: str) -> None:
    assert 4 <= len(script(name).scenes) <= 8
    assert all(len(scene.beats) >= 3 for scene in script(name).scenes)
    assert all(scene.figures for scene in script(name).scenes)


@pytest.mark.parametrize("name", DEMOS)
def test_a_scene_has_a_picture_with_a_text_twin(name: str) -> None:
    presentation = presented(name)
    drawing = scene_drawing(presentation, presentation.scenes[0], 100)
    assert drawing.text
    assert len(drawing.lines) > 8
    assert presentation.scene_number == 1


# keys


def test_back_leads_to_the_end_of_the_scene_before() -> None:
    presentation = presented("replication")
    presentation.come_to_end()
    end = state(presentation)
    presentation.next()
    assert (presentation.scene_number, presentation.beat_number) == (2, 1)
    assert presentation.back()
    assert state(presentation) == end


def test_back_at_the_very_beginning_does_nothing() -> None:
    presentation = presented("replication")
    before = state(presentation)
    assert not presentation.back()
    assert state(presentation) == before


@pytest.mark.parametrize("name", ["replication", "security"])
def test_any_scene_is_as_if_one_had_begun_there(name: str) -> None:
    presentation = presented(name)
    step(presentation)
    for number in reversed(range(1, len(presentation.scenes) + 1)):
        presentation.go(number)
        assert state(presentation) == state(presented(name, number))
    with pytest.raises(IndexError):
        presentation.go(len(presentation.scenes) + 1)


def test_next_while_something_is_done_comes_to_its_end_at_once() -> None:
    presentation, other = presented("replication"), presented("replication")
    presentation.next()
    presentation.advance(0.3)
    assert presentation.busy
    assert 0 < len(presentation.typed) < len("SET cart:anna tea")
    presentation.next()
    step(other)
    assert not presentation.busy
    assert state(presentation) == state(other)


def test_back_while_something_is_done_takes_back_its_part() -> None:
    presentation = presented("replication")
    before = state(presentation)
    presentation.next()
    presentation.advance(1.9)
    assert presentation.said
    assert presentation.busy
    presentation.back()
    assert state(presentation) == before


# time


def test_a_line_is_typed_at_a_human_pace_that_follows_from_the_seed() -> None:
    def times(seed: int) -> list[float]:
        presentation = presented("replication", seed=seed)
        presentation.next()
        found, clock = [], 0.0
        while presentation.typed != "SET cart:anna tea":
            typed = presentation.typed
            presentation.advance(0.005)
            clock += 0.005
            if presentation.typed != typed:
                found.append(clock)
        return found

    one, other = times(1), times(2)
    assert one == times(1)
    assert one != other
    for found in (one, other):
        gaps = [later - sooner for sooner, later in pairwise(found)]
        assert 12 <= len(found) / found[-1] <= 40
        assert max(gaps) > 1.5 * min(gaps)


def test_the_lab_plays_at_the_pace_of_the_scene() -> None:
    presentation = presented("replication", 4)  # cut, then 5 s at twice the pace
    presentation.next()
    first = presentation.lab.now
    presentation.advance(1.0)
    assert 1_300_000 <= presentation.lab.now - first <= 2_000_000
    presentation.advance(2.0)
    assert presentation.lab.now - first == 5_000_000
    assert not presentation.busy


def test_a_late_reply_is_there_when_it_comes() -> None:
    presentation = presented("replication", 3)
    step(presentation)
    wait = presentation.said[-1]
    assert wait.line == "WAIT 1 1000"
    assert wait.answer == 1


# hands


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.6, 2.2])
def test_after_an_interruption_the_script_goes_on_where_it_was(seconds: float) -> None:
    presentation, other = presented("replication", 2), presented("replication", 2)
    for each in (presentation, other):
        step(each)
        each.next()
        each.advance(seconds)
    presentation.interrupt()
    assert presentation.moment.interrupted
    assert not presentation.advance(5.0)
    presentation.lab.act("crash", "replica1")
    presentation.lab.step(30)
    presentation.resume()
    assert not presentation.interrupted
    assert state(presentation) == state(other)
    assert presentation.busy == other.busy
    for each in (presentation, other):
        each.finish()
    assert state(presentation) == state(other)


def test_next_after_an_interruption_comes_back_and_goes_on() -> None:
    presentation, other = presented("replication", 4), presented("replication", 4)
    presentation.interrupt()
    presentation.lab.act("crash", "master")
    step(presentation)
    step(other)
    assert state(presentation) == state(other)


def test_back_after_an_interruption_takes_back_the_hands_only() -> None:
    presentation = presented("cache", 3)
    step(presentation)
    before = state(presentation)
    presentation.interrupt()
    presentation.lab.act("rate", "", 80)
    presentation.lab.step(10)
    presentation.back()
    assert state(presentation) == before


def test_time_taken_back_by_hand_leaves_no_trace() -> None:
    presentation = presented("persistence", 2)
    step(presentation)
    before = state(presentation)
    presentation.interrupt()
    presentation.lab.back_to(3_000_000)
    presentation.lab.act("power-cut")
    presentation.resume()
    assert state(presentation) == before


def test_timers_begin_anew_with_a_scene_and_the_talk_goes_on() -> None:
    now = [100.0]
    presentation = presented("replication", clock=lambda: now[0])
    now[0] = 130.0
    presentation.go(3)
    assert presentation.moment.started == 100.0
    assert presentation.moment.scene_started == 130.0
    now[0] = 140.0
    step(presentation)
    assert presentation.moment.scene_started == 130.0


# bad files

GOOD = """\
lab = "replication"

[[scene]]
id = "one"
experiment = "healthy"
figures = ["lost"]
before = [":run 1"]
at = ["pause note.1", "type SET k v", "run", "play 1", "pause note.2"]
"""
PROSE = """\
# A title
About.

## scene:one First
### note.1
One.
### note.2
Two.
### figure.1
lost
"""


def folder_with(tmp_path: Path, text: str, ru: str = PROSE, en: str = PROSE) -> Path:
    folder = tmp_path / "demos" / "mine"
    folder.mkdir(parents=True)
    (folder / "demo.toml").write_text(text, encoding="utf-8")
    (folder / "ru.md").write_text(ru, encoding="utf-8")
    (folder / "en.md").write_text(en, encoding="utf-8")
    return folder


def problems(folder: Path) -> list[str]:
    return [str(problem) for problem in read_script(folder)[1]]


def test_the_good_file_is_good(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, GOOD)
    assert problems(folder) == []
    assert demo_names(tmp_path) == ("mine",)
    assert demos_folder(tmp_path) == folder.parent
    assert load_script("mine", tmp_path).scenes[0].beats[1].cues[0].text == "SET k v"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('lab = "replication"', 'lab = "replicaton"', 1, "did you mean 'replication'?"),
        ('lab = "replication"', "", 3, "'lab' is missing"),
        ('experiment = "healthy"', 'experiment = "helthy"', 5, "did you mean 'healthy'?"),
        ('experiment = "healthy"', "replicas = 9", 5, "'replicas' must be 0 to 5"),
        ('experiment = "healthy"', "set = { write-rat = 4 }", 5, "did you mean 'write-rate'?"),
        ('experiment = "healthy"', 'choose = "replica3"', 5, "did you mean 'replica"),
        ('experiment = "healthy"', 'panel = "lags"', 5, "no panel 'lags' here"),
        ('experiment = "healthy"', "expermient = 1", 5, "did you mean 'experiment'?"),
        ('["lost"]', '["lots"]', 6, "did you mean 'lost'?"),
        ('[":run 1"]', '[":run 100"]', 7, "is written ':run 2.5'"),
        ('[":run 1"]', '[":cutt master-replica1"]', 7, "did you mean ':cut'?"),
        ('[":run 1"]', '[":cut master-replica9"]', 7, "is written: :cut master-replica1"),
        ('"type SET k v"', '"tpye SET k v"', 8, "did you mean 'type'?"),
        ('"type SET k v"', '"type SET k \'v"', 8, "unbalanced quotes"),
        ('"type SET k v"', '"type"', 8, "'type' needs a line"),
        ('"type SET k v"', '"type :run 2"', 8, "in a scene that is 'play 2'"),
        ('"type SET k v"', '"type :node replica1"', 8, "in a scene that is 'place NAME'"),
        ('"type SET k v", "run"', '"run"', 8, "'run' comes behind a 'type LINE'"),
        ('"run", "play 1", "pause note.2"', '"pause note.2"', 8, "ends with 'pause note.NAME'"),
        ('"play 1"', '"play 100"', 8, "up to 60 seconds"),
        ('"play 1"', '"play 1 x3"', 8, "paces: x0.25"),
        ('"play 1"', '"play fast"', 8, "is nothing that a scene can do"),
        ('"play 1"', '"knob SET k v"', 8, "write 'type SET k v' and 'run'"),
        ('"play 1"', '"place replica7"', 8, "no place 'replica7' here"),
        ('"play 1"', '"expect losst = 0"', 8, "did you mean 'lost'?"),
        ('"pause note.1", ', "", 8, "begins with 'pause note.NAME'"),
        (', "pause note.2"]', "]", 8, "ends with 'pause note.NAME'"),
        ("[[scene]]", "[[scen]]", 3, "unknown key 'scen'; did you mean 'scene'?"),
        ('id = "one"', 'id = "One!"', 4, "is no id"),
        ('id = "one"', 'id = "one', 4, "not valid TOML"),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD
    found = problems(folder_with(tmp_path, GOOD.replace(old, new)))
    assert any(f"demo.toml:{line}: " in each and said in each for each in found), found


@pytest.mark.parametrize(
    ("lang", "old", "new", "said"),
    [
        ("ru", "### note.2\nTwo.\n", "", "the anchor 'note.2' of the scene 'one' is missing"),
        ("en", "### figure.1\nlost\n", "", "the anchor 'figure.1' of the scene 'one' is missing"),
        ("en", "## scene:one First", "## scene:on First", "'## scene:one Title' is missing"),
        ("ru", "## scene:one First", "## scene:one", "has no title"),
        ("ru", "# A title\n", "", "the title '# …' is missing"),
        ("en", "### note.2", "### note.3", "nothing in demo.toml is called 'one/note.3'"),
        ("en", "One.", "", "the anchor 'note.1' of the scene 'one' is missing"),
    ],
)
def test_what_one_language_does_not_say_is_told(
    tmp_path: Path, lang: str, old: str, new: str, said: str
) -> None:
    text = PROSE.replace(old, new)
    folder = folder_with(tmp_path, GOOD, **{lang: text})
    found = problems(folder)
    assert any(f"{lang}.md" in each and said in each for each in found), found
    with pytest.raises(LessonError):
        load_script("mine", tmp_path)


def test_a_language_that_is_absent_is_told(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, GOOD)
    (folder / "ru.md").unlink()
    assert any("ru.md: S1: cannot be read" in each for each in problems(folder))


def test_a_scene_that_is_there_twice_is_told(tmp_path: Path) -> None:
    twice = GOOD + GOOD[GOOD.index("[[scene]]") :]
    assert any("the scene 'one' is there twice" in one for one in problems(
        folder_with(tmp_path, twice)
    ))  # fmt: skip


def test_a_lab_without_a_prompt_takes_no_commands(tmp_path: Path) -> None:
    text = GOOD.replace('"replication"', '"durability"').replace('experiment = "healthy"\n', "")
    found = problems(folder_with(tmp_path, text.replace('"lost"', '"memory.lost"')))
    assert any("this lab has no prompt" in each for each in found), found


def test_a_demand_that_is_not_met_is_told_with_its_line_and_seed(tmp_path: Path) -> None:
    text = GOOD.replace('"play 1"', '"play 1",\n"expect lost >= 5"')
    folder_with(tmp_path, text)
    (found,) = check_demos(tmp_path)
    assert found.line == 9
    assert "seed 7: expected lost >= 5, but it is 0" in found.message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"type LPUSH k", "run"', "gives an error: ERR wrong number"),
        ('"type GET k", "run WRONGTYPE"', "should give the error WRONGTYPE"),
        ('"type WAIT 2 0", "run"', "gets no reply in this scene"),
    ],
)
def test_a_reply_that_is_not_the_expected_one_is_told(tmp_path: Path, line: str, said: str) -> None:
    text = GOOD.replace('"type SET k v", "run", "play 1"', line)
    if "WAIT" in line:
        text = text.replace('":run 1"', '":run 1", ":cut master-replica1", "SET a b"')
    folder_with(tmp_path, text)
    (found,) = check_demos(tmp_path)
    assert said in found.message


def test_an_expected_error_is_right(tmp_path: Path) -> None:
    line = '"place replica1", "type SET k v", "run READONLY"'
    folder_with(tmp_path, GOOD.replace('"type SET k v", "run", "play 1"', line))
    assert check_demos(tmp_path) == []
