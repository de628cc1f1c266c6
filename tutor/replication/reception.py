"""An RDB file as it comes over the link: where it ends, and what stands behind it.

    $<length>\\r\\n<RDB>|stream …
    $EOF:<40 bytes>\\r\\n<RDB><the same 40 bytes>|

Redis 7.0, replication.c: readSyncBulkPayload.
"""

from __future__ import annotations

from tutor.replication.links import Incoming

MARK_SIZE = 40


class Reception:
    """``size`` is the file's length, 0 if only its end tells; ``read`` is what has come of it."""

    __slots__ = ("_mark", "_tail", "incoming", "read", "size")

    def __init__(self, incoming: Incoming, header: bytes) -> None:
        """``header`` is the line that announces the file, `is_header` is true of it."""
        self.incoming = incoming
        self.read = 0
        self._tail = b""
        marked = header.startswith(b"$EOF:")
        self._mark = header[5 : 5 + MARK_SIZE] if marked else b""
        self.size = 0 if marked else int(header[1:])

    @property
    def mark(self) -> bytes:
        """What the end of the file looks like, empty if its length is known."""
        return self._mark

    def take(self, data: bytes) -> bytes | None:
        """Bytes have come. None while the file is not whole; then what stands behind it.

        Raises what `Incoming.write` raises.
        """
        if not self._mark:
            part = data[: self.size - self.read]
            self.read += len(part)
            self.incoming.write(part)
            return data[len(part) :] if self.read == self.size else None
        self.read += len(data)
        data = self._tail + data
        whole = data.endswith(self._mark)
        sure = data[:-MARK_SIZE]
        self._tail = data[len(sure) :]
        if sure:
            self.incoming.write(sure)
        return b"" if whole else None


def is_header(line: bytes) -> bool:
    """Whether a line announces a file."""
    if line.startswith(b"$EOF:"):
        return len(line) >= 5 + MARK_SIZE
    return line.startswith(b"$") and line[1:].isdigit()
