"""CONFIG REWRITE as a function: the old text in, the new one out."""

from __future__ import annotations

import pytest

from tutor.engine.config import Config
from tutor.engine.config.rewrite import SIGNATURE, rewrite, show_memory

ALWAYS = [b'dir "/d"', b"latency-tracking-info-percentiles 50 99 99.9"]
POINTS = [b"save 3600 1", b"save 300 100", b"save 60 10000"]


def rewritten(old: bytes, **values: object) -> list[bytes]:
    lines = rewrite(old, Config(dir=b"/d", **values), Config(), ()).split(b"\n")
    assert lines.pop() == b""
    return lines


def test_an_empty_file_gets_a_signature_and_what_differs_from_the_defaults() -> None:
    assert rewritten(b"", hz=20) == [SIGNATURE, ALWAYS[0], b"hz 20", ALWAYS[1], *POINTS]


def test_comments_and_foreign_lines_stay_and_known_ones_are_brought_up_to_date() -> None:
    old = b"# mine\nHZ 10\ninclude other.conf\nrename-command get xget\nport 1\n"
    lines = rewritten(old, hz=20, port=7)
    assert lines[:5] == [
        *(b"# mine", b"hz 20", b"include other.conf", b"rename-command get xget", b"port 7"),
    ]


def test_an_alias_becomes_the_present_name() -> None:
    assert rewritten(b"slave-priority 1")[0] == b"replica-priority 100"


def test_lines_too_many_become_empty_and_runs_of_empty_lines_shrink() -> None:
    lines = rewritten(b"hz 1\n\n\n \nhz 2\nhz 3\n# end", hz=5)
    assert lines[:3] == [b"hz 5", b"", b"# end"]


def test_save_points_take_the_lines_there_are() -> None:
    assert rewritten(b"save 1 1\n# x\nsave 2 2\nsave 3 3", save=((5, 6),))[:3] == [
        *(b"save 5 6", b"# x", b""),
    ]
    assert rewritten(b"save 1 1\n", save=())[0] == b'save ""'


def test_what_no_directive_explains_becomes_a_comment() -> None:
    lines = rewritten(b"list-max-ziplist-value 5\nhz '5\n")
    assert lines[:2] == [b"# ??? list-max-ziplist-value 5", b"# ??? hz '5"]


def test_the_signature_is_written_once() -> None:
    once = rewrite(b"", Config(dir=b"/d"), Config(), (b"user default on",))
    assert rewrite(once, Config(dir=b"/d"), Config(), (b"user default on",)) == once + b"\n"
    assert once.count(SIGNATURE) == 1


def test_users_take_the_place_of_users() -> None:
    text = rewrite(b"user bob on\n# x\nuser al on", Config(dir=b"/d"), Config(), (b"user cy off",))
    assert text.split(b"\n")[:3] == [b"user cy off", b"# x", b""]


def test_texts_are_quoted_and_unset_ones_lose_their_line() -> None:
    lines = rewritten(b"pidfile x\nrequirepass old\nlogfile l", requirepass=b'a "b"\n')
    assert lines[:3] == [b"", b'requirepass "a \\"b\\"\\n"', b'logfile ""']


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"maxmemory": 3 << 30}, b"maxmemory 3gb"),
        ({"maxmemory_clients": -5}, b"maxmemory-clients 5%"),
        ({"unixsocketperm": 0o700}, b"unixsocketperm 700"),
        ({"bind": ()}, b'bind ""'),
        ({"notify_keyspace_events": "AKE"}, b'notify-keyspace-events "AKE"'),
        ({"oom_score_adj_values": (1, 2, 3)}, b"oom-score-adj-values 1 2 3"),
        ({"replicaof": b"h 1"}, b"replicaof h 1"),
        ({"shutdown_on_sigterm": "save now"}, b"shutdown-on-sigterm save now"),
        ({"activerehashing": False}, b"activerehashing no"),
        (
            {"client_output_buffer_limit": ((0, 0, 0), (1 << 20, 5, 6), (32 << 20, 8 << 20, 60))},
            b"client-output-buffer-limit replica 1mb 5 6",
        ),
    ],
)
def test_each_type_is_written_as_redis_reads_it(values: dict[str, object], line: bytes) -> None:
    assert line in rewritten(b"", **values)


def test_memory_is_written_with_the_largest_unit_that_divides_it() -> None:
    shown = [show_memory(value) for value in (0, 1023, 1024, 3 << 20, (1 << 30) + 1, 2 << 30)]
    assert shown == [b"0", b"1023", b"1kb", b"3mb", b"1073741825", b"2gb"]
