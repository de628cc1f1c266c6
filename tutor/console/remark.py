"""A remark behind a command, as notes and shell examples write it: ``GET k  # why``.

Redis has no comments, so a ``#`` that can be an argument stays one (``SET k #``). Only where the
command is complete before it and no argument fits there, it is taken for a remark and not sent.
"""

from __future__ import annotations

from tutor.console.lexer import tokens
from tutor.console.reading import find_command
from tutor.engine.table.match import match
from tutor.i18n import _


def without_remark(line: str) -> tuple[str, str]:
    """The line that is to be sent, and the remark that is not ("" if there is none)."""
    if "#" not in line:
        return line, ""
    words = tokens(line)
    spec = find_command(words[0].value) if words else None
    if spec is None:
        return line, ""
    argv = [word.value for word in words]
    for index, word in enumerate(words[1:], 1):
        if line[word.start] != "#":
            continue
        if match(spec, argv[:index]).complete and match(spec, argv).wrong == index:
            return line[: word.start].rstrip(), line[word.start :].strip()
    return line, ""


def remark_note(remark: str) -> str:
    """What is said of it, in the present language."""
    return _("{remark} was not sent: Redis has no comments").format(remark=remark)
