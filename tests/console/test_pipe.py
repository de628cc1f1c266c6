"""Commands from a pipe, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def pipe(text: str | bytes, *options: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``redis-tutor repl`` with this on stdin."""
    data = text.encode() if isinstance(text, str) else text
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LANG": "C", "LC_ALL": "C", **environ}
    return subprocess.run(
        [sys.executable, "-m", "tutor", "repl", *options],
        input=data,
        capture_output=True,
        timeout=60,
        env=env,
        check=False,
    )


def test_replies_are_plain() -> None:
    done = pipe("SET a 1\nGET a\nGET nothing\nRPUSH l x y\nLRANGE l 0 -1\n\n  \n")
    assert done.stdout == b"OK\n1\n\n2\nx\ny\n"
    assert (done.returncode, done.stderr) == (0, b"")


def test_bytes_pass_through_as_they_are() -> None:
    done = pipe(b'SET a "\\xff\\x00"\nGET a\nSET b \xff\nGET b\nSET c \xd0\x96\nGET c')
    assert done.stdout == b"OK\n\xff\x00\nOK\n\xff\nOK\n\xd0\x96\n"


def test_an_error_does_not_stop_without_e() -> None:
    done = pipe('GET\nSET a "x\nSET a 1\n')
    assert done.stdout == (
        b"ERR wrong number of arguments for 'get' command\n\nInvalid argument(s)\nOK\n"
    )
    assert done.returncode == 0


@pytest.mark.parametrize("wrong", ["LPUSH a 1", "NOSUCH", 'SET a "x', "0 PING"])
def test_with_e_the_first_failure_ends_it(wrong: str) -> None:
    done = pipe(f"SET a 1\n{wrong}\nGET a\n", "-e")
    assert done.stdout == b"OK\n"
    assert done.stderr
    assert done.returncode == 1


def test_with_e_and_no_failure_the_code_is_zero() -> None:
    assert pipe("SET a 1\nGET a\n", "-e").returncode == 0


def test_a_blocking_command_waits() -> None:
    assert pipe("BLPOP q 0.05\nPING\n").stdout == b"\nPONG\n"


def test_a_repeat_count() -> None:
    assert pipe("3 INCR n\n").stdout == b"1\n2\n3\n"


def test_quit_leaves_the_rest_unread() -> None:
    assert pipe("PING\nquit\nPING\n").stdout == b"PONG\n"


def test_resp3() -> None:
    assert pipe("HSET h f v\nHGETALL h\n", "-3").stdout == b"1\nf v\n"


def test_transactions() -> None:
    done = pipe("MULTI\nSET a 1\nLPUSH a x\nEXEC\n")
    assert done.stdout.startswith(b"OK\nQUEUED\nQUEUED\nOK\nWRONGTYPE")


def test_help_in_the_language_that_was_asked_for() -> None:
    english, russian = pipe("help lpush\n", "--lang", "en"), pipe("help lpush\n", "--lang", "ru")
    assert english.stdout.startswith(b"LPUSH key element")
    assert english.stdout != russian.stdout


def test_a_server_that_is_not_there_is_said_without_a_traceback() -> None:
    done = pipe("PING\n", "--connect", "redis://127.0.0.1:1")
    assert done.returncode == 1
    assert b"127.0.0.1:1" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "url", ["127.0.0.1:6379", "http://x", "redis://h:notaport", "redis://h?a=b"]
)
def test_a_bad_address_is_said_without_a_traceback(url: str) -> None:
    done = pipe("PING\n", "--connect", url)
    assert done.returncode == 1
    assert done.stderr
    assert b"Traceback" not in done.stderr


def test_a_password_in_a_bad_address_is_not_printed() -> None:
    done = pipe("PING\n", "--connect", "redis://user:secret@h?nonsense=1")
    assert b"secret" not in done.stderr + done.stdout


def test_without_a_home_it_works() -> None:
    done = pipe("PING\n", HOME="/nonexistent", REDIS_TUTOR_HOME="/proc/nowhere")
    assert done.stdout == b"PONG\n"
