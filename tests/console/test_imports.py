"""What is imported when: the time to the first prompt depends on it."""

from __future__ import annotations

import subprocess
import sys

import pytest


def imported_by(code: str, *names: str) -> set[str]:
    """Which of these modules are there after running the code in a new process."""
    program = f"import sys\n{code}\nprint(*[n for n in {names!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


LIBRARIES = ("textual", "prompt_toolkit", "rich", "redis")


@pytest.mark.parametrize(
    "module",
    [
        "lexer",
        "highlight",
        "completion",
        "signature",
        "render",
        "cards",
        "help",
        "backend",
        "commands",
        "history",
        "repl",
        "pipe",
    ],
)
def test_the_shared_modules_import_no_screen_library(module: str) -> None:
    assert imported_by(f"import tutor.console.{module}", *LIBRARIES) == set()


def test_the_prompt_is_painted_before_engine_and_table_are_imported() -> None:
    heavy = ("tutor.engine.engine", "tutor.engine.table", "redis", "textual", "rich")
    code = "import tutor.console.repl, tutor.console.prompt"
    assert imported_by(code, *heavy) == set()


def test_a_pipe_needs_no_prompt_toolkit() -> None:
    code = (
        "import argparse, io, os\nfrom tutor.console.repl import run\n"
        "sys.stdin = open(os.devnull)\nrun(argparse.Namespace())"
    )
    assert imported_by(code, *LIBRARIES) == set()
