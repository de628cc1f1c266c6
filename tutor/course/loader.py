"""Reads `lessons/`: the course's order, each lesson's data and prose, joined into a `Course`.

Whatever is wrong is collected with file and line; `load_course` raises `LessonError` if a lesson
cannot be played, `read_course` hands lint everything it found.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tutor.course import sync
from tutor.course.besidestep import examples_beside, read_django_setup, read_memcached_setup
from tutor.course.demo import read_demo
from tutor.course.labstep import (
    complain_about_lab,
    complain_about_lines,
    examples_in_labs,
    read_lab_setup,
)
from tutor.course.model import (
    HINT_NAMES,
    KINDS,
    LANGUAGES,
    Accept,
    Course,
    Exam,
    Hints,
    Kind,
    Lesson,
    Line,
    Predict,
    Quiz,
    Reject,
    Step,
    View,
)
from tutor.course.predicates.base import Check
from tutor.course.predicates.reading import read_check
from tutor.course.predicates.replies import read_reply
from tutor.course.problems import LessonError, Problem, did_you_mean, shown_path
from tutor.course.prose import Document, read_document
from tutor.course.rules import read_rule
from tutor.course.schema import Source, Table, command_words
from tutor.resources import lessons_folder

FORMAT = 1
COURSE_FILE = "course.toml"
IDS_FILE = "ids.lock"
PANELS = ("structure", "bytes")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Of a lesson, which is a folder's name, and of a pack: never a path."""

LONGEST_EXAM_MINUTES = 180
_SPOKEN_OF = (
    "kind", "lab", "exam", "django", "memcached", "setup", "check", "solution", "predict", "quiz",
    "demo",
)  # fmt: skip


def load_course(folder: Path | None = None) -> Course:
    """The course as played. Raises `LessonError` with every problem found."""
    course, problems = read_course(folder)
    errors = [problem for problem in problems if problem.rule in ("S1", "S7")]
    if errors:
        raise LessonError(errors)
    return course


def read_course(folder: Path | None = None) -> tuple[Course, list[Problem]]:
    """Everything that could be read, and everything that is wrong with it."""
    try:
        root = folder or lessons_folder()
    except FileNotFoundError as error:
        return Course(()), [Problem(str(error), 0, "S1", "the lessons are missing")]
    try:
        source = Source.read(root / COURSE_FILE)
    except LessonError as error:
        return Course(()), list(error.problems)
    top = source.top
    if not _known_format(top):
        return Course(()), source.problems
    course_id = top.get("id", str, "")
    if "id" in top and not _ID.fullmatch(course_id):
        top.complain(f"{course_id!r} is no id: small Latin letters, digits and hyphens", "id")
        course_id = ""
    ids = top.strings("lessons")
    aliases_table = top.table("aliases")
    aliases: dict[str, str] = {}
    if aliases_table is not None:
        aliases = {old: aliases_table.get(old, str, "") for old in aliases_table.data}
    words_table = top.table("words")
    words: dict[str, str] = {}
    if words_table is not None:
        words = {ru: words_table.get(ru, str, "") for ru in words_table.data}
    concepts = _concept_names(top)
    longest_first = tuple(sorted(words.items(), key=lambda pair: -len(pair[0])))
    top.close()
    problems: list[Problem] = []
    lessons: list[Lesson] = []
    for index, id_ in enumerate(ids):
        if not _ID.fullmatch(id_):
            message = f"{id_!r} is no id: small Latin letters, digits and hyphens"
            source.complain(("lessons", index), message)
            continue
        if id_ in ids[:index]:
            source.complain(("lessons", index), f"the lesson {id_!r} is named twice", "S2")
            continue
        if not (root / id_ / "lesson.toml").is_file():
            source.complain(("lessons", index), f"there is no {id_}/lesson.toml")
            continue
        if (root / id_).resolve().parent != root.resolve():
            source.complain(("lessons", index), f"{id_!r} leads out of this folder")
            continue
        lesson, found = read_lesson(root / id_, longest_first)
        problems.extend(found)
        if lesson is not None:
            lessons.append(lesson)
    return Course(tuple(lessons), aliases, course_id, concepts), [*source.problems, *problems]


def _concept_names(top: Table) -> dict[str, dict[str, str]]:
    """``[concepts]``: how concepts are called in both languages."""
    table = top.table("concepts")
    names: dict[str, dict[str, str]] = {}
    for concept in () if table is None else table.data:
        assert table is not None
        inner = table.table(concept)
        if inner is not None:
            names[concept] = {code: inner.require(code, str, "") for code in LANGUAGES}
            inner.close()
    return names


def read_lesson(
    folder: Path, words: tuple[tuple[str, str], ...] = ()
) -> tuple[Lesson | None, list[Problem]]:
    """One lesson's folder; None if its `lesson.toml` cannot be read at all."""
    try:
        source = Source.read(folder / "lesson.toml")
    except LessonError as error:
        return None, list(error.problems)
    top = source.top
    if not _known_format(top):
        return None, source.problems
    id_ = top.require("id", str, folder.name)
    if id_ != folder.name:
        top.complain(f"the lesson's id is {id_!r} but its folder is {folder.name!r}", "id", "S2")
    seed = top.get("seed", int, 7)
    minutes = top.get("minutes", int, 0)
    requires, concepts = top.strings("requires"), top.strings("concepts")
    steps = tuple(_step(table, concepts) for table in top.tables("step"))
    top.close()
    if not steps:
        top.complain("a lesson needs at least one [[step]]")
    for index, step in enumerate(steps):
        if any(step.id == other.id for other in steps[:index]):
            message = f"the step id {step.id!r} is already taken"
            source.complain(("step", index, "id"), message, "S2")
    problems = source.problems
    prose: dict[str, Document] = {}
    for language in LANGUAGES:
        document, found = read_document(folder / f"{language}.md")
        prose[language] = document
        problems.extend(found)
    problems.extend(examples_in_labs(steps, prose))
    problems.extend(examples_beside(steps, prose))
    structures = {step.id: step.structure for step in steps}
    stale, found = sync.stale_anchors(folder, prose, structures)
    problems.extend(found)
    lesson = Lesson(
        id=folder.name,
        folder=shown_path(folder),
        seed=seed,
        minutes=minutes,
        requires=requires,
        concepts=concepts,
        steps=steps,
        prose=prose,
        stale=stale,
        words=words,
    )
    return (lesson if steps else None), problems


def _known_format(top: Table) -> bool:
    version = top.require("format", int, 0)
    if version > FORMAT:
        top.complain(
            f"format {version} is newer than this redis-tutor knows ({FORMAT}); "
            "upgrade with: pip install -U redis-tutor",
            "format",
            "S7",
        )
        return False
    if version < 1:
        if "format" in top:
            top.complain(f"'format' must be {FORMAT}", "format")
        return False
    return True


def _step(table: Table, concepts: tuple[str, ...]) -> Step:
    id_ = table.require("id", str, "")
    kind: Kind = table.choice("kind", KINDS, "read")  # type: ignore[assignment]
    if "kind" not in table:
        table.complain("the key 'kind' is missing")
    checks = tuple(_checks(table))
    names = [check.id for check in checks]
    rules = tuple(read_rule(inner, names) for inner in table.tables("feedback"))
    step = Step(
        id=id_,
        kind=kind,
        line=table.line,
        setup=_lines(table, "setup"),
        view=_view(table),
        goal=_lines(table, "goal"),
        solution=_lines(table, "solution"),
        checks=checks,
        accept=tuple(_accept(table)),
        reject=tuple(_reject(table, names, [rule.id for rule in rules])),
        feedback=rules,
        hints=_hints(table, kind, names),
        predict=_predict(table),
        quiz=_quiz(table),
        demo=read_demo(table),
        introduces=tuple(name.lower() for name in table.strings("introduces")),
        lab=read_lab_setup(table),
        concepts=_concepts(table, concepts),
        exam=_exam(table, kind),
        django=read_django_setup(table),
        memcached=read_memcached_setup(table),
        structure=_fingerprint(table.data),
    )
    table.close()
    _complain_about_shape(table, step)
    complain_about_lab(table, step)
    complain_about_lines(table, step)
    return step


def _complain_about_shape(table: Table, step: Step) -> None:
    """What belongs to a kind of step and what does not."""
    wants = {"exercise": ("solution", "check"), "predict": ("predict",), "quiz": ("quiz",),
             "demo": ("demo",)}  # fmt: skip
    for key in wants.get(step.kind, ()):
        if key not in table:
            table.complain(f"a step of kind {step.kind!r} needs {key!r}")
    owners = {"solution": ("exercise",), "check": ("exercise", "demo"), "accept": ("exercise",),
              "reject": ("exercise",), "feedback": ("exercise",), "hints": ("exercise",),
              "predict": ("predict",), "quiz": ("quiz",), "demo": ("demo",)}  # fmt: skip
    for key, kinds in owners.items():
        if key in table and step.kind not in kinds:
            where = " or ".join(repr(kind) for kind in kinds)
            table.complain(f"{key!r} belongs to steps of kind {where} only", key)
    for ids in ([(c.id, c.line) for c in step.checks], [(r.id, r.line) for r in step.feedback]):
        for index, (id_, line) in enumerate(ids):
            if any(id_ == other for other, _line in ids[:index]):
                message = f"the id {id_!r} is already taken in this step"
                table.source.problems.append(Problem(table.source.file, line, "S2", message))
    for rule in step.feedback[:-1]:
        if rule.catch_all:
            message = f"the rule {rule.id!r} has no condition, so nothing after it is ever said"
            table.source.problems.append(Problem(table.source.file, rule.line, "S1", message))
    if step.kind == "exercise" and not (step.feedback and step.feedback[-1].catch_all):
        table.complain("the last [[step.feedback]] must be a catch-all (an id and no 'when')")


def _lines(table: Table, key: str) -> tuple[Line, ...]:
    return read_lines(table, key, table.strings(key))


def read_lines(table: Table, key: str, texts: Iterable[str]) -> tuple[Line, ...]:
    """Command lines under a key of a table."""
    lines = []
    for index, text in enumerate(texts):
        argv = command_words(table.source, (*table.place, key, index), text)
        if argv:
            lines.append(Line(text, argv))
    return tuple(lines)


def _checks(table: Table) -> Iterable[Check]:
    for inner in table.tables("check"):
        check = read_check(inner)
        inner.close()
        yield check


def _view(table: Table) -> View:
    inner = table.table("view")
    if inner is None:
        return View()
    focus = inner.get("focus", str, "")
    panel = inner.choice("panel", PANELS, "structure")
    inner.close()
    return View(focus.encode() or None, panel)


def _accept(table: Table) -> Iterable[Accept]:
    for index, value in enumerate(table.get("accept", list, [])):
        place = (*table.place, "accept", index)
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            table.source.complain(place, "each accepted route is a list of command lines")
            continue
        argvs = [(text, command_words(table.source, place, text)) for text in texts]
        lines = tuple(Line(text, argv) for text, argv in argvs if argv)
        yield Accept(lines, table.source.line(place))


def _reject(table: Table, checks: list[str], rules: list[str]) -> Iterable[Reject]:
    for inner in table.tables("reject"):
        fails = inner.strings("fails")
        for name in fails:
            if name not in checks:
                inner.complain(f"no check {name!r} here{did_you_mean(name, checks)}", "fails")
        feedback = inner.require("feedback", str, "")
        if feedback and feedback not in rules:
            message = f"no [[step.feedback]] {feedback!r} here{did_you_mean(feedback, rules)}"
            inner.complain(message, "feedback")
        run = read_lines(inner, "run", inner.strings("run"))
        if not run:
            inner.complain("'run' needs at least one command")
        recover = read_lines(inner, "recover", inner.strings("recover"))
        generic = inner.get("generic", bool, False)
        yield Reject(run, fails, feedback, inner.line, recover, generic)
        inner.close()


def _hints(table: Table, kind: Kind, checks: list[str]) -> Hints | None:
    inner = table.table("hints")
    if inner is None:
        return Hints() if kind == "exercise" else None
    skip: dict[int, str] = {}
    skip_table = inner.table("skip_if")
    if skip_table is not None:
        for rung in skip_table.data:
            check = skip_table.get(rung, str, "")
            if not rung.isdigit() or not 1 <= int(rung) < len(HINT_NAMES):
                skip_table.complain(f"there is no rung {rung!r} to skip; they are 1 to 3", rung)
            elif check not in checks:
                skip_table.complain(f"no check {check!r} here{did_you_mean(check, checks)}", rung)
            else:
                skip[int(rung)] = check
    inner.close()
    return Hints(len(HINT_NAMES), skip)


def _concepts(table: Table, of_lesson: tuple[str, ...]) -> tuple[str, ...]:
    own = table.strings("concepts")
    for name in own:
        if name not in of_lesson:
            hint = did_you_mean(name, of_lesson)
            table.complain(f"the lesson has no concept {name!r}{hint}", "concepts")
    return own or of_lesson


def _exam(table: Table, kind: Kind) -> Exam | None:
    inner = table.table("exam")
    if inner is None:
        return None
    if kind != "exercise":
        table.complain("'exam' belongs to steps of kind 'exercise' only", "exam")
    minutes = inner.require("minutes", int, 1)
    if not 1 <= minutes <= LONGEST_EXAM_MINUTES:
        inner.complain(f"'minutes' must be 1 to {LONGEST_EXAM_MINUTES}", "minutes")
    inner.close()
    return Exam(minutes)


def _predict(table: Table) -> Predict | None:
    inner = table.table("predict")
    if inner is None:
        return None
    run = read_lines(inner, "run", inner.strings("run"))
    ask = inner.require("ask", str, "")
    argv = command_words(table.source, (*inner.place, "ask"), ask) if ask else ()
    options = {}
    offered = inner.table("options")
    if offered is not None:
        for id_ in offered.data:
            spec = read_reply(offered, id_)
            if spec is not None:
                options[id_] = spec
    if len(options) < 2:
        inner.complain("a question needs at least two options")
    inner.close()
    return Predict(run, Line(ask, argv or (b"",)), options, inner.line)


def _quiz(table: Table) -> Quiz | None:
    inner = table.table("quiz")
    if inner is None:
        return None
    options = inner.strings("options")
    correct = inner.require("correct", str, "")
    if len(options) < 2:
        inner.complain("a question needs at least two options")
    elif correct not in options:
        inner.complain(f"no option {correct!r}{did_you_mean(correct, options)}", "correct")
    inner.close()
    return Quiz(options, correct, inner.line)


def _fingerprint(data: Mapping[str, Any]) -> str:
    """A hash of what the texts speak of; samples, rules and layout may change without them."""
    spoken = {key: data[key] for key in _SPOKEN_OF if key in data}
    text = json.dumps(spoken, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
