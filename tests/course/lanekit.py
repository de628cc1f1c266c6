"""A small lesson in a lab of lanes without a fault; tests spoil it in one place each."""

from __future__ import annotations

from pathlib import Path

from tests.course import lessonkit

BAD = Path(__file__).parent / "bad_lanes"
LETTERS = ("alpha", "beta", "gamma")

STEPS = """
[[step]]
id = "warm"
kind = "exercise"
setup = [":run 1"]
solution = [":rate 80", ":on aside SET mine 1", ":run 2"]
accept = [
    [":rate 80", "SET mine 1", ":run 2"],
    [":node aside", "SET mine 1", ":rate 40", ":run 3"],
    [":on aside SET mine 1", ":rate 80", ":run 1", ":run 1"],
]
[step.lab]
lab = "cache"
experiment = "aside"
lane = "aside"
set = { rate = 5, keys = 1 }
[[step.check]]
id = "hits"
figure = { name = "aside.hits", since = true, ge = 30 }
[[step.check]]
id = "key"
expect = { node = "aside", db = 1, key = "mine", value = "1" }
[[step.reject]]
run = [":rate 80", ":run 2"]
fails = ["key"]
feedback = "no-key"
[[step.reject]]
run = [":rate 80", ":on without SET mine 1", ":run 2"]
fails = ["key"]
feedback = "elsewhere"
[[step.reject]]
run = [":rate 0", "SET mine 1", ":run 2"]
fails = ["hits"]
feedback = "quiet"
recover = [":rate 80", ":run 2"]
[[step.feedback]]
id = "quiet"
when = { figure = { name = "knob.rate", le = 0 } }
[[step.feedback]]
id = "elsewhere"
when = { used = { cmd = "SET", node = "without" }, check_failed = "key" }
[[step.feedback]]
id = "no-key"
when = { check_passed = "hits", check_failed = "key" }
[[step.feedback]]
id = "start"

[[step]]
id = "foresee"
kind = "predict"
setup = [":run 1"]
[step.lab]
lab = "cache"
experiment = "aside"
[step.predict]
run = [":on without SET mine 1", ":run 1"]
ask = ":on aside GET mine"
options = { one = "1", none = { nil = true } }

[[step]]
id = "show"
kind = "demo"
[step.lab]
lab = "cache"
experiment = "aside"
lane = "aside"
[[step.demo]]
at = ["type SET mine 1 EX 20", "run", "pause note.1", "type :rate 0", "run", "clock +30s",
      "type EXISTS mine", "run", "checkpoint expired"]
[[step.check]]
id = "expired"
expect = { node = "aside", db = 1, key = "mine", exists = false }
"""

RU = """
## step:warm Тёплый кэш
Запросы идут в обе дорожки.
### task
Пусть `aside` ответит из кэша 30 раз, и пусть там лежит `mine` со значением 1.
### hint.1
Запросов мало.
### hint.2
Ручка запросов и одна команда.
### hint.3
`:rate __`, `SET mine _`
### feedback.quiet
Запросов нет.
### feedback.elsewhere
Ключ лёг в другую дорожку.
### feedback.no-key
Ключа `mine` ещё нет.
### feedback.start
Пока тихо.

## step:foresee Два магазина
У каждой дорожки свой сервер.
### task
Что ответит `aside`?
### answer.one
Ключ лежит на другом сервере.
### answer.none
Верно, серверы разные.

## step:show Показ
Смотрите.
### note.1
Ключ проживёт двадцать секунд.
"""

EN = """
## step:warm A warm cache
Requests go to both lanes.
### task
Let `aside` answer 30 times from the cache, and let `mine` lie there with the value 1.
### hint.1
Requests are few.
### hint.2
The knob of requests, and one command.
### hint.3
`:rate __`, `SET mine _`
### feedback.quiet
There are no requests.
### feedback.elsewhere
The key went to the other lane.
### feedback.no-key
There is no key `mine` yet.
### feedback.start
It is quiet so far.

## step:foresee Two shops
Each lane has a server of its own.
### task
What will `aside` reply?
### answer.one
The key lies on the other server.
### answer.none
Right, these are two servers.

## step:show A show
Watch.
### note.1
The key will live for twenty seconds.
"""


def write_lesson(root: Path) -> Path:
    """The faultless course under ``root``; returns it."""
    lessonkit.write_lesson(root, LETTERS)
    for name, text in (("lesson.toml", STEPS), ("ru.md", RU), ("en.md", EN)):
        with (root / "tiny" / name).open("a", encoding="utf-8") as file:
            file.write(text)
    lessonkit.lock(root)
    return root
