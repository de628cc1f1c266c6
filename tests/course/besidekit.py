"""A small lesson with Django and Memcached beside Redis, without a fault; tests spoil it in one
place each."""

from __future__ import annotations

from pathlib import Path

from tests.course import lessonkit

BAD = Path(__file__).parent / "bad_beside"
LETTERS = ("alpha", "beta")

STEPS = """
[[step]]
id = "show"
kind = "read"
introduces = ["KEYS"]
setup = ['cache.set("motd", "hi", timeout=60)']
[step.django]

[[step]]
id = "cached"
kind = "exercise"
introduces = ["cache.set", "cache.get"]
setup = ['cache.set("other", 1, timeout=None)']
solution = ['cache.set("board", [1, 2], timeout=60)', 'cache.get("board")']
accept = [
    ['cache.add("board", [1, 2], timeout=60)', 'x = cache.get("board")'],
    ['cache.get_or_set("board", [1, 2], timeout=60)', 'caches["default"].get("board", None)'],
    [
        'cache.set("board", [2, 1], timeout=60)', 'cache.set("board", [1, 2], 60)', ":run 1",
        'cache.get(key="board")',
    ],
]
[step.django]
[[step.check]]
id = "value"
django = { key = "board", value = [1, 2] }
[[step.check]]
id = "ttl"
django = { key = "board", ttl_s = { gt = 0, le = 60 } }
[[step.check]]
id = "read"
reply = { cmd = "cache.get", key = "board", is = [1, 2] }
[[step.reject]]
run = ["SELECT 1", "SET board 1"]
fails = ["value", "ttl", "read"]
feedback = "raw"
[[step.reject]]
run = ['cache.set("board", [1, 2])', 'cache.get("board")']
fails = ["ttl"]
feedback = "usual"
[[step.reject]]
run = ['cache.set("board", (1, 2), timeout=60)', 'cache.get("board")']
fails = ["value"]
feedback = "tuple"
[[step.reject]]
run = ['cache.set("board", [1, 2], timeout=60)']
fails = ["read"]
feedback = "unread"
[[step.feedback]]
id = "raw"
when = { used = "SET" }
[[step.feedback]]
id = "tuple"
when = { django = { key = "board", python = "(1, 2)" } }
[[step.feedback]]
id = "usual"
when = { used = "cache.set", check_failed = "ttl" }
[[step.feedback]]
id = "unread"
when = { check_passed = "value", check_failed = "read" }
[[step.feedback]]
id = "start"

[[step]]
id = "rival"
kind = "exercise"
introduces = ["mc.set"]
setup = [":mc set old 0 0 x"]
solution = [":mc set k 0 60 hello world"]
accept = [
    [":mc add k 0 60 hello world"],
    [":mc set k 0 60 hello", ":mc append k 0 60 ' world'"],
    [":mc set k 0 30 x", ":run 31", ":mc add k 0 60 hello world"],
]
[step.memcached]
[[step.check]]
id = "item"
memcached = { key = "k", value = "hello world", ttl_s = { gt = 0, le = 60 } }
[[step.check]]
id = "both"
memcached = { curr_items = 2 }
[[step.reject]]
run = ["SET k hello EX 60"]
fails = ["item", "both"]
feedback = "redis"
[[step.reject]]
run = [":mc set k 0 0 hello world"]
fails = ["item"]
feedback = "forever"
[[step.reject]]
run = [":mc set k 0 60 hello world", ":mc delete old"]
fails = ["both"]
feedback = "gone"
recover = [":mc set old 0 0 x"]
[[step.feedback]]
id = "gone"
when = { memcached = { key = "old", exists = false } }
[[step.feedback]]
id = "forever"
when = { cmd = "mc.set", key = "k", reply = { status = "STORED" } }
[[step.feedback]]
id = "redis"
when = { used = "SET" }
[[step.feedback]]
id = "start"

[[step]]
id = "foretell"
kind = "predict"
[step.django]
settings = "json"
[step.predict]
run = ['cache.set("pair", (1, 2))']
ask = 'cache.get("pair")'
options = { list = { python = "[1, 2]" }, tuple = { python = "'(1, 2)'" }, none = { nil = true } }

[[step]]
id = "spread"
kind = "exercise"
setup = [":run 1", 'cache.set("k", "old")', ":run 1"]
solution = [":cut master-replica1", 'cache.set("k", "new")', ":run 1"]
accept = [
    [":isolate replica1", 'cache.set("k", "new", timeout=60)', ":run 1"],
    [":pause replica1", 'cache.set_many({"k": "new"})', ":run 1"],
    ['caches["default"].set("k", "newer")', ":cut master-replica1", 'cache.set("k", "new")',
     ":run 1", ":heal master-replica1", ":back 1", ":run 1"],
]
[step.lab]
replicas = 2
writes = 0
reads = 0
[step.django]
settings = "replicas"
[[step.check]]
id = "written"
django = { key = "k", value = "new" }
[[step.check]]
id = "stale"
all = [
    { django = { key = "k", value = "new", node = "replica2" } },
    { not = { django = { key = "k", value = "new", node = "replica1" } } },
]
[[step.reject]]
run = ['cache.set("k", "new")', ":run 1"]
fails = ["stale"]
feedback = "together"
recover = ['cache.set("k", "other")', ":run 1", ":cut master-replica1", 'cache.set("k", "new")',
  ":run 1"]
[[step.reject]]
run = [":cut master-replica1", ":run 1"]
fails = ["written", "stale"]
feedback = "cut"
[[step.reject]]
run = [":crash master", 'cache.set("k", "new")']
fails = ["written", "stale"]
feedback = "dead"
recover = [":restart master nothing", ":run 3", ":cut master-replica1", 'cache.set("k", "new")',
  ":run 1"]
[[step.feedback]]
id = "dead"
when = { cmd = "cache.set", reply = { error = "ConnectionError" } }
[[step.feedback]]
id = "together"
when = { used = { cmd = "cache.set", key = "k" }, not_used = ":cut" }
[[step.feedback]]
id = "cut"
when = { used = ":cut" }
[[step.feedback]]
id = "start"
"""

RU = """
## step:show Что приходит
Ключ в Redis длиннее, чем в вызове.

```redis run
cache.get("motd")
KEYS *
```

## step:cached Таблица
Таблица лежит в кэше минуту.
### task
Положите через кэш список `[1, 2]` под ключом `board` на `60` секунд и прочитайте его.
### hint.1
Запись и чтение.
### hint.2
Срок называют при записи.
### hint.3
`cache.___("board", [1, 2], timeout=__)`
### feedback.raw
Это строка Redis мимо кэша.
### feedback.tuple
Кортеж и список не одно и то же.
### feedback.usual
Срок взят из настроек: осталось {got}.
### feedback.unread
Записано. Теперь прочитайте: последней была {cmd}.
### feedback.start
Кэш ещё не слышал о ключе.

## step:rival Сосед
Memcached держит строки с флагами и сроком.
### task
Положите в Memcached `hello world` под ключом `k` на `60` секунд; `old` оставьте.
### hint.1
Одна запись.
### hint.2
Данные стоят в конце строки.
### hint.3
`:mc ___ k 0 __ hello world`
### feedback.gone
Ключа `old` больше нет.
### feedback.forever
Срок записи 0: она не истечёт.
### feedback.redis
Это запись в Redis.
### feedback.start
Memcached пока пуст.

## step:foretell Кортеж
Здесь значения пишут в JSON.
### task
Что вернёт чтение?
### answer.list
Верно: кортежей в JSON нет.
### answer.tuple
В JSON это массив.
### answer.none
Ключ на месте.

## step:spread Старая копия
Читают с реплик, и одна из них отстала.
### task
Запишите через кэш в `k` значение `new` так, чтобы оно дошло до `replica2`, но не до `replica1`.
### hint.1
Реплика отстаёт, если её не слышно.
### hint.2
Сначала провод, потом запись.
### hint.3
`:cut ____`, затем `cache.set("k", "___")`
### feedback.dead
Записать некуда: мастер не работает.
### feedback.together
Запись дошла до обеих.
### feedback.cut
Провод перерезан, запись впереди.
### feedback.start
Пока везде старое значение.
"""

EN = """
## step:show What arrives
The key in Redis is longer than in the call.

```redis run
cache.get("motd")
KEYS *
```

## step:cached A board
The board lies in the cache for a minute.
### task
Put the list `[1, 2]` under the key `board` through the cache for `60` seconds, and read it.
### hint.1
A write and a read.
### hint.2
The lifetime is named by the write.
### hint.3
`cache.___("board", [1, 2], timeout=__)`
### feedback.raw
That is a string of Redis, past the cache.
### feedback.tuple
A tuple and a list are two things.
### feedback.usual
The lifetime is that of the settings: {got} are left.
### feedback.unread
It is written. Now read it: the last was {cmd}.
### feedback.start
The cache has not heard of the key yet.

## step:rival The neighbour
Memcached holds strings with flags and a lifetime.
### task
Put `hello world` into Memcached under the key `k` for `60` seconds; leave `old`.
### hint.1
One write.
### hint.2
The data stand at the end of the line.
### hint.3
`:mc ___ k 0 __ hello world`
### feedback.gone
The key `old` is no longer there.
### feedback.forever
The lifetime was 0: it will not end.
### feedback.redis
That was a write to Redis.
### feedback.start
Memcached is empty so far.

## step:foretell A tuple
Here values are written as JSON.
### task
What will the read return?
### answer.list
Right: JSON has no tuples.
### answer.tuple
In JSON that is an array.
### answer.none
The key is there.

## step:spread An old copy
Reads go to replicas, and one of them lags.
### task
Write `new` into `k` through the cache so that it reaches `replica2` but not `replica1`.
### hint.1
A replica lags if it is not heard.
### hint.2
First the wire, then the write.
### hint.3
`:cut ____`, then `cache.set("k", "___")`
### feedback.dead
There is nowhere to write: the master is down.
### feedback.together
The write has reached both.
### feedback.cut
The wire is cut, the write is to come.
### feedback.start
So far the old value is everywhere.
"""


def write_lesson(root: Path, lab: bool = True) -> Path:
    """The faultless course under ``root``; returns it. Without a ``lab`` it is proved sooner."""
    lessonkit.write_lesson(root, LETTERS)
    files = (
        ("lesson.toml", STEPS, '[[step]]\nid = "spread"'),
        ("ru.md", RU, "## step:spread"),
        ("en.md", EN, "## step:spread"),
    )
    for name, text, last in files:
        with (root / "tiny" / name).open("a", encoding="utf-8") as file:
            file.write(text if lab else text[: text.index(last)])
    lessonkit.lock(root)
    return root
