"""`redis-tutor web` on the command line."""

from __future__ import annotations

import builtins
import socket
from typing import Any

import pytest

from tutor.cli import main
from tutor.console import confinement


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "70000"], "65535"),
        (["--visitors", "0"], "--visitors"),
        (["--idle", "1"], "--idle"),
        (["--idle", "nan"], "--idle"),
        (["repl"], "repl is not for visitors"),
        (["dissect", "/etc/passwd"], "dissect is not for visitors"),
        (["serve"], "serve is not for visitors"),
        (["web"], "web is not for visitors"),
        (["lesson", "nonsense"], "There is no lesson nonsense. There are: what-is-redis"),
    ],
)
def test_wrong_words_are_told_before_anything_is_opened(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["web", "--lang", "en", *words]) == 2
    assert said in capsys.readouterr().err


def test_words_of_a_subcommand_are_checked_by_its_own_rules(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["web", "--lang", "en", "lab", "cache", "--nonsense"])
    assert ended.value.code == 2
    assert "--nonsense" in capsys.readouterr().err
    assert main(["web", "--lang", "en", "lab", "nonsense"]) == 2
    assert "There is no lab nonsense." in capsys.readouterr().err
    assert main(["web", "--lang", "en", "demo", "nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err
    assert main(["web", "--lang", "en", "demo", "cache", "--scene", "99"]) == 2
    assert "99" in capsys.readouterr().err


def test_without_textual_serve_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name == "textual_serve":
            raise ImportError(name)
        return known(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
    assert main(["web", "--lang", "en"]) == 2
    assert "pip install textual-serve" in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["web", "--lang", "en", "--port", str(port)]) == 1
    assert f"127.0.0.1:{port} cannot be opened" in capsys.readouterr().err


def test_a_visitor_opens_no_web_of_his_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(confinement, "_closed", True)
    assert main(["web", "--lang", "en"]) == 2
    assert "A visitor cannot open the tutor to others." in capsys.readouterr().err
