"""Real memcached processes on free ports of 127.0.0.1."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
        return True
    return False


@contextlib.contextmanager
def running_memcached(megabytes: int = 8) -> Iterator[int]:
    """A memcached of one's own; its port."""
    program = shutil.which("memcached")
    if program is None:
        pytest.skip("memcached is not installed; the oracle is memcached 1.6.18")
    for _attempt in range(5):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        words = [program, "-l", "127.0.0.1", "-p", str(port), "-U", "0", "-m", str(megabytes)]
        process = subprocess.Popen(
            [*words, "-u", "nobody"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and not _listens(port):
            time.sleep(0.01)
        if process.poll() is None:
            break
    else:
        pytest.fail("memcached did not start")
    try:
        yield port
    finally:
        process.kill()
        process.wait()
