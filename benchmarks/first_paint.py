"""How long until something is seen: `redis-tutor` against a bare Textual app with one Input.

Both are started in a pseudo-terminal, in turns, and the time is taken from the start of the
process until a certain word has arrived. What counts is the ratio of the medians; the design's
goal is at most 1.3.

    python benchmarks/first_paint.py [--runs 15]
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import select
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from fcntl import ioctl
from struct import pack
from termios import TIOCSWINSZ

BARE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input(placeholder="redis-tutor")
Bare().run()
"""
WORD = b"redis-tutor"
PATIENCE_S = 20.0
_ESCAPES = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]")


def first_paint(command: Sequence[str], environment: dict[str, str]) -> float:
    """Seconds from the start of ``command`` until `WORD` stands on its screen."""
    started = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(command[0], list(command), environment)
    ioctl(terminal, TIOCSWINSZ, pack("HHHH", 40, 120, 0, 0))
    seen = b""
    try:
        while WORD not in _ESCAPES.sub(b"", seen):
            if time.perf_counter() - started > PATIENCE_S:
                raise TimeoutError(f"{command} showed nothing but {seen[-500:]!r}")
            ready, _, _ = select.select([terminal], [], [], 0.5)
            if ready:
                seen += os.read(terminal, 65536)
        return time.perf_counter() - started
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def main() -> int:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    bare = [sys.executable, "-c", BARE]
    tutor = [sys.executable, "-m", "tutor"]
    times: dict[str, list[float]] = {"bare": [], "tutor": []}
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "LANG": "en_US.UTF-8",
            "REDIS_TUTOR_HOME": home,
        }
        for _ in range(2):  # byte code and disk caches
            first_paint(bare, environment)
            first_paint(tutor, environment)
        for _ in range(runs):
            times["bare"].append(first_paint(bare, environment))
            times["tutor"].append(first_paint(tutor, environment))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        low, high = min(values) * 1000, max(values) * 1000
        print(f"{name:6s} {medians[name] * 1000:6.0f} ms  ({low:.0f}-{high:.0f}, {runs} runs)")
    print(f"first paint: {medians['tutor'] / medians['bare']:.2f} of a bare Textual app (goal 1.3)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
