"""``redis-tutor django`` for scripts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.cli import main


def lines(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["django", *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_lines_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    out = lines(capsys, "--run", 'cache.set("k", 1)', "--run", 'cache.get("k")')
    assert out[0] == '>>> cache.set("k", 1)'
    assert out[2].startswith("  master   SET myapp:1:k 1 EX 300  →  OK")
    assert "1" in out


def test_json_has_everything(capsys: pytest.CaptureFixture[str]) -> None:
    out = lines(capsys, "--json", "--settings", "replicas", "--run", 'cache.set("k", [1])',
                "--run", ":servers", "--run", "9**9")  # fmt: skip
    call, refused = map(json.loads, out)
    assert call["calls"][0]["argv"][0::3] == ["SET", "EX"]
    assert (call["calls"][0]["server"], call["calls"][0]["index"]) == ("master", 0)
    assert (call["stored"][0]["form"], call["stored"][0]["protocol"]) == ("pickle", 5)
    assert refused["refused"] == "operator"


def test_a_pipe(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "django", "--lang", "en"],
        input='# a remark\ncache.set("k", 1)\ncache.incr("k")\n',
        capture_output=True, text=True, check=True, env={"REDIS_TUTOR_HOME": str(tmp_path)},
    )  # fmt: skip
    assert ">>> cache.incr" in done.stdout
    assert "INCRBY myapp:1:k 1  →  (integer) 2" in done.stdout


def test_wrong_settings_end_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "settings.py"
    path.write_text("CACHES = {", encoding="utf-8")
    assert main(["django", "--settings", str(path), "--run", "x"]) == 2
    assert "never closed" in capsys.readouterr().err


def test_without_django_its_own_error_is_explained(tmp_path: Path) -> None:
    (tmp_path / "django.py").write_text("raise ModuleNotFoundError(\"No module named 'django'\")")
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "django", "--run", "x"],
        capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}", "REDIS_TUTOR_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'django'" in done.stderr
    assert "pip install" in done.stderr


def test_a_django_too_old_is_explained(tmp_path: Path) -> None:
    package = tmp_path / "django" / "core" / "cache"
    package.mkdir(parents=True)
    for folder in (tmp_path / "django", tmp_path / "django" / "core"):
        (folder / "__init__.py").write_text("")
    package.joinpath("__init__.py").write_text(
        "class InvalidCacheBackendError(Exception): pass\n"
        "class CacheHandler:\n"
        "    def __init__(self, settings): pass\n"
        "    def __getitem__(self, alias):\n"
        '        raise InvalidCacheBackendError("Could not find backend")\n'
    )
    done = subprocess.run(
        [sys.executable, "-m", "tutor", "django", "--run", "x"],
        capture_output=True, text=True, check=False,
        env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}", "REDIS_TUTOR_HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "InvalidCacheBackendError: Could not find backend" in done.stderr
    assert "4.0" in done.stderr


def test_starting_redis_tutor_imports_no_django() -> None:
    code = (
        "import sys, tutor.cli, tutor.tui.app, tutor.tui.application, tutor.console.prompt;"
        " assert not any(name.split('.')[0] == 'django' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
