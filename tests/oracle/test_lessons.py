"""Every sample of every lesson on the real server: a lesson teaches what Redis really does.

Lines of Django and Memcached are tested elsewhere, labs in tests/labs and `test_interop`. Figures:
``pytest -rP``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.oracle.conftest import running_redis
from tests.oracle.lessons import replay, samples_of
from tutor.course.loader import read_course
from tutor.course.model import Lesson, Step
from tutor.course.prose import Run
from tutor.engine.cmdline import split

COURSE, _PROBLEMS = read_course()
OTHER_SYSTEMS = ("lab", "django", "memcached")

STEPS = [
    (lesson, step)
    for lesson in COURSE.lessons
    for step in lesson.steps
    if not any(getattr(step, name, None) for name in OTHER_SYSTEMS)
]


@pytest.fixture(scope="session")
def another_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A second real server: what the two do not agree on is nobody's fault."""
    with running_redis(tmp_path_factory.mktemp("another")) as port:
        yield port


@pytest.mark.parametrize(
    ("lesson", "step"), STEPS, ids=[f"{lesson.id}/{step.id}" for lesson, step in STEPS]
)
def test_a_step_does_on_the_real_server_what_it_does_here(
    lesson: Lesson, step: Step, redis_port: int, another_port: int
) -> None:
    ways = dict(samples_of(step))
    for language, document in lesson.prose.items():
        for anchor, section in document.sections.items():
            runs = [block for block in section.blocks if isinstance(block, Run)]
            lines = [line for run in runs for line in run.lines]
            if lines and anchor.partition("/")[0] == step.id:
                typed = [tuple(split(line)) for line in lines]
                ways[f"example {language} {anchor}"] = [*(one.argv for one in step.setup), *typed]
    found: list[str] = []
    cuts: Counter[str] = Counter()
    compared = 0
    for name, lines_of_way in ways.items():
        replayed = replay(lines_of_way, (redis_port, another_port))
        found += [f"{name}: {difference}" for difference in replayed.differences]
        compared += replayed.compared
        cuts[replayed.cut] += bool(replayed.cut)
    said = ", ".join(f"{number} cut at {cut!r}" for cut, number in cuts.items() if number)
    print(f"{lesson.id}/{step.id}: {len(ways)} samples, {compared} replies; {said or 'none cut'}")
    assert not found, "\n".join(found)


def test_samples_that_a_real_server_cannot_follow_are_few() -> None:
    """Most of the course is compared: a ``:run`` is the exception, not a way around the oracle."""
    whole = cut = 0
    for _lesson, step in STEPS:
        for _name, lines in samples_of(step):
            whole += 1
            cut += any(argv[0].lower() == b":run" for argv in lines)
    print(f"{whole} samples, {cut} of them as far as their first ':run'")
    assert whole > 400
    assert cut < whole / 2
