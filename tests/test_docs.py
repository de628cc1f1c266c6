"""What the guides quote is really there, and the files they name exist."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ["README.md", "README.ru.md", "CONTRIBUTING.md"] + [
    f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))
]
FILES = [
    path.relative_to(ROOT).as_posix()
    for folder in ("tutor", "lessons", "locales", "tests", "docs", "benchmarks")
    for path in ((ROOT / folder), *(ROOT / folder).rglob("*"))
]
_QUOTE = re.compile(r"<!-- from (\S+) -->\n *```\w*\n(.*?)\n *```", re.DOTALL)
_NAMED = re.compile(r"`([\w./-]+(?:\.py|\.md|\.toml|\.json|\.txt|/))`")
_LINK = re.compile(r"\]\((?!https?:)([^)#]+)[^)]*\)")


def _squeezed(text: str) -> str:
    return "\n".join(line.strip() for line in textwrap.dedent(text).splitlines())


@pytest.mark.parametrize("guide", GUIDES)
def test_quoted_code_is_in_the_file_it_names(guide: str) -> None:
    for file, quote in _QUOTE.findall((ROOT / guide).read_text(encoding="utf-8")):
        source = _squeezed((ROOT / file).read_text(encoding="utf-8"))
        assert _squeezed(quote) in source, f"{guide}: {file} no longer says\n{quote}"


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_somewhere(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    missing = [link for link in _LINK.findall(text) if not ((ROOT / guide).parent / link).exists()]
    assert not missing, f"{guide}: {missing}"


@pytest.mark.parametrize("guide", GUIDES)
def test_files_and_folders_that_are_named_exist(guide: str) -> None:
    """Named from the root, or by the end of their path."""
    text = (ROOT / guide).read_text(encoding="utf-8")
    names = {name.rstrip("/") for name in _NAMED.findall(text)}
    missing = [name for name in names if not any(f"/{path}".endswith(f"/{name}") for path in FILES)]
    assert not missing, f"{guide}: {missing}"


def test_both_readmes_show_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        return [re.sub(r"\s*#.*", "", line) for block in blocks for line in block.splitlines()]

    assert commands("README.md") == commands("README.ru.md")
