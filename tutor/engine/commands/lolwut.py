"""LOLWUT: a picture drawn by chance, and the version (redis 7.0, lolwut.c).

As in the original, 7.0 itself has no picture; VERSION 5 and VERSION 6 have one. Ours is a skip
list: towers whose floors are each four times rarer than the one below.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.arguments import integer
from tutor.engine.registry import command
from tutor.engine.replies import Reply, Verbatim
from tutor.engine.session import Session

_SIZES = {5: (66, 8, 12), 6: (80, 20)}
"""Of each version that draws, the numbers it takes: columns first, floors last."""

_MOST_COLUMNS, _MOST_FLOORS = 1000, 32
_SHARE = 0.25
_SIGNATURE = "Redis ver. 7.0.15\n"


@command("lolwut")
def lolwut(session: Session, argv: Sequence[bytes]) -> Reply:
    """LOLWUT [VERSION version [columns …]]."""
    if len(argv) < 3 or argv[1].lower() != b"version":
        return Verbatim(_SIGNATURE.encode())
    sizes = _SIZES.get(integer(argv[2]))
    if sizes is None:
        return Verbatim(_SIGNATURE.encode())
    given = [integer(word) for word in argv[3 : 3 + len(sizes)]]
    numbers = [*given, *sizes[len(given) :]]
    columns = max(1, min(numbers[0], _MOST_COLUMNS))
    floors = max(1, min(numbers[-1], _MOST_FLOORS))
    picture = _skyline(session, columns, floors)
    return Verbatim(f"{picture}\n\nA skip list, every tower a toss of dice. {_SIGNATURE}".encode())


def _skyline(session: Session, columns: int, floors: int) -> str:
    """Towers side by side, the links between them where nothing stands."""
    heights = [_height(session, floors) for _ in range(columns)]
    rows = (
        "".join("█" if height > floor else "─" for height in heights)
        for floor in reversed(range(max(heights)))
    )
    return "\n".join(rows)


def _height(session: Session, floors: int) -> int:
    height = 1
    while height < floors and session.engine.random.random() < _SHARE:
        height += 1
    return height
