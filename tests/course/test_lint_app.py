"""T7 and T8 of the app: its catalogs and the sentences of its code."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tutor.course.lint import APP_RULES, Surroundings, check_course

ROOT = Path(__file__).parents[2]
FIXTURES = sorted((Path(__file__).parent / "bad_app").glob("*.toml"))

CODE = """
def greet(n: int) -> str:
    greeting = _("Hello")
    return ngettext("{n} key", "{n} keys", n).format(n=n) if n else greeting
"""
EN = """
msgid "Hello"
msgstr "Hello"

msgid "{n} key"
msgid_plural "{n} keys"
msgstr[0] "{n} key"
msgstr[1] "{n} keys"
"""
RU = """
msgid "Hello"
msgstr "Привет"

msgid "{n} key"
msgid_plural "{n} keys"
msgstr[0] "{n} ключ"
msgstr[1] "{n} ключа"
msgstr[2] "{n} ключей"
"""
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'


def write_app(root: Path, code: str = CODE, ru: str = RU, en: str = EN) -> Path:
    """A little app with its catalogs."""
    (root / "tutor").mkdir(parents=True)
    (root / "tutor" / "greeting.py").write_text(code, encoding="utf-8")
    for name, text in (("ru", ru), ("en", en)):
        folder = root / "locales" / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "redis-tutor.po").write_text(HEAD + text, encoding="utf-8")
    return root


def found_in(app: Path) -> list[tuple[str, str]]:
    return [(problem.rule, problem.message) for rule in APP_RULES.values() for problem in rule(app)]


def test_a_faultless_app_is_proved(tmp_path: Path) -> None:
    assert found_in(write_app(tmp_path)) == []


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_a_fault_is_found_by_its_rule(fixture: Path, tmp_path: Path) -> None:
    wanted = tomllib.loads(fixture.read_text(encoding="utf-8"))
    app = write_app(tmp_path, wanted.get("code", CODE), wanted.get("ru", RU))
    found = found_in(app)
    assert {rule for rule, _message in found} == {wanted["rule"]}, found
    assert any(wanted["says"] in message for _rule, message in found), found


def test_every_rule_of_the_app_has_a_fault_that_it_finds() -> None:
    covered = {tomllib.loads(path.read_text(encoding="utf-8"))["rule"] for path in FIXTURES}
    assert covered == set(APP_RULES)


def test_sentences_of_the_real_app_are_whole() -> None:
    assert [str(problem) for problem in APP_RULES["T8"](ROOT)] == []


def test_the_app_is_proved_along_with_lessons(tiny_folder: Path, tmp_path: Path) -> None:
    app = write_app(tmp_path / "app", CODE + '\nFAREWELL = "bye" + _("Hello")\n')
    _proofs, rest = check_course(tiny_folder, around=Surroundings(app=app))
    assert [problem.rule for problem in rest] == ["T8"]
    assert rest[0].file.endswith("tutor/greeting.py")
