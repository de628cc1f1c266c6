"""A presenter's moment in the language of who follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutor.course.following import in_language
from tutor.course.presenting import Presentation
from tutor.course.scenereading import demo_names, load_script


@pytest.mark.parametrize("name", demo_names())
def test_every_moment_of_a_scene_is_known_in_the_other_language(name: str) -> None:
    script = load_script(name)
    russian, english = (Presentation(script, lang, clock=lambda: 5.0) for lang in ("ru", "en"))
    while russian.scene_number == 1:
        assert in_language(russian.moment, "en") == english.moment
        assert in_language(english.moment, "ru") == russian.moment
        for each in (russian, english):
            each.next()
            each.finish()


def test_the_last_moment_has_nothing_after_it() -> None:
    script = load_script("replication")
    last = Presentation(script, "ru", scene=len(script.scenes))
    last.come_to_end()
    found = in_language(last.moment, "en")
    assert found is not None
    assert (found.next_line, found.next_scene) == ("", "")


def test_what_is_not_in_the_files_here_stays_as_it_was_said() -> None:
    moment = Presentation(load_script("replication"), "ru").moment
    assert in_language(moment, "en") is not None
    for other in (
        replace(moment, demo="../replication"), replace(moment, demo="other"),
        replace(moment, scene=0), replace(moment, scene=99), replace(moment, scenes=1),
        replace(moment, beat=0), replace(moment, beat=99), replace(moment, beats=1),
    ):  # fmt: skip
        assert in_language(other, "en") is None
    assert in_language(moment, "de") is None
