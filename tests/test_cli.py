"""The command line of `redis-tutor` itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tutor import cli
from tutor.i18n import set_language


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    set_language("en")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[str, str]:
    with pytest.raises(SystemExit):
        cli.main(words)
    result = capsys.readouterr()
    return result.out, result.err


@pytest.mark.parametrize("words", [["--lang", "ru", "-h"], ["repl", "--lang=ru", "--help"]])
def test_help_speaks_the_language_that_was_wished(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    text, _ = printed(capsys, *words)
    assert text.startswith("Запуск: redis-tutor ")
    for word in ("usage", "options", "arguments", "show this help"):
        assert word not in text


def test_help_guesses_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert "команды" in printed(capsys, "--help")[0]
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert "Usage: redis-tutor" in printed(capsys, "--help")[0]


def test_an_unknown_command_is_named_with_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, error = printed(capsys, "nosuch")
    assert "'nosuch'" in error
    assert "serve" in error


@pytest.mark.parametrize("before", [[], ["--lang", "ru"], ["--lang=en"]])
def test_serve_takes_everything_that_follows_it(
    monkeypatch: pytest.MonkeyPatch, before: list[str]
) -> None:
    taken: list[str] = []
    monkeypatch.setattr("tutor.network.serve.main", lambda words, _bar: taken.extend(words) or 0)
    assert cli.main([*before, "serve", "--port", "0", "-"]) == 0
    assert taken == ["--port", "0", "-"]
