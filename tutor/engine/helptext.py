"""What a container command answers to HELP.

Redis's own HELP is prose, and we do not copy prose: this one is derived from the command table,
so it lists what this engine has, in our words. Only the form is Redis's: an array of status
replies, the syntax of each subcommand and below it, indented, what it does.
"""

from __future__ import annotations

from collections.abc import Iterable

from tutor.engine.replies import Reply, Status
from tutor.engine.session import Session


def help_of(session: Session, container: bytes) -> Reply:
    """HELP of a container whose subcommands are rows of the table."""
    from tutor.engine.table.notation import syntax  # a server rarely asks for it

    command = session.engine.commands[container]
    return help_lines(
        container.decode(),
        (
            (syntax(child.spec).partition(" ")[2], child.spec.summary["en"])
            for child in command.subcommands.values()
        ),
    )


def help_lines(container: str, subcommands: Iterable[tuple[str, str]]) -> Reply:
    """HELP from pairs (syntax without the container's name, what it does)."""
    lines = [f"{container.upper()} has these subcommands:"]
    for syntax, summary in subcommands:
        lines += [syntax, f"    {summary}."]
    return [Status(line.encode()) for line in lines]
