"""A small lesson in a lab without a fault; tests spoil it in one place each."""

from __future__ import annotations

from pathlib import Path

from tests.course import lessonkit

BAD = Path(__file__).parent / "bad_lab"
LETTERS = ("alpha", "beta", "gamma")

STEPS = """
[[step]]
id = "tie"
kind = "exercise"
introduces = ["REPLICAOF"]
setup = [":run 1"]
solution = [":on replica1 REPLICAOF NO ONE"]
accept = [
    [":promote replica1"],
    [":node replica1", "REPLICAOF NO ONE"],
    [":on replica1 SLAVEOF NO ONE", ":run 1"],
]
[step.lab]
replicas = 1
[[step.check]]
id = "role"
repl = { node = "replica1", role = "master" }
[[step.check]]
id = "clients"
lab = { master = "master" }
[[step.reject]]
run = [":on replica1 ROLE"]
fails = ["role"]
feedback = "looked"
[[step.reject]]
run = [":crash replica1", ":run 1"]
fails = ["role"]
feedback = "dead"
recover = [":restart replica1 nothing", ":on replica1 REPLICAOF NO ONE"]
[[step.reject]]
run = [":switch replica1"]
fails = ["role", "clients"]
feedback = "switched"
recover = [":switch master", ":on replica1 REPLICAOF NO ONE"]
[[step.feedback]]
id = "dead"
when = { repl = { node = "replica1", state = "down" } }
[[step.feedback]]
id = "switched"
when = { cmd = ":switch", check_failed = "clients" }
[[step.feedback]]
id = "looked"
when = { used = { cmd = "ROLE", node = "replica1" } }
[[step.feedback]]
id = "start"

[[step]]
id = "foresee"
kind = "predict"
setup = [":run 1"]
[step.lab]
replicas = 1
[step.predict]
run = ["SET k 1", ":run 1"]
ask = ":on replica1 GET k"
options = { one = "1", none = { nil = true } }
"""

RU = """
## step:tie Сам себе мастер
Реплика слушает мастера, пока её не отпустят.
### task
Сделайте `replica1` мастером, а клиентов оставьте на `master`.
### hint.1
Одна команда.
### hint.2
Ей не нужен больше никто.
### hint.3
`:on replica1 _________ NO ___`
### feedback.dead
Сервер не работает.
### feedback.switched
Клиенты ушли за новым мастером.
### feedback.looked
Это взгляд, а не перемена.
### feedback.start
Роли прежние.

## step:foresee Поток
Запись доходит не сразу.
### task
Что ответит `replica1` через секунду?
### answer.one
Верно, запись дошла.
### answer.none
За секунду запись дошла.
"""

EN = """
## step:tie Its own master
A replica listens to its master until it is let go.
### task
Make `replica1` a master, and leave the clients with `master`.
### hint.1
One command.
### hint.2
It needs nobody any more.
### hint.3
`:on replica1 _________ NO ___`
### feedback.dead
The server is down.
### feedback.switched
The clients went after another master.
### feedback.looked
That is a look, not a change.
### feedback.start
The roles are as before.

## step:foresee The stream
A write takes a while to arrive.
### task
What will `replica1` reply a second later?
### answer.one
Right, the write has arrived.
### answer.none
Within a second the write has arrived.
"""


def write_lesson(root: Path) -> Path:
    """The faultless course under ``root``; returns it."""
    lessonkit.write_lesson(root, LETTERS)
    for name, text in (("lesson.toml", STEPS), ("ru.md", RU), ("en.md", EN)):
        with (root / "tiny" / name).open("a", encoding="utf-8") as file:
            file.write(text)
    lessonkit.lock(root)
    return root
