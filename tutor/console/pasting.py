"""Several lines at once: where one command ends and the next begins.

A line is a command, as in redis-cli; but a script in quotes may go over several lines, and then
they belong together.
"""

from __future__ import annotations

from tutor.console.lexer import UnbalancedQuotes, quote, split, tokens

__all__ = ["as_one_line", "current", "cut", "statements"]


def statements(text: str) -> list[str]:
    """The commands in a text, in order; blank lines are none.

    Lines are joined if a quote is open at the end of the first and closed in one of the others. A
    quote that is never closed (an apostrophe, say) spoils its own line only.
    """
    return [statement for statement in cut(text) if statement.strip()]


def current(text: str) -> str:
    """The command that is being typed at the end of a text; all of it if its quote is open."""
    return cut(text, typing=True)[-1]


def cut(text: str, typing: bool = False) -> list[str]:
    """As `statements`, blank lines among them: put together with line ends they are the text.

    ``typing``: a quote may yet be closed, so all that follows it is one command.
    """
    lines = text.split("\n")
    found = []
    at = 0
    while at < len(lines):
        count = _length(lines[at:], typing)
        found.append("\n".join(lines[at : at + count]))
        at += count
    return found


def _length(lines: list[str], typing: bool) -> int:
    """How many lines the first command takes."""
    for count in range(1, len(lines) + 1):
        try:
            split("\n".join(lines[:count]))
        except UnbalancedQuotes as error:
            if error.kind != "open":
                return 1
        else:
            return count
    return len(lines) if typing else 1


def as_one_line(statement: str) -> str:
    """The same command without line ends: they become ``\\n`` inside double quotes."""
    if "\n" not in statement:
        return statement
    found = ""
    at = 0
    for token in tokens(statement):
        found += statement[at : token.start]
        word = statement[token.start : token.end]
        found += quote(token.value) if "\n" in word else word
        at = token.end
    return found + statement[at:].replace("\n", " ")
