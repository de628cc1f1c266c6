"""A small lesson without a fault, written to a folder; tests spoil it in one place each."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tutor.course import sync
from tutor.course.loader import IDS_FILE, read_course

BAD = Path(__file__).parent / "bad"
LETTERS = ("alpha", "beta", "gamma", "delta")

COURSE = """\
format = 1
lessons = ["tiny"]
[words]
"ключ" = "key"
"""

TOP = """\
format = 1
id = "tiny"
seed = 3
minutes = 5
concepts = ["string"]

[[step]]
id = "intro"
kind = "read"
introduces = ["SET"]
setup = ["SET greeting hello"]

[[step]]
id = "guess"
kind = "predict"
introduces = ["GET"]
[step.predict]
run = ["SET guess 1"]
ask = "GET guess"
options = { one = "1", two = "2", none = { nil = true } }

[[step]]
id = "which"
kind = "quiz"
[step.quiz]
options = ["reads", "writes"]
correct = "writes"
"""

EXERCISE = """
[[step]]
id = "{name}"
kind = "exercise"
introduces = ["SET"]
view = {{ focus = "{name}:key" }}
setup = ["SET other x"]
solution = ["SET {name}:key 42"]
goal = ["SET {name}:key 42"]
accept = [
    ["MSET {name}:key 42"],
    ["INCRBY {name}:key 42"],
    ["APPEND {name}:key 4", "APPEND {name}:key 2"],
]
[[step.check]]
id = "value"
expect = {{ key = "{name}:key", value = "42" }}
[[step.check]]
id = "kept"
expect = {{ key = "other", equals_setup = true }}
[[step.reject]]
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
recover = ["SET other x"]
[[step.feedback]]
id = "spoiled"
when = {{ check_failed = "kept" }}
[[step.feedback]]
id = "list"
when = {{ cmd = ["LPUSH", "RPUSH"], diff = {{ exists = "created" }} }}
[[step.feedback]]
id = "swapped"
when = {{ state = {{ key = "{name}:key", value = "24" }} }}
[[step.feedback]]
id = "start"
"""

RU_TOP = """\
# Проба
Урок для испытаний.

## step:intro Начало
Строка лежит под ключом. Прочитать её можно командой `GET ключ`, вот так:

```redis run
GET greeting
```

> [!today]
> Ответ в примере вычислен, а не набран.

## step:guess Догадка
Сначала предположите, потом команды выполнятся.
### task
Что ответит `GET guess`?
### answer.one
Верно, это строка из одной цифры.
### answer.two
Двойку никто не записывал.
### answer.none
Ключ только что создан.

## step:which Вопрос
Две команды, одна из них меняет данные.
### task
Что делает `SET`?
### option.reads
Читает значение.
### option.writes
Записывает значение.
### answer.reads
Читает другая команда, `GET`.
### answer.writes
Верно, прежнее значение заменяется.
"""

EN_TOP = """\
# A trial
A lesson for tests.

## step:intro The beginning
A string lies under a key. It can be read with the command `GET key`, like this:

```redis run
GET greeting
```

> [!today]
> The reply in the example was computed, not typed.

## step:guess A guess
Guess first, then the commands are run.
### task
What will `GET guess` reply?
### answer.one
Right, it is a string of one digit.
### answer.two
Nobody has stored a two.
### answer.none
The key was created a moment ago.

## step:which A question
Two commands, one of them changes data.
### task
What does `SET` do?
### option.reads
It reads a value.
### option.writes
It writes a value.
### answer.reads
Another command reads, `GET`.
### answer.writes
Right, the value before is replaced.
"""

RU_EXERCISE = """
## step:{name} Запись
Запишите значение под ключом.
### task
Положите `42` в `{name}:key`; ключ `other` оставьте как есть.
### hint.1
Нужна запись.
### hint.2
Команда из трёх букв.
### hint.3
`___ {name}:key 42`
### feedback.spoiled
Ключ `other` изменился.
### feedback.list
Получился список, а нужна строка.
### feedback.swapped
Сейчас в ключе `{{state.value}}`: цифры стоят наоборот.
### feedback.start
Ключа пока нет.
### recap
Готово.
"""

EN_EXERCISE = """
## step:{name} Writing
Store a value under a key.
### task
Put `42` into `{name}:key`; leave the key `other` as it is.
### hint.1
Something has to be written.
### hint.2
A command of three letters.
### hint.3
`___ {name}:key 42`
### feedback.spoiled
The key `other` has changed.
### feedback.list
That made a list, and a string is wanted.
### feedback.swapped
The key now holds `{{state.value}}`: the digits are the other way round.
### feedback.start
There is no key yet.
### recap
Done.
"""


def write_lesson(root: Path, letters: Sequence[str] = LETTERS) -> Path:
    """The faultless course under ``root``, with an exercise for each letter; returns it."""
    folder = root / "tiny"
    folder.mkdir(parents=True)
    (root / "course.toml").write_text(COURSE, encoding="utf-8")
    files = {
        "lesson.toml": (TOP, EXERCISE),
        "ru.md": (RU_TOP, RU_EXERCISE),
        "en.md": (EN_TOP, EN_EXERCISE),
    }
    for name, (top, each) in files.items():
        text = top + "".join(each.format(name=letter) for letter in letters)
        (folder / name).write_text(text, encoding="utf-8")
    lock(root)
    return root


def lock(root: Path) -> None:
    """What ``redis-tutor lessons synced`` writes."""
    course, _problems = read_course(root)
    for lesson in course.lessons:
        structures = {step.id: step.structure for step in lesson.steps}
        sync.write_lock(root / lesson.id, lesson.prose, structures)
        ids = [lesson.id, *(f"{lesson.id}/{step.id}" for step in lesson.steps)]
        sync.write_ids(root / IDS_FILE, ids)


def edit(path: Path, find: str, replace: str) -> None:
    """Replace the first occurrence, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert find in text, f"{path.name} has no {find!r}"
    path.write_text(text.replace(find, replace, 1), encoding="utf-8")


def spoil(root: Path, fixture: Path) -> dict[str, Any]:
    """Apply a file of ``bad/`` to a faultless lesson; returns the file's data.

    ``rule`` is the rule that must complain, ``says`` a part of what it says, ``also`` rules that
    complain of what follows from the fault.
    """
    data = tomllib.loads(fixture.read_text(encoding="utf-8"))
    for change in data["edit"]:
        edit(root / change["file"], change["find"], change["replace"])
    if data.get("locked", True):
        lock(root)
    return data
