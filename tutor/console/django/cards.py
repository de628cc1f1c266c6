"""What an error of Django, redis-py or Python means here, and why a line was not carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutor.console.cards.case import Card, Try
from tutor.console.django.signature import closest
from tutor.i18n import _
from tutor.network.django.language import CLIENT_METHODS, METHODS, Refused
from tutor.network.django.recipes import RECIPES
from tutor.network.django.serializers import RefusedPickle
from tutor.network.django.session import Outcome, Session

__all__ = ["card", "missing_card", "note"]

_CLIENT = "cache._cache.get_client(None, write=True)"


def card(outcome: Outcome, session: Session) -> Card | None:
    """The card of an outcome; None if there is nothing to explain."""
    if outcome.refused is not None:
        return _refused(outcome.refused, outcome.line)
    error = outcome.error
    if error is not None:
        return _error(error, outcome, session)
    if outcome.warnings and "CacheKeyWarning" in outcome.warnings[0]:
        return Card(
            _("The key is unusual"),
            _("Redis takes any bytes as a key. Django warns of blanks, control characters and more "
              "than 250 characters because Memcached refuses them, and a project may change its "
              "backend. The call was carried out."),
        )  # fmt: skip
    return None


# lines that are not carried out


def _refused(refused: Refused, line: str) -> Card | None:
    if refused.reason == "empty":
        return None
    made = _REFUSALS.get(refused.reason)
    meaning, tries = made(refused) if made is not None else (_nothing_else(), ())
    return Card(_title(refused), meaning, tries)


def _title(refused: Refused) -> str:
    if refused.reason == "syntax":
        return f"SyntaxError: {refused.word}"
    return _("This prompt does not do that")


def _nothing_else() -> str:
    return _("Here only calls of the cache with literal values are carried out: numbers, text, "
             "lists, dictionaries. Your line was read and not run.")  # fmt: skip


_Explained = tuple[str, tuple[Try, ...]]


def _operator(refused: Refused) -> _Explained:
    text = _("`{word}` would have to be computed, and nothing is computed here: an "
             "innocent-looking `9**9**9` could take hours. Write the result.")  # fmt: skip
    return text.format(word=refused.word), ()


def _nested(refused: Refused) -> _Explained:
    text = _("`{word}` is a call within a call. Take it in two lines, so that each shows what it "
             "does on the wire.")  # fmt: skip
    return text.format(word=refused.word), (Try('x = cache.get("k")'), Try('cache.set("copy", x)'))


def _lambda(_refused: Refused) -> _Explained:
    text = _("A function of your own would be run, and what is typed here never is. Where "
             "`get_or_set` wants a function, name a ready one.")  # fmt: skip
    return text, (Try('cache.get_or_set("lb", _calculate_leaderboard, timeout=60)'),)


def _attribute(refused: Refused) -> _Explained:
    text = _("`{word}`: attributes are not looked up here, only the methods of the cache are "
             "called. The one way inside is redis-py's client:")  # fmt: skip
    return text.format(word=refused.word), (Try(f'{_CLIENT}.ttl("myapp:1:k")'),)


def _dunder(refused: Refused) -> _Explained:
    text = _("Names with two underscores lead into Python itself: from `__class__` it is a few "
             "steps to any file. They are not even looked up.")  # fmt: skip
    return text, ()


def _method(refused: Refused) -> _Explained:
    text = _("The cache has `{word}`, but this prompt calls only the methods of Django's cache "
             "API: {names}.")  # fmt: skip
    return text.format(word=refused.word, names=", ".join(METHODS)), ()


def _client_method(refused: Refused) -> _Explained:
    close = closest(refused.word, CLIENT_METHODS)
    text = _("Of redis-py's client these methods may be called: {names}.")
    meaning = text.format(names=", ".join(CLIENT_METHODS))
    return meaning, (Try(f"{_CLIENT}.{close}(…)"),) if close else ()


def _name(refused: Refused) -> _Explained:
    close = closest(refused.word, ["cache", "caches", *RECIPES])
    text = _("`NameError: name '{word}' is not defined`. Names are results that you have assigned, "
             "`_` is the last one; `:help` lists the ready ones.")  # fmt: skip
    return text.format(word=refused.word), (Try(close),) if close else ()


def _function(refused: Refused) -> _Explained:
    close = closest(refused.word, RECIPES)
    text = _("`{word}` is no function of this prompt. There are: {names}. `:source` shows what is "
             "in them.")  # fmt: skip
    meaning = text.format(word=refused.word, names=", ".join(RECIPES))
    return meaning, (Try(f"{close}()"),) if close else ()


def _await(refused: Refused) -> _Explained:
    if refused.word.startswith("a"):
        text = _("`{word}` is a coroutine: it does nothing until it is awaited.")
        return text.format(word=refused.word), (Try(f'await cache.{refused.word}("k")'),)
    return _("Only the methods that begin with `a` are awaited."), ()


_REFUSALS: Mapping[str, Callable[[Refused], _Explained]] = {
    "syntax": lambda refused: (_("Python cannot read this line, so nothing was done. Quotes and "
                                 "brackets must come in pairs."), ()),
    "null": lambda refused: (_("There is a null byte in this line; Python's own parser refuses it "
                               "too. In a value write `\\x00`."), ()),
    "long": lambda refused: (_("The line has {count} characters, 4000 are read. For something long "
                               "there is the ready value `report`.").format(count=refused.word),
                             (Try('cache.set("r", report)'),)),
    "deep": lambda refused: (_("Too many brackets within one another."), ()),
    "huge": lambda refused: (_("Integers of up to {most} bits are taken; Redis counts with 64."
                               ).format(most=refused.word), ()),
    "big": lambda refused: (_("The value is too big to be given a name here; it was read all the "
                              "same."), ()),
    "several": lambda refused: (_("One statement a line, so that each shows what it does on the "
                                  "wire."), ()),
    "import": lambda refused: (_("`cache` and `caches` are imported already; nothing else is "
                                 "needed, and no import is carried out."), ()),
    "lambda": _lambda,
    "comprehension": lambda refused: (_("Loops are not run here, comprehensions neither. Many keys "
                                        "at once are what `set_many` and `get_many` are for: one "
                                        "trip to the server."),
                                      (Try('cache.set_many({"a": 1, "b": 2})'),)),
    "fstring": lambda refused: (_("An f-string is code: what stands in its braces would be run. "
                                  "Write the text out."), (Try('cache.get("rate_limit:7")'),)),
    "attribute": _attribute,
    "dunder": _dunder,
    "operator": _operator,
    "nested": _nested,
    "star": lambda refused: (_("Arguments are written out one by one; `*` and `**` are not "
                               "unpacked."), ()),
    "walrus": lambda refused: (_("`:=` assigns in passing. Give the result a name in a line of its "
                                 "own."), (Try('x = cache.get("k")'),)),
    "subscript": lambda refused: (_("A cache is no dictionary, and parts of values are not taken "
                                    "here. Square brackets only choose a cache."),
                                  (Try('cache.get("k")'), Try('caches["default"].get("k")'))),
    "statement": lambda refused: (_nothing_else(), (Try('x = cache.get("k")'),)),
    "assign": lambda refused: (_("Only a simple name of your own can be given a value: "
                                 "`x = cache.get(…)`. The cache is set up with `:settings`."),
                               (Try(":settings"),)),
    "name": _name,
    "method": _method,
    "client-method": _client_method,
    "literal": lambda refused: (_("`{word}` is not a value that can be cached here.").format(
        word=refused.word), ()),
    "call": lambda refused: (_nothing_else(), ()),
    "await": _await,
    "not-awaitable": lambda refused: (_("Only the cache's methods that begin with `a` are "
                                        "awaited."), (Try('await cache.aget("k")'),)),
    "wait": lambda refused: (_("WAIT with a timeout of 0 waits for ever; here it takes 1 to {most} "
                               "milliseconds.").format(most=refused.word),
                             (Try(f"{_CLIENT}.wait(1, 1000)"),)),
    "function": _function,
    "print": lambda refused: (_("The prompt prints every value by itself: type the name."),
                              (Try("x"),)),
    "leave": lambda refused: (_("Ctrl-D or `:quit` leaves."), (Try(":quit"),)),
}  # fmt: skip


# errors


def _error(error: BaseException, outcome: Outcome, session: Session) -> Card | None:
    kind, text = type(error).__name__, str(error)
    if isinstance(error, RefusedPickle):
        return _refused_pickle(error)
    for names, needle, made in _ERRORS:
        if kind in names and needle in text:
            return made(text, outcome, session)
    return None


def _refused_pickle(error: RefusedPickle) -> Card:
    text = _("This pickle wants `{name}` to be called while it is read. Django would call it: "
             "whoever can write to the server can run code in your project. Here it is not called. "
             "JSON cannot express such a thing.")  # fmt: skip
    name = f"{error.module}.{error.name}"
    return Card(_("A pickle is a program"), text.format(name=name), (Try(":settings json"),))


def _missing_method(text: str, outcome: Outcome, session: Session) -> Card:
    name = text.rpartition("attribute ")[2].strip("'")
    if name in ("ttl", "pttl"):
        return _ttl_card(outcome, session)
    if name in CLIENT_METHODS:
        meaning = _("Django's Redis cache speaks only what all caches of Django have. `{name}` is "
                    "a command of Redis: reach redis-py's client, and mind that keys and values "
                    "are raw there, without prefix, version and pickle. (The package django-redis "
                    "gives such a client, too: get_redis_connection.)")  # fmt: skip
        tries = (Try(f"{_CLIENT}.{name}({_sample(name)})"),)
        return Card(_("Not a method of Django's cache"), meaning.format(name=name), tries)
    close = closest(name, METHODS)
    near: tuple[Try, ...] = (
        (Try(f"cache.{close}({METHODS[close].split(', ')[0]})"),) if close else ()
    )
    meaning = _("The cache's methods are: {names}.").format(names=", ".join(METHODS))
    return Card(_("Not a method of Django's cache"), meaning, near)


def _sample(method: str) -> str:
    return {"lpush": '"task_queue", "x"', "rpush": '"task_queue", "x"', "rpop": '"task_queue"',
            "lpop": '"task_queue"'}.get(method, '"k"')  # fmt: skip


def _ttl_card(outcome: Outcome, session: Session) -> Card:
    """The answer is asked of the server all the same."""
    from tutor.network.django.language import Call

    subject = outcome.statement.subject if outcome.statement is not None else None
    key = "k"
    if isinstance(subject, Call) and subject.args:
        key = str(getattr(subject.args[0], "value", key))
    made = session.caches.cache.make_key(key)
    left = session.milliseconds_left(made)
    meaning = _("Django's cache cannot be asked how long a key will live (the package django-redis "
                "can). The server can: PTTL {key} says {left}.")  # fmt: skip
    said = {-2: _("-2: there is no such key"), -1: _("-1: it has no expiry")}
    text = said.get(left) or _("{ms} ms").format(ms=left)
    return Card(
        _("Not a method of Django's cache"),
        meaning.format(key=made, left=text),
        (Try(f'{_CLIENT}.pttl("{made}")'),),
    )


def _simple(
    title: Callable[[], str], meaning: Callable[[], str], *tries: str
) -> Callable[[str, Outcome, Session], Card]:
    def made(_text: str, _outcome: Outcome, _session: Session) -> Card:
        return Card(title(), meaning(), tuple(map(Try, tries)))

    return made


def _connection(text: str, _outcome: Outcome, session: Session) -> Card:
    down = [one.name for one in session.fleet.states() if not one.running]
    if down[:1] == ["master"]:
        meaning = _("The server for writing does not answer. Django knows one, tries once and has "
                    "no other: reads from replicas go on, and no replica becomes master by itself. "
                    "That is what Sentinel is for, which this backend does not know.")  # fmt: skip
    else:
        meaning = _("Django draws a replica for every read and does not look whether it lives: "
                    "with one of two dead, about half of all reads fail.")  # fmt: skip
    tries = tuple(Try(f":start {name}") for name in down[:1])
    return Card(_("Nobody listens there"), meaning, tries)


_NOT_PICKLED = _simple(
    lambda: _("Cannot be written as bytes"),
    lambda: _("The value is pickled before it is sent, and this one cannot be: a pickle names "
              "functions and classes by module and name, and has no words for locks, sockets and "
              "open files. Nothing was sent. Cache data: dictionaries, lists, text, numbers."),
    'cache.set("k", player_dict)',
)  # fmt: skip

_Made = Callable[[str, Outcome, Session], Card]
_ERRORS: Sequence[tuple[Sequence[str], str, _Made]] = (
    (("AttributeError",), "'RedisCache' object has no attribute", _missing_method),
    (("PicklingError",), "", _NOT_PICKLED),
    (("TypeError",), "cannot pickle", _NOT_PICKLED),
    (("AttributeError",), "local object", _NOT_PICKLED),
    (("TypeError",), "JSON serializable", _simple(
        lambda: _("JSON has no word for this"),
        lambda: _("JSON knows objects, lists, text, numbers, true, false and null. Turn sets into "
                  "lists, dates into text and objects into dictionaries before you cache them."),
        'cache.set("k", player_dict)')),
    (("ValueError",), "not found", _simple(
        lambda: _("There is no such key"),
        lambda: _("`incr` and `decr` change a value that is there; Django asks EXISTS first. "
                  "A counter that may be missing begins with `add`, which does nothing if the key "
                  "exists. Between two commands a key may also expire: catch this error."),
        'cache.add("k", 0, timeout=60)', 'cache.incr("k")')),
    (("ResponseError", "DataError"), "not an integer", _simple(
        lambda: _("The value is no number"),
        lambda: _("INCRBY works on decimal text. Only an exact `int` is stored like that; anything "
                  "else, `True`, `1.0` and `\"1\"` too, is a pickle."),
        'cache.set("n", 1)', 'cache.incr("n")')),
    (("ResponseError",), "overflow", _simple(
        lambda: _("Past 64 bits"),
        lambda: _("Redis counts in signed integers of 64 bits; Python's have no end, and Django "
                  "stores a longer one as text, which INCRBY cannot change."))),
    (("ResponseError",), "WRONGTYPE", _simple(
        lambda: _("The key holds something else"),
        lambda: _("Django's cache stores strings only. A list, hash or set under this name was "
                  "made by somebody with a client."))),
    (("ReadOnlyError",), "", _simple(
        lambda: _("That server is a replica"),
        lambda: _("Django writes to the first URL of LOCATION, whatever server that is: it never "
                  "asks for roles, and it does not set up replication. Put the master first."),
        ":settings replicas")),
    (("ConnectionError", "TimeoutError"), "", _connection),
    (("AuthenticationError",), "", _simple(
        lambda: _("Wrong password"),
        lambda: _("The server has a password, and this URL has none or another one: "
                  "`redis://:password@host:6379`."), ":settings password")),
    (("InvalidCacheBackendError",), "doesn't exist", _simple(
        lambda: _("No such alias"),
        lambda: _("`caches[…]` takes the names of CACHES; `cache` is `caches[\"default\"]`."),
        ":settings")),
    (("UnpicklingError", "EOFError", "IndexError"), "", _simple(
        lambda: _("Not a pickle"),
        lambda: _("Somebody else wrote this value: raw text from a client, or another serializer. "
                  "Django tries `int`, then pickle, and gives up."))),
    (("JSONDecodeError",), "", _simple(
        lambda: _("Not JSON"),
        lambda: _("The value was written under other settings, as a pickle. When the serializer "
                  "changes, change VERSION or KEY_PREFIX too, so that old values are not read."),
        ":settings prefix")),
    (("SyntaxError",), "never closed", _simple(
        lambda: _("The notes have lost a bracket"),
        lambda: _("`cache.lpush(\"task_queue\", json.dumps({…})` opens two brackets and closes "
                  "one. And with it, Django's cache has no `lpush`."),
        ":source push_task", "push_task()")),
    (("DataError",), "", _simple(
        lambda: _("The client takes bytes, text and numbers"),
        lambda: _("redis-py's client sends what it is given and serializes nothing: turn a list or "
                  "dictionary into JSON first. Django's cache is what pickles."),
        'cache.set("k", [1, 2])')),
    (("AttributeError", "TypeError"), "'items'", _simple(
        lambda: _("A dictionary is expected"),
        lambda: _("`set_many` takes a dictionary of keys and values, `zadd` one of members and "
                  "scores."), 'cache.set_many({"a": 1, "b": 2})')),
    (("TypeError",), "not iterable", _simple(
        lambda: _("A list of keys is expected"),
        lambda: _("`get_many` and `delete_many` take a list of keys."),
        'cache.get_many(["a", "b"])')),
    (("ValueError", "OverflowError", "TypeError"), "int", _simple(
        lambda: _("A whole number is expected"),
        lambda: _("Timeouts are seconds (None: for ever), versions and deltas are integers."),
        'cache.set("k", 1, timeout=60)')),
    (("OverflowError",), "", _simple(
        lambda: _("A whole number is expected"),
        lambda: _("Timeouts are seconds (None: for ever), versions and deltas are integers."),
        'cache.set("k", 1, timeout=60)')),
    (("UnicodeEncodeError",), "", _simple(
        lambda: _("No UTF-8"),
        lambda: _("Keys are sent in UTF-8, and half of a surrogate pair has no place in it."))),
    (("ResponseError",), "", _simple(
        lambda: _("The server's own refusal"),
        lambda: _("These are Redis's words, not Django's. In the Redis prompt `help` explains the "
                  "command."))),
    (("TypeError",), "argument", _simple(
        lambda: _("Other arguments are expected"),
        lambda: _("That is Python's own message; the parameters are shown under the line while you "
                  "type."))),
)  # fmt: skip


def missing_card(error: BaseException) -> Card:
    """Django cannot be used: not installed, or too old to have a Redis backend."""
    if isinstance(error, ModuleNotFoundError):
        return Card(
            _("Django is not installed"),
            _("This prompt uses the real Django. Install version 5.2 or newer into the same "
              "environment."),
            (Try("python -m pip install 'django>=5.2'"),),
        )  # fmt: skip
    return Card(
        _("This Django has no Redis cache"),
        _("The backend came with Django 4.0; this prompt expects 5.2 or newer."),
        (Try("python -m pip install --upgrade 'django>=5.2'"),),
    )


# notes


def note(outcome: Outcome, session: Session) -> str:
    """One sentence about something remarkable in a call that went well; "" if nothing was."""
    if outcome.error is not None or outcome.refused is not None or not outcome.exchanges:
        return ""
    behind = {one.name: one.behind for one in session.fleet.states() if one.behind != 0}
    for one in outcome.exchanges:
        if one.role == "replica" and one.server in behind:
            text = _("{server} lacks a part of the master's stream: what it says may be old. Read "
                     "from the master what was just written, or WAIT for a replica.")  # fmt: skip
            return text.format(server=one.server)
    names = [one.argv[0].upper() for one in outcome.exchanges if one.argv]
    if names == [b"DEL"] and "set(" in outcome.line:
        return _("A timeout of 0 or less means: do not keep it. Django sends DEL instead of SET.")
    if names == [b"FLUSHDB"]:
        return _("FLUSHDB empties the whole database, keys of other prefixes and programs too.")
    if names == [b"GET", b"SET"] and "await" in outcome.line and "ncr(" in outcome.line:
        return _("The async twin is not INCRBY: GET and SET lose counts between two workers, and "
                 "the TTL is set anew.")  # fmt: skip
    return ""
