"""Written conversations with memcached 1.6.18 and with ours: the same replies, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.oracle.memcached.pair import Pair, pair

_FOLDER = Path(__file__).parent / "memcached"
_REPEAT = re.compile(rb"\{(.)\*(\d+)\}")


def conversations() -> list[tuple[str, bytes]]:
    """Title and bytes of every conversation in the folder.

    Each begins with ``# title``; its lines end with CR LF on the wire, ``\\x00`` and the like are
    bytes, ``{x*100}`` is 100 times x.
    """
    found = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for block in re.split(r"^# ", path.read_text(encoding="ascii"), flags=re.MULTILINE)[1:]:
            title, lines = block.rstrip("\n").split("\n", 1)
            raw = lines.encode().decode("unicode_escape").encode("latin-1")
            text = _REPEAT.sub(lambda part: part[1] * int(part[2]), raw)
            found.append((f"{path.stem}: {title}", text.replace(b"\n", b"\r\n") + b"\r\n"))
    return found


CONVERSATIONS = conversations()


@pytest.fixture(scope="module")
def both() -> Iterator[Pair]:
    with pair() as servers:
        yield servers


@pytest.mark.parametrize(("title", "text"), CONVERSATIONS, ids=[t for t, _ in CONVERSATIONS])
def test_a_conversation_goes_the_same_way(both: Pair, title: str, text: bytes) -> None:
    keys = set(re.findall(rb"^\w+ (\S+)", text, flags=re.MULTILINE))
    both.agree(b"flush_all\r\n", b"".join(b"get %b\r\n" % key for key in keys if len(key) < 251))
    both.agree(text)
