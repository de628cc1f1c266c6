"""Effects as bytes."""

from __future__ import annotations

from tutor.engine.propagation import Effect
from tutor.engine.propagation.stream import ANY_DB, CommandStream, encode_command


def test_a_command_is_an_array_of_bulk_strings() -> None:
    assert encode_command((b"SET", b"k", b"")) == b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n"


def test_select_stands_wherever_the_database_changes() -> None:
    stream = CommandStream()
    select = {db: encode_command((b"SELECT", b"%d" % db)) for db in (0, 3)}
    a, ping = encode_command((b"INCR", b"a")), encode_command((b"PING",))
    assert stream.encode([Effect(0, (b"INCR", b"a"))] * 2) == select[0] + a + a
    assert stream.encode([Effect(ANY_DB, (b"PING",)), Effect(0, (b"INCR", b"a"))]) == ping + a
    assert stream.encode([Effect(3, (b"INCR", b"a"))]) == select[3] + a
    stream.forget()
    assert stream.encode([Effect(3, (b"INCR", b"a"))]) == select[3] + a
