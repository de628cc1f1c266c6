"""A lesson's Markdown: anchors, and the blocks that a section is shown as.

    # Title of the lesson          then a sentence about it
    ## step:first  Title           then what the step tells (of a demo: scene:first)
    ### task                       task, hint.1 … hint.3, feedback.<id>, option.<id>, answer.<id>,
                                   check.<id>, recap, note

Replies are never typed by hand: the commands of a ```` ```redis run ```` block are executed on
a fork of the step's beginning and become a `Transcript`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tutor.course.calls import is_python, line_words
from tutor.course.problems import Problem, shown_path
from tutor.course.typography import bound
from tutor.engine.cmdline import UnbalancedQuotes, split
from tutor.engine.replies import Reply
from tutor.i18n import _

BOXES = ("notes", "today", "ram", "tip")
"""Kinds of a quoted box, ``> [!notes]``: what the notes say, what holds today, memory, advice."""

CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")
"""What could command the terminal of whoever reads a text."""

_STEP = re.compile(r"## +(?:step|scene):(\S+)(?: +(.*\S))?\s*$")
_ANCHOR = re.compile(r"### +(\S+)\s*$")
_FENCE = re.compile(r"(`{3,}|~{3,}) *(.*?)\s*$")
_BOX = re.compile(r"> ?\[!(\w+)\]\s*$")


SaidLine = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Plain Markdown: paragraphs, lists, tables."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Code:
    """A fenced block that is shown as it stands; ``language`` may be empty."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A quoted box of one of `BOXES`."""

    kind: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command as typed and the engine's reply to it. Of a call ``said`` are the lines that are
    shown in the reply's place: pieces of text with their roles."""

    line: str
    argv: tuple[bytes, ...]
    reply: Reply
    said: tuple[SaidLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """A ``redis run`` block after it was executed."""

    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A ``redis run`` block before it is executed; ``line`` is that of its first command.

    ``errors``: the fence says ``redis run errors``, an error reply is what it shows. ``wire``: it
    says ``redis wire``, and what crosses the network is shown.
    """

    lines: tuple[str, ...]
    line: int
    errors: bool = False
    wire: bool = False


Block = Text | Code | Box | Transcript
Prose = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one anchor, and the line of its heading."""

    text: str
    line: int
    blocks: tuple[Text | Code | Box | Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One language of a lesson. ``sections``: ``first``, ``first/task``, ``first/hint.1``, …"""

    file: str
    title: str = ""
    about: str = ""
    sections: Mapping[str, Section] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)


def read_document(path: Path) -> tuple[Document, list[Problem]]:
    """Parse a Markdown file; what is wrong is returned, never raised."""
    file = shown_path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return Document(file), [Problem(file, 0, "S1", f"not UTF-8 at byte {error.start}")]
    except OSError as error:
        return Document(file), [Problem(file, 0, "S1", f"cannot be read: {error.strerror}")]
    return parse(text, file, path.stem)


def parse(text: str, file: str, language: str = "") -> tuple[Document, list[Problem]]:
    """As `read_document`, for a text that is already read, in a language."""
    problems = [
        Problem(file, number, "S1", f"a control character: {sign[0]!r}")
        for number, line in enumerate(text.split("\n"), 1)
        if (sign := CONTROL.search(line))
    ]
    title, about = "", ""
    raw: dict[str, tuple[int, list[str]]] = {}
    titles: dict[str, str] = {}
    step, fence = "", ""
    body: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        found = _FENCE.match(line.lstrip())
        if found:
            if not fence:
                fence = found[1]
            elif found[1].startswith(fence) and not found[2]:
                fence = ""
        elif not fence and line.startswith("#"):
            heading = _heading(line, step)
            if heading is None:
                message = f"unknown heading {line.strip()!r}; a step is '## step:<id> Title'"
                problems.append(Problem(file, number, "S3", message))
                continue
            level, name, words = heading
            if level == 1:
                title = words
                body = []
                raw[""] = (number, body)
                continue
            if level == 2:
                step = name
                titles[step] = words
            anchor = step if level == 2 else f"{step}/{name}"
            if anchor in raw:
                first = raw[anchor][0]
                message = f"the anchor {anchor!r} is already in line {first}"
                problems.append(Problem(file, number, "S3", message))
            body = []
            raw[anchor] = (number, body)
            continue
        body.append(line)
    if fence:
        problems.append(Problem(file, len(text.splitlines()), "S3", "a code fence is not closed"))
    sections: dict[str, Section] = {}
    for anchor, (number, lines) in raw.items():
        blocks = _bound(_blocks(lines, number + 1, file, problems), language)
        sections[anchor] = Section("\n".join(lines).strip(), number, blocks)
    top = sections.pop("", None)
    about = top.text if top else ""
    return Document(file, title, about, sections, titles), problems


def _heading(line: str, step: str) -> tuple[int, str, str] | None:
    if line.startswith("# "):
        return 1, "", line[2:].strip()
    found = _STEP.match(line)
    if found:
        return 2, found[1], found[2] or ""
    found = _ANCHOR.match(line)
    if found and step:
        return 3, found[1], ""
    return None


def _blocks(
    lines: list[str], start: int, file: str, problems: list[Problem]
) -> tuple[Text | Code | Box | Run, ...]:
    blocks: list[Text | Code | Box | Run] = []
    pending: list[str] = []
    at = 0

    def flush() -> None:
        text = "\n".join(pending).strip()
        if text:
            blocks.append(Text(text))
        pending.clear()

    while at < len(lines):
        line = lines[at]
        fence, box = _FENCE.match(line), _BOX.match(line)
        if fence:
            flush()
            first = at + 1
            at = first
            while at < len(lines) and not lines[at].startswith(fence[1]):
                at += 1
            inside = lines[first:at]
            if fence[2] in ("redis run", "redis run errors", "redis wire"):
                blocks.append(_run_block(inside, fence[2], start + first, file, problems))
            else:
                blocks.append(Code("\n".join(inside), fence[2]))
            at += 1
        elif box:
            flush()
            if box[1] not in BOXES:
                message = f"unknown kind of box {box[1]!r}; there are: {', '.join(BOXES)}"
                problems.append(Problem(file, start + at, "S3", message))
            at += 1
            quoted = []
            while at < len(lines) and lines[at].startswith(">"):
                quoted.append(lines[at][1:].removeprefix(" "))
                at += 1
            blocks.append(Box(box[1], "\n".join(quoted).strip()))
        else:
            pending.append(line)
            at += 1
    flush()
    return tuple(blocks)


def _bound(
    blocks: tuple[Text | Code | Box | Run, ...], language: str
) -> tuple[Text | Code | Box | Run, ...]:
    """The same with no-break spaces where the language wants them."""
    return tuple(
        replace(block, markdown=bound(block.markdown, language))
        if isinstance(block, Text | Box)
        else block
        for block in blocks
    )


def _run_block(inside: list[str], kind: str, line: int, file: str, problems: list[Problem]) -> Run:
    commands = []
    for offset, text in enumerate(inside):
        try:
            if is_python(text) or split(text):
                commands.append(text.strip())
        except UnbalancedQuotes as error:
            problems.append(Problem(file, line + offset, "E12", f"{error}: {text.strip()!r}"))
    return Run(tuple(commands), line, kind.endswith("errors"), kind.endswith("wire"))


def perform(
    blocks: tuple[Text | Code | Box | Run, ...],
    execute: Callable[[tuple[bytes, ...]], Reply],
    wire: Callable[[tuple[bytes, ...], Reply], str],
    said: Callable[[], tuple[SaidLine, ...] | None] = lambda: None,
    django: bool = False,
) -> Prose:
    """The blocks as shown: each ``redis run`` block is given to ``execute``, line by line; ``said``
    are the lines for a call that was just carried out. Of a ``redis wire`` block ``wire`` prints
    what crosses the network."""
    shown: list[Block] = []
    for block in blocks:
        if isinstance(block, Run) and block.wire:
            argvs = [tuple(split(line)) for line in block.lines]
            shown.append(Code("\n".join(wire(argv, execute(argv)) for argv in argvs), "resp"))
        elif isinstance(block, Run):
            exchanges = []
            for line in block.lines:
                argv = line_words(line, django)
                exchanges.append(Exchange(line, argv, execute(argv), said()))
            shown.append(Transcript(tuple(exchanges)))
        else:
            shown.append(block)
    return tuple(shown)


def box_title(kind: str) -> str:
    """The head of a quoted box."""
    titles = {
        "notes": _("In the notes"),
        "today": _("Today"),
        "ram": _("In memory"),
        "tip": _("Worth knowing"),
    }
    return titles[kind]


def as_markdown(
    prose: Prose,
    render_reply: Callable[[Reply], str],
    box_title: Callable[[str], str],
    prompt: str = "> ",
) -> str:
    """One Markdown text for a reader that draws Markdown and nothing else.

    ``render_reply`` is the console's (as redis-cli prints); ``box_title`` names a kind of box.
    """
    parts: list[str] = []
    for block in prose:
        match block:
            case Text():
                parts.append(block.markdown)
            case Code():
                parts.append(f"```{block.language}\n{block.text}\n```")
            case Box():
                quoted = "\n".join(f"> {line}".rstrip() for line in block.markdown.splitlines())
                parts.append(f"> **{box_title(block.kind)}**\n>\n{quoted}")
            case Transcript():
                lines = []
                for exchange in block.exchanges:
                    lines.append(f"{prompt}{exchange.line}")
                    if exchange.said is None:
                        lines.append(render_reply(exchange.reply).rstrip("\n"))
                    else:
                        lines += ["".join(text for text, _ in line) for line in exchange.said]
                parts.append("```redis\n" + "\n".join(lines) + "\n```")
    return "\n\n".join(parts)
