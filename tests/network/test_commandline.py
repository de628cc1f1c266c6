"""The words after `redis-tutor serve`."""

from __future__ import annotations

import pytest

from tutor.network.commandline import REFUSED, CommandLine, parse


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], CommandLine()),
        (["r.conf"], CommandLine("serve", b"r.conf", False, b"")),
        (["r.conf", "-"], CommandLine("serve", b"r.conf", True, b"")),
        (["-"], CommandLine("serve", None, True, b"")),
        (["--port", "7", "-"], CommandLine("serve", None, True, b'port "7" ')),
        (["-", "--port", "7"], CommandLine("serve", None, True, b'port "7" ')),
        (["r.conf", "-", "--hz", "7"], CommandLine("serve", b"r.conf", False, b'"-" \nhz "7" ')),
        (["--hz", "7", "-", "8"], CommandLine("serve", None, False, b'hz "7" "-" "8" ')),
        (["r.conf", "-v"], CommandLine("serve", b"r.conf", False, b'"-v" ')),
        (["-v", "whatever"], CommandLine("version")),
        (["--version"], CommandLine("version")),
        (["-h"], CommandLine("usage")),
        (["--help"], CommandLine("usage")),
        (["r.conf", "--sentinel"], CommandLine("sentinel")),
        (["--check-system"], CommandLine("--check-system")),
    ],
)
def test_a_command_line_is_a_file_an_input_and_options(words: list[str], line: CommandLine) -> None:
    assert parse(words) == line


def test_what_is_refused_is_explained() -> None:
    assert all(parse([word]).wants == word and text for word, text in REFUSED.items())
