"""Every sample of every lesson on the real server: a lesson teaches what Redis really does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.oracle.compare import compare_state, directives, engine_like_the_oracle, run_both
from tests.oracle.raw import RawConnection
from tutor.course.loader import read_course
from tutor.course.model import Lesson, Line, Step
from tutor.course.prose import Run
from tutor.engine.cmdline import split

COURSE, _PROBLEMS = read_course()


def samples(step: Step) -> Iterator[tuple[str, list[tuple[bytes, ...]]]]:
    """Setup and one way through the step, for each way that the lesson speaks of."""

    def words(lines: tuple[Line, ...]) -> list[tuple[bytes, ...]]:
        return [line.argv for line in (*step.setup, *lines)]

    yield "solution", words(step.solution)
    for number, accept in enumerate(step.accept, 1):
        yield f"accept {number}", words(accept.run)
    for number, reject in enumerate(step.reject, 1):
        yield f"reject {number}", words((*reject.run, *(reject.recover or step.solution)))
    if step.predict is not None:
        yield "question", words((*step.predict.run, step.predict.ask))


def about_the_server(argv: tuple[bytes, ...]) -> bool:
    """Whether the reply tells of the server process itself: its port, its clients, its uptime."""
    name, *words = (word.lower() for word in argv)
    if name == b"config":
        return any(word in (b"*", b"port") for word in words)
    return name in (b"info", b"hello") or (name == b"client" and words[:1] != [b"setname"])


STEPS = [
    (lesson, step)
    for lesson in COURSE.lessons
    for step in lesson.steps
    if step.lab is None  # a lab has several servers and a time of its own: tests/labs, test_interop
]


@pytest.mark.parametrize(
    ("lesson", "step"), STEPS, ids=[f"{lesson.id}/{step.id}" for lesson, step in STEPS]
)
def test_a_step_does_on_the_real_server_what_it_does_here(
    lesson: Lesson, step: Step, redis_port: int
) -> None:
    ways = dict(samples(step))
    for language, document in lesson.prose.items():
        for anchor, section in document.sections.items():
            runs = [block for block in section.blocks if isinstance(block, Run)]
            lines = [line for run in runs for line in run.lines]
            if lines and anchor.partition("/")[0] == step.id:
                typed = [tuple(split(line)) for line in lines]
                ways[f"example {language} {anchor}"] = [*(one.argv for one in step.setup), *typed]
    found: list[str] = []
    for name, commands in ways.items():
        with RawConnection(redis_port) as raw:
            before = directives(raw)
            raw.call(b"FLUSHALL")
            engine = engine_like_the_oracle()
            session = engine.connect()
            for argv in commands:
                if about_the_server(argv):
                    raw.call(*argv)
                    engine.execute(session, argv)
                    continue
                ours, theirs = run_both(session, raw, argv)
                if ours != theirs:
                    found.append(f"{name}: {argv} → ours {ours!r}, theirs {theirs!r}")
            found += [f"{name}: {line}" for line in compare_state(engine, raw)]
            for directive, value in directives(raw).items():
                if before[directive] != value:
                    raw.call(b"CONFIG", b"SET", directive, before[directive])
    assert not found, "\n".join(found)
