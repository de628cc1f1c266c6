"""What a line at the prompt does: values, errors to the letter, wire, names."""

from __future__ import annotations

import re

import pytest

from tests.network.serving import until
from tutor.console.django.report import as_json, outcome_lines
from tutor.network.django.session import Session
from tutor.network.django.settings import BLOCKS, read
from tutor.network.django.values import written


def sent(session: Session, line: str) -> list[tuple[str, bytes]]:
    return [(one.server, one.argv[0]) for one in session.execute(line).exchanges]


def text(session: Session, line: str) -> str | None:
    return session.execute(line).text


def test_a_value_comes_back_as_python_writes_it(session: Session) -> None:
    assert text(session, 'cache.set("k", {"a": [1, None]}, timeout=60)') == "None"
    assert text(session, 'cache.get("k")') == "{'a': [1, None]}"
    assert text(session, '"k" in cache') == "True"
    assert text(session, '"k" not in caches["default"]') == "False"


def test_names_hold_results(session: Session) -> None:
    session.execute('cache.set("k", [1])')
    assert text(session, 'x = cache.get("k")') is None
    assert text(session, "x") == "[1]"
    session.execute('cache.set("copy", x)')
    assert text(session, 'cache.get("copy")') == "[1]"
    assert text(session, "_") == "[1]"
    assert session.names == ["x", "_"]


def test_the_key_as_it_is_stored(session: Session) -> None:
    (stored,) = session.execute('cache.set("k", 7, version=3, timeout=None)').stored
    assert (stored.key, stored.form, stored.ttl_ms, stored.db) == (b"myapp:3:k", "int", None, 1)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ('cache.incr("absent")', "ValueError: Key 'myapp:1:absent' not found."),
        ('cache.lpush("q", 1)', "AttributeError: 'RedisCache' object has no attribute 'lpush'"),
        ('cache.ttl("k")', "AttributeError: 'RedisCache' object has no attribute 'ttl'"),
        ('cache.set("k", a_lock)', "TypeError: cannot pickle '_thread.lock' object"),
        (
            "cache.set()",
            "TypeError: RedisCache.set() missing 2 required positional arguments: 'key' and"
            " 'value'",
        ),
        (
            'caches["other"].get("k")',
            "django.core.cache.backends.base.InvalidCacheBackendError: The connection 'other'"
            " doesn't exist.",
        ),
        ("send_task()", "SyntaxError: '(' was never closed"),
        ("take_task()", "AttributeError: 'RedisCache' object has no attribute 'rpop'"),
    ],
)
def test_errors_are_the_librarys_own_and_explained(session: Session, line: str, error: str) -> None:
    outcome = session.execute(line)
    assert outcome.error_text == error
    assert as_json(outcome, session)["card"]


def test_a_function_without_a_name_cannot_be_pickled(session: Session) -> None:
    outcome = session.execute('cache.set("k", a_lambda)')
    assert re.match(r"_pickle\.PicklingError: Can't pickle <function <lambda>", outcome.error_text)
    assert not outcome.exchanges
    assert as_json(outcome, session)["card"]


def test_an_unusual_key_is_warned_of(session: Session) -> None:
    outcome = session.execute('cache.set("a key", 1)')
    assert outcome.warnings == (
        "CacheKeyWarning: Cache key contains characters that will cause errors if used with"
        " memcached: 'myapp:1:a key'",
    )
    assert as_json(outcome, session)["card"]


def test_a_counter_on_a_pickle(session: Session) -> None:
    session.execute('cache.set("k", "1")')
    outcome = session.execute('cache.incr("k")')
    assert "value is not an integer or out of range" in outcome.error_text
    assert as_json(outcome, session)["card"]


def test_a_refused_line_does_nothing(session: Session) -> None:
    before = session.log.count
    outcome = session.execute('cache.set("k", [x for x in (1, 2)])')
    assert outcome.refused is not None
    assert session.log.count == before
    assert as_json(outcome, session)["card"]


def test_the_async_twin_is_another_thing(session: Session) -> None:
    session.execute('cache.set("n", 1)')
    assert [name for _server, name in sent(session, 'cache.incr("n")')] == [b"EXISTS", b"INCRBY"]
    assert [name for _server, name in sent(session, 'await cache.aincr("n")')] == [b"GET", b"SET"]
    refused = session.execute('cache.aincr("n")').refused
    assert refused is not None
    assert refused.reason == "await"


def test_get_or_set_takes_a_ready_function(session: Session) -> None:
    line = 'cache.get_or_set("lb", _calculate_leaderboard, timeout=60)'
    assert [name for _server, name in sent(session, line)] == [b"GET", b"SET", b"GET"]
    assert [name for _server, name in sent(session, line)] == [b"GET"]
    refused = session.execute('cache.set("lb", _calculate_leaderboard)').refused
    assert refused is not None
    assert refused.reason == "name"


def test_the_client_is_reached(session: Session) -> None:
    session.execute("client = cache._cache.get_client(None, write=True)")
    assert text(session, 'client.lpush("q", "x", "y")') == "2"
    assert text(session, 'client.rpop("q")') == "b'x'"
    refused = session.execute("x = 7").refused or session.execute("x.lpush('q', 1)").refused
    assert refused is not None


def test_a_pickle_put_there_by_hand_is_not_run(session: Session) -> None:
    session.execute("client = cache._cache.get_client(None, write=True)")
    session.execute("client.set('myapp:1:k', b\"cos\\nsystem\\n(S'exit 1'\\ntR.\")")
    outcome = session.execute('cache.get("k")')
    assert "os.system" in outcome.error_text
    assert as_json(outcome, session)["card"]


def test_results_do_not_explode(session: Session) -> None:
    session.execute("cache.set('k', [" + "0, " * 100 + "])")
    for _ in range(5):
        session.execute("x = cache.get('k')")
        outcome = session.execute("cache.set('k', [" + "x, " * 100 + "])")
    assert outcome.refused is None or outcome.refused.reason == "name"
    assert len(session.log.since(0)[-1].argv) < 10
    refused = session.execute("x = cache.get('k')").refused
    assert refused is None or refused.reason == "big"


def test_long_values_are_cut() -> None:
    assert len(written("x" * 10_000)) < 700
    nested: list[object] = [0] * 100
    for _ in range(10):
        nested = [nested] * 100
    assert len(written(nested)) < 2000


def test_stepping_shows_lines_and_what_they_sent(session: Session) -> None:
    outcome = session.step("is_rate_limited(7)")
    assert [one.line for one in outcome.steps] == [2, 3, 4, 5, 6]
    assert outcome.text == "False"
    assert session.step('cache.get("k")').refused is not None
    assert session.step("is_rate_limited()").error_text.startswith("TypeError")


def test_a_stale_read_is_told(session: Session) -> None:
    session.choose(read(BLOCKS["replicas"]))
    session.execute('cache.set("k", "old")')
    for name in ("replica1", "replica2"):
        session.fleet.lag(name, 60)
    session.execute('cache.set("k", "new")')
    until(lambda: all(one.behind for one in session.fleet.states()[1:]))
    outcome = session.execute('cache.get("k")')
    assert outcome.text == "'old'"
    assert as_json(outcome, session)["note"]


def test_other_settings_keep_the_data(session: Session) -> None:
    session.execute('cache.set("k", 1)')
    session.choose(read(BLOCKS["json"]))
    assert text(session, 'cache.get("k")') == "1"
    session.execute('cache.set("d", {"a": (1,)})')
    assert text(session, 'cache.get("d")') == "{'a': [1]}"
    session.choose(read(BLOCKS["single"]))
    outcome = session.execute('cache.get("d")')
    assert "UnpicklingError" in outcome.error_text
    assert as_json(outcome, session)["card"]


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_of_settings_works(session: Session, block: str) -> None:
    session.choose(read(BLOCKS[block]))
    outcome = session.execute('cache.set("k", {"a": 1})')
    if block == "swapped":
        assert "ReadOnlyError" in outcome.error_text
        assert as_json(outcome, session)["card"]
        return
    assert not outcome.error_text
    kept = block not in ("zero", "negative")
    assert session.execute('cache.get("k")').text == ("{'a': 1}" if kept else "None")


def test_lines_have_no_role_that_is_unknown(session: Session) -> None:
    from tutor.console.editing import STYLE

    known = {*STYLE, "", "text", "accent"}
    for line in ('cache.set("k", 1)', "9**9", 'cache.incr("no")', 'cache.get_many(["k", "z"])'):
        for pieces in outcome_lines(session.execute(line), session):
            assert {role for _text, role in pieces} <= known


def test_long_lines_are_broken_between_words() -> None:
    from tutor.console.django.report import wrapped

    line = [("one two ", "key"), ("three four five", ""), (" six", "note")]
    assert wrapped(line, 40) == [line]
    found = wrapped(line, 14)
    texts = ["".join(text for text, _role in part) for part in found]
    assert texts == ["one two three", "    four five", "    six"]
    assert wrapped([("x" * 50, "")], 20) == [[("x" * 50, "")]]


def test_a_replicas_copy_is_shown_only_where_it_differs(session: Session) -> None:
    session.choose(read(BLOCKS["replicas"]))
    session.execute("is_rate_limited(7)")
    stored = session.execute("is_rate_limited(7)").stored
    assert (stored[0].server, stored[0].data) == ("master", b"2")
    session.execute('cache.set("k", [1])')
    assert len(session.execute('cache.get("k")').stored) == 1
