"""Markdown with anchors: sections, boxes, examples that run, texts with figures filled in."""

from __future__ import annotations

import pytest

from tutor.course.feedback import fill, plural_form
from tutor.course.prose import Box, Code, Run, Text, Transcript, as_markdown, parse, perform
from tutor.course.wiretext import on_the_wire
from tutor.engine.replies import OK, Reply

SAMPLE = """\
# A title
About it.

## step:one The first step
Some *text*.

- a list

```redis run
SET a 1
GET a
```
```redis
GET b
# step:fake is not a heading here
```

> [!notes]
> as it was
>
> and more

Last words.
### task
Do it.
### hint.1
Think.
## step:two
Nothing.
"""


def test_a_file_is_cut_at_its_anchors() -> None:
    document, problems = parse(SAMPLE, "en.md")
    assert problems == []
    assert document.title == "A title"
    assert document.about == "About it."
    assert document.titles == {"one": "The first step", "two": ""}
    assert list(document.sections) == ["one", "one/task", "one/hint.1", "two"]
    assert document.sections["one/task"].text == "Do it."
    assert document.sections["one/task"].line == 24
    assert document.sections["one"].blocks == (
        Text("Some *text*.\n\n- a list"),
        Run(("SET a 1", "GET a"), 10),
        Code("GET b\n# step:fake is not a heading here", "redis"),
        Box("notes", "as it was\n\nand more"),
        Text("Last words."),
    )


def in_bytes(argv: tuple[bytes, ...], reply: Reply) -> str:
    return on_the_wire(argv, reply, 2)


def test_of_a_wire_block_the_bytes_stand_in_the_text() -> None:
    document, problems = parse("# T\n## step:one\n```redis wire\nGET tea\nSET b 1\n```\n", "en.md")
    assert problems == []
    replies: dict[tuple[bytes, ...], Reply] = {
        (b"GET", b"tea"): "Пуэр".encode(),
        (b"SET", b"b", b"1"): OK,
    }
    prose = perform(document.sections["one"].blocks, lambda argv: replies[argv], in_bytes)
    assert prose == (
        Code(
            "> *2\\r\\n$3\\r\\nGET\\r\\n$3\\r\\ntea\\r\\n\n"
            "< $8\\r\\nПуэр\\r\\n\n"
            "> *3\\r\\n$3\\r\\nSET\\r\\n$1\\r\\nb\\r\\n$1\\r\\n1\\r\\n\n"
            "< +OK\\r\\n",
            "resp",
        ),
    )


def test_an_example_is_run_and_its_replies_stand_in_the_text() -> None:
    document, _problems = parse(SAMPLE, "en.md")
    replies = {(b"SET", b"a", b"1"): b"OK", (b"GET", b"a"): b"1"}
    prose = perform(document.sections["one"].blocks, lambda argv: replies[argv], in_bytes)
    transcript = prose[1]
    assert isinstance(transcript, Transcript)
    assert [(one.line, one.reply) for one in transcript.exchanges] == [
        ("SET a 1", b"OK"), ("GET a", b"1")]  # fmt: skip
    text = as_markdown(prose, lambda reply: reply.decode(), lambda kind: kind.title())
    assert "```redis\n> SET a 1\nOK\n> GET a\n1\n```" in text
    assert "> **Notes**\n>\n> as it was\n>\n> and more" in text


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("# T\n## step one\n", 2, "unknown heading '## step one'"),
        ("# T\n### task\n", 2, "unknown heading '### task'"),
        ("# T\n## step:a\n### task\n### task\n", 4, "already in line 3"),
        ("# T\n## step:a\n```redis run\nGET a\n", 4, "a code fence is not closed"),
        ("# T\n## step:a\n> [!noets]\n> x\n", 3, "unknown kind of box 'noets'"),
        ("# T\n## step:a\n```redis run\nGET 'a\n```\n", 4, "open quote"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, says: str) -> None:
    _document, problems = parse(text, "en.md")
    assert [(p.line, says in p.message) for p in problems] == [(line, True)]


def test_figures_are_filled_in_and_never_become_markup() -> None:
    values = {"state.value": "a`b {got} <b>", "got": "x", "state.len": "3"}
    text = fill("`{state.value}` {got} {unknown} {state.ttl_s} {a b}", values, "en")
    assert text == "`a'b {got} <b>` x {unknown} — {a b}"
    many = "{state.len} {plural:state.len:байт|байта|байт}"
    assert fill(many, values, "ru") == "3 байта"
    assert fill("{plural:nothing:one|many}", values, "en") == "many"


@pytest.mark.parametrize(
    ("number", "form"),
    [(0, 2), (1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (21, 0), (22, 1), (111, 2), (-1, 0)],
)
def test_russian_has_three_forms(number: int, form: int) -> None:
    assert plural_form(number, "ru") == form
