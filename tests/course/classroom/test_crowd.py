"""A class of 50 over real sockets, 5 of whom send junk: nobody else notices."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from tests.network.serving import free_port
from tutor.course.classroom.hall import Hall
from tutor.course.classroom.roster import Roster

GOOD = 45
ROUNDS = 20
PATIENCE_S = 30.0

Junk = Callable[["Guest", asyncio.Event], Awaitable[None]]


class Guest:
    """A client that speaks RESP2 by hand."""

    def __init__(self, hall: Hall, name: str) -> None:
        self.hall, self.name = hall, name
        self.delays: list[float] = []
        self.sent = 0
        self._reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def come(self, *, log_in: bool = True) -> None:
        self._reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.hall.service.port
        )
        if log_in:
            assert await self.ask("AUTH", self.name, self.hall.words[self.name]) == b"+OK"

    async def ask(self, *words: str) -> bytes:
        """One command, and its reply of one line or one bulk."""
        began = time.monotonic()
        self.writer.write(encoded(*words))
        line = await asyncio.wait_for(self._reader.readuntil(b"\r\n"), PATIENCE_S)
        if line.startswith(b"$") and line != b"$-1\r\n":
            line += await asyncio.wait_for(self._reader.readexactly(int(line[1:]) + 2), PATIENCE_S)
        if words[0] != "AUTH":
            self.delays.append(time.monotonic() - began)
            self.sent += 1
        return line.removesuffix(b"\r\n")

    def leave(self) -> None:
        self.writer.close()


def encoded(*words: str) -> bytes:
    bulks = [b"$%d\r\n%b\r\n" % (len(word.encode()), word.encode()) for word in words]
    return b"*%d\r\n%b" % (len(words), b"".join(bulks))


async def learn(guest: Guest) -> None:
    """What a good learner does; every answer is checked."""
    await guest.come()
    name = guest.name
    for number in range(ROUNDS):
        assert await guest.ask("SET", f"{name}:x", f"{name}-{number}") == b"+OK"
        answer = f"{name}-{number}"
        assert await guest.ask("GET", f"{name}:x") == f"${len(answer)}\r\n{answer}".encode()
        assert await guest.ask("INCR", f"{name}:n") == b":%d" % (number + 1)
        assert (await guest.ask("GET", "junk1:x")).startswith(b"-NOPERM")
        await asyncio.sleep(0)


async def again(guest: Guest, over: asyncio.Event, blow: bytes, *, log_in: bool) -> None:
    """Connect, send it, hear what the server says until it hangs up or is quiet, begin anew."""
    while not over.is_set():
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await guest.come(log_in=log_in)
            guest.writer.write(blow)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(guest._reader.read(), 0.05)
            guest.leave()


async def binary(guest: Guest, over: asyncio.Event) -> None:
    await again(guest, over, random.Random(1).randbytes(40_000), log_in=False)


async def half(guest: Guest, over: asyncio.Event) -> None:
    await again(guest, over, b"*3\r\n$3\r\nSET\r\n$900000\r\nabc", log_in=True)


async def huge(guest: Guest, over: asyncio.Event) -> None:
    await again(guest, over, b"*2\r\n$3\r\nGET\r\n$99999999999\r\n" * 50, log_in=True)


async def deaf(guest: Guest, over: asyncio.Event) -> None:
    """Asks for 100 kB again and again and never reads."""
    while not over.is_set():
        with contextlib.suppress(OSError):
            await guest.come()
            assert await guest.ask("SETRANGE", f"{guest.name}:big", "100000", "x") == b":100001"
            guest.writer.transport.pause_reading()  # type: ignore[attr-defined]
            guest.writer.write(encoded("GET", f"{guest.name}:big") * 1000)
            for _turn in range(100):
                if over.is_set() or guest.writer.transport.is_closing():
                    break
                await asyncio.sleep(0.01)
            guest.writer.transport.abort()


async def endless(guest: Guest, over: asyncio.Event) -> None:
    """Scripts without an end."""
    while not over.is_set():
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await guest.come()
            await guest.ask("EVAL", "while true do end", "0")
            guest.leave()
            await asyncio.sleep(0.5)


JUNK: tuple[Junk, ...] = (binary, half, huge, deaf, endless)


@contextlib.asynccontextmanager
async def crowd(hall: Hall) -> AsyncIterator[list[Guest]]:
    """45 learners at work and 5 at their mischief; the learners, when they are through."""
    names = [learner.id for learner in hall.roster]
    over = asyncio.Event()
    mischief = [
        asyncio.create_task(junk(Guest(hall, name), over))
        for junk, name in zip(JUNK, names[GOOD:], strict=True)
    ]
    looks = asyncio.create_task(looking(hall, over))
    guests = [Guest(hall, name) for name in names[:GOOD]]
    try:
        await asyncio.gather(*map(learn, guests))
        yield guests
    finally:
        over.set()
        await asyncio.gather(looks, *mischief)


async def looking(hall: Hall, over: asyncio.Event) -> None:
    """The instructor's screen: ten looks a second."""
    while not over.is_set():
        hall.look()
        await asyncio.sleep(0.1)


def test_forty_five_learners_do_not_notice_five_that_send_junk() -> None:
    names = [f"good{number}" for number in range(GOOD)] + [f"junk{n}" for n in range(1, 6)]
    hall = Hall(Roster(names))
    hall.open(free_port())

    async def scenario() -> None:
        async with crowd(hall) as guests:
            while not hall.look():
                await asyncio.sleep(0.01)
            rows = {row.learner.id: row for row in hall.rows}
            for guest in guests:
                row = rows[guest.name]
                assert (row.clients, row.commands, row.errors) == (1, guest.sent, ROUNDS)
                assert (row.keys, row.state, row.wrong_words) == (2, "here", 0)
                assert row.last == "GET junk1:x"
            delays = sorted(delay for guest in guests for delay in guest.delays)
            assert len(delays) == GOOD * ROUNDS * 4
            print(f"\nmedian {delays[len(delays) // 2] * 1000:.1f} ms, "
                  f"99% {delays[len(delays) * 99 // 100] * 1000:.1f} ms, "
                  f"longest {delays[-1] * 1000:.0f} ms")  # fmt: skip
            assert delays[len(delays) // 2] < 1
            assert delays[-1] < PATIENCE_S / 3
            for guest in guests:
                guest.leave()
        assert not [each for each in hall.service.warnings if "Internal" in each]

    try:
        asyncio.run(asyncio.wait_for(scenario(), 120))
    finally:
        hall.close()
