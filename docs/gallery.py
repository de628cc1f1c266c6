"""Draw the pictures of gallery.toml into pictures/xray and write gallery.md:

    python docs/gallery.py            all of them
    python docs/gallery.py NAME …     draw only these (a name of the table, or a demo's)

Every picture is made by the command that stands above it; the same command gives the same picture.
"""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tutor import cli
from tutor.course.scenereading import demo_names, load_script

DOCS = Path(__file__).resolve().parent
FOLDER = "pictures/xray"
DEMOS = "pictures/demos"
LANGUAGES = ("en", "ru")

INTRODUCTION = """\
<!-- Written by docs/gallery.py from docs/gallery.toml: edit that. -->

# Gallery

What `redis-tutor xray`, `redis-tutor lab`, `redis-tutor rivals` and `redis-tutor demo` draw. Every
picture is made by the command above it: copy it, change it, put the picture into your slides.
`xray` also takes `--png FILE`, `--connect redis://…` for a key of a real Redis and `--theme light`
for a light slide; `--width N` makes a picture narrower; without a file it is printed.

Under *по-русски* is the same with `--lang ru`.
"""


class Picture(NamedTuple):
    """A row of gallery.toml."""

    name: str
    title: str
    en: str
    ru: str
    run: list[str] = []  # noqa: RUF012 - never changed
    key: str = ""
    options: list[str] = []  # noqa: RUF012 - never changed
    chapter: str = ""
    form: str = "svg"
    lab: str = ""
    rivals: bool = False

    def words(self, code: str, file: str) -> list[str]:
        """The arguments that draw it in a language into a file."""
        if self.lab or self.rivals:
            lang = ["--lang", code] if code != "en" else []
            return [*self._program(), *self.options, *lang, f"--{self.form}", file]
        steps = [word for line in self.run for word in ("--run", line)]
        lang = ["--lang", code] if code != "en" else []
        key = [self.key] if self.key else []
        return ["xray", *key, *steps, *self.options, *lang, f"--{self.form}", file]

    def _program(self) -> list[str]:
        """What draws it, if it is no X-ray of a key."""
        return ["lab", self.lab] if self.lab else ["rivals"]

    def command(self) -> str:
        """The English one as it is typed, a step on each line."""
        if self.lab or self.rivals:
            file = f"{self.name}.{self.form}"
            words = [*self._program(), *self.options, f"--{self.form}", file]
            return f"redis-tutor {shlex.join(words)}"
        lines = ["redis-tutor xray" + (f" {shlex.quote(self.key)}" if self.key else "")]
        lines += [f"--run {_quoted(line)}" for line in self.run]
        rest = " ".join(shlex.quote(word) for word in self.options)
        lines.append(f"{rest} --{self.form} {self.name}.{self.form}".lstrip())
        return " \\\n    ".join(lines)

    def file(self, code: str) -> str:
        """Where the picture lies, from the page."""
        return f"{FOLDER}/{self.name}-{code}.{self.form}"


def pictures() -> list[Picture]:
    """The rows of gallery.toml."""
    rows = tomllib.loads((DOCS / "gallery.toml").read_text(encoding="utf-8"))["picture"]
    return [Picture(**row) for row in rows]


def demo_files(name: str, code: str) -> list[tuple[str, str]]:
    """The title of each scene of a demo, and where its picture lies, from the page."""
    script = load_script(name)
    return [
        (script.scene_title(scene, code), f"{DEMOS}/{name}-{number:02}-{scene.id}-{code}.svg")
        for number, scene in enumerate(script.scenes, 1)
    ]


def demo_page(name: str) -> str:
    """A demo's part of the page."""
    script = load_script(name)
    shown = {
        code: "\n\n".join(f"![{title}]({file})" for title, file in demo_files(name, code))
        for code in LANGUAGES
    }
    return (
        f"### {script.title('en')}\n\n{script.about('en')}\n\n"
        f"```sh\n{demo_command(name)}\n```\n\n{shown['en']}\n\n"
        f"<details><summary>по-русски</summary>\n\n{script.title('ru')}. {script.about('ru')}\n\n"
        f"{shown['ru']}\n\n</details>\n"
    )


def demo_command(name: str) -> str:
    """As it is typed."""
    return f"redis-tutor demo {name} --export {name}"


def draw_demo(name: str, code: str) -> int:
    """Export it, and keep the SVG of each scene; returns whether the command failed."""
    with tempfile.TemporaryDirectory() as folder:
        if cli.main(["demo", name, "--export", folder, "--lang", code]):
            return 1
        drawn = sorted(Path(folder).glob("*.svg"))
        for path, (_title, file) in zip(drawn, demo_files(name, code), strict=True):
            shutil.copyfile(path, DOCS / file)
    return 0


def page(shown: Sequence[Picture]) -> str:
    """gallery.md."""
    parts = [INTRODUCTION]
    for one in shown:
        if one.chapter:
            parts.append(f"## {one.chapter}\n")
        parts.append(f"### {one.title}\n\n{one.en}\n")
        parts.append(f"```sh\n{one.command()}\n```\n")
        parts.append(f"![{one.title}]({one.file('en')})\n")
        summary = f"<details><summary>по-русски</summary>\n\n{one.ru}\n"
        parts.append(f"{summary}\n![{one.title}, по-русски]({one.file('ru')})\n\n</details>\n")
    parts.append("## Demos, scene by scene\n")
    parts += [demo_page(name) for name in demo_names()]
    return "\n".join(parts)


def main(names: Sequence[str]) -> int:
    """Draw all, or those named, and write the page; returns how many commands failed."""
    (DOCS / FOLDER).mkdir(parents=True, exist_ok=True)
    known = pictures()
    failed = 0
    for one in known:
        for code in LANGUAGES if not names or one.name in names else ():
            if cli.main(one.words(code, str(DOCS / one.file(code)))):
                print(f"{one.name}: its command failed", file=sys.stderr)
                failed += 1
    if not names:
        kept = {Path(one.file(code)).name for one in known for code in LANGUAGES}
        for path in (DOCS / FOLDER).iterdir():
            if path.name not in kept:
                path.unlink()
    (DOCS / DEMOS).mkdir(parents=True, exist_ok=True)
    for name in demo_names() if not names else set(names) & set(demo_names()):
        failed += sum(draw_demo(name, code) for code in LANGUAGES)
    (DOCS / "gallery.md").write_text(page(known), encoding="utf-8")
    return failed


def _quoted(line: str) -> str:
    """A word for a shell, in the quotes that need no escaping."""
    if "'" in line and not set('"$`\\!') & set(line):
        return f'"{line}"'
    return shlex.quote(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) and 1)
