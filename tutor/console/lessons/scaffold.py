"""`lessons new`: a lesson's folder to be filled. What stands in it is read, and lint says what is
still to be written: a text that begins with ``TODO`` is such a place."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.course.loader import COURSE_FILE, read_course

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LIST = re.compile(r"^lessons\s*=\s*\[(.*?)\]", re.M | re.S)

EXERCISES = ("first", "second", "third", "fourth")


class ScaffoldError(Exception):
    """Why there is no new lesson."""


def write_scaffold(root: Path, id_: str) -> list[Path]:
    """Write the files of a new lesson and add its name to `course.toml`; what was written. A folder
    without a `course.toml` gets one. Raises `ScaffoldError`; nothing that is there is changed."""
    if not _ID.fullmatch(id_):
        raise ScaffoldError(f"{id_!r} is no id: small Latin letters, digits and hyphens")
    folder = root / id_
    if folder.exists():
        raise ScaffoldError(f"{folder} is there already")
    course = root / COURSE_FILE
    if not course.exists():
        root.mkdir(parents=True, exist_ok=True)
        course.write_text(_course_text(root.resolve().name), encoding="utf-8")
    listed = _with_lesson(course, id_)
    folder.mkdir()
    files = {
        folder / "lesson.toml": _TOP.format(id=id_) + "".join(
            _EXERCISE.format(name=name) for name in EXERCISES
        ),
        folder / "ru.md": _RU_TOP + "".join(_RU_EXERCISE.format(name=name) for name in EXERCISES),
        folder / "en.md": _EN_TOP + "".join(_EN_EXERCISE.format(name=name) for name in EXERCISES),
    }  # fmt: skip
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    course.write_text(listed, encoding="utf-8")
    return [*files, course]


def _with_lesson(course: Path, id_: str) -> str:
    text = course.read_text(encoding="utf-8")
    found = _LIST.search(text)
    if found is None:
        raise ScaffoldError(f"{course}: there is no list 'lessons = […]' to add to")
    known, problems = read_course(course.parent)
    if not known.lessons and any(problem.file.endswith(COURSE_FILE) for problem in problems):
        raise ScaffoldError(str(problems[0]))
    inside = found[1].rstrip()
    many = "\n" in found[1]
    comma = "" if not inside or inside.endswith(",") else ","
    added = f'{inside}{comma}\n    "{id_}",\n' if many else f'{inside}{comma} "{id_}"'.lstrip(" ,")
    return text[: found.start(1)] + added + text[found.end(1) :]


def _course_text(name: str) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "pack"
    return (
        "format = 1\n"
        f'id = "{plain}"                # progress in these lessons is kept by this name\n'
        "lessons = []\n"
    )


_TOP = """\
# docs/lessons.md says what may stand here. Prove it with: redis-tutor lessons lint --draft {id}
format = 1
id = "{id}"                    # the folder's name; never changes once released
seed = 7                       # all chance comes from it
minutes = 15
requires = []                  # lessons whose commands are taken as known
concepts = ["TODO"]            # what is learnt, for review: "hash", "encoding.listpack"

# ------------------------------------------------------------------- a page to read
[[step]]
id = "intro"
kind = "read"
introduces = ["SET", "GET"]    # commands taught from here on
setup = ["SET greeting hello"] # run on an empty engine before the learner comes
view = {{ focus = "greeting" }}  # what the X-ray shows

# ------------------------------------------------------------------- a prediction
[[step]]
id = "guess"
kind = "predict"
[step.predict]
run = ["SET guess 1"]          # run first
ask = "GET guess"              # what will it reply? The engine knows which option is right
options = {{ one = "1", two = "2", none = {{ nil = true }} }}
"""

_EXERCISE = """
# ------------------------------------------------------------------- an exercise
[[step]]
id = "{name}"
kind = "exercise"
setup = ["SET other x"]
view = {{ focus = "{name}:key" }}
solution = ["SET {name}:key 42"]
accept = [                     # at least 3 other right ways, each a list of lines
    ["MSET {name}:key 42"],
    ["INCRBY {name}:key 42"],
    ["APPEND {name}:key 4", "APPEND {name}:key 2"],
]
[[step.check]]                 # what is demanded of the state, not of what was typed
id = "value"
expect = {{ key = "{name}:key", value = "42" }}
[[step.check]]
id = "kept"
expect = {{ key = "other", equals_setup = true }}
[[step.reject]]                # at least 3 mistakes: what each fails, and what is said of it
run = ["SET {name}:key 24"]
fails = ["value"]
feedback = "swapped"
[[step.reject]]
run = ["LPUSH {name}:key 42"]
fails = ["value"]
feedback = "list"
[[step.reject]]
run = ["SET {name}:key 42", "SET other 42"]
fails = ["kept"]
feedback = "spoiled"
recover = ["SET other x"]      # how to get from there to green, where the solution does not
[[step.feedback]]              # the first that fits is said; the last has no `when`
id = "spoiled"
when = {{ check_failed = "kept" }}
[[step.feedback]]
id = "list"
when = {{ state = {{ key = "{name}:key", type = "list" }} }}
[[step.feedback]]
id = "swapped"
when = {{ state = {{ key = "{name}:key", value = "24" }} }}
[[step.feedback]]
id = "start"
"""

_RU_TOP = """\
# TODO: название урока
TODO: о чём он, одной фразой.

## step:intro TODO: с чего начинается
TODO: рассказ. Ответы команд здесь не пишут, их вычисляет Redis:

```redis run
GET greeting
```

> [!notes]
> TODO: что говорит конспект.

> [!today]
> TODO: как это сегодня.

## step:guess TODO: предсказание
TODO: перед вопросом.
### task
TODO: что ответит `GET guess`?
### answer.one
TODO: почему верно.
### answer.two
TODO: почему не двойка.
### answer.none
TODO: почему ключ есть.
"""

_EN_TOP = """\
# TODO: the lesson's name
TODO: what it is about, in one sentence.

## step:intro TODO: how it begins
TODO: tell it. Replies are not typed here, Redis computes them:

```redis run
GET greeting
```

> [!notes]
> TODO: what the notes say.

> [!today]
> TODO: what holds now.

## step:guess TODO: a prediction
TODO: before the question.
### task
TODO: what will `GET guess` reply?
### answer.one
TODO: why it is right.
### answer.two
TODO: why it is no two.
### answer.none
TODO: why there is a key.
"""

_RU_EXERCISE = """
## step:{name} TODO: задание {name}
TODO: что нужно знать.
### task
TODO: положите `42` в `{name}:key`, а ключ `other` не трогайте.
### hint.1
TODO: идея.
### hint.2
TODO: какие команды.
### hint.3
`___ {name}:key 42`
### feedback.spoiled
TODO: ключ `other` изменился.
### feedback.list
TODO: получился список, а нужна строка.
### feedback.swapped
TODO: сейчас в ключе `{{state.value}}`.
### feedback.start
TODO: ключа пока нет.
### recap
TODO: что произошло.
"""

_EN_EXERCISE = """
## step:{name} TODO: exercise {name}
TODO: what has to be known.
### task
TODO: put `42` into `{name}:key` and leave the key `other` alone.
### hint.1
TODO: the idea.
### hint.2
TODO: which commands.
### hint.3
`___ {name}:key 42`
### feedback.spoiled
TODO: the key `other` has changed.
### feedback.list
TODO: that made a list, and a string is wanted.
### feedback.swapped
TODO: the key now holds `{{state.value}}`.
### feedback.start
TODO: there is no key yet.
### recap
TODO: what happened.
"""
