"""How long until something is seen: `redis-tutor` against a bare Textual app with one Input.

Both are started in a pseudo-terminal, in turns, and the time is taken from the start of the
process until a certain word has arrived. What counts is the ratio of the medians; the design's
goal is at most 1.3. On a busy machine the ratio of the processor time that was used until then
says more, so it is printed as well.

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


def first_paint(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds from the start of ``command`` until `WORD` is seen, and processor seconds used."""
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
        seconds = time.perf_counter() - started
    finally:
        os.kill(child, signal.SIGKILL)
        _, _, usage = os.wait4(child, 0)
        os.close(terminal)
    return seconds, usage.ru_utime + usage.ru_stime


def main() -> int:
    """Print both medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    bare = [sys.executable, "-c", BARE]
    tutor = [sys.executable, "-m", "tutor"]
    times: dict[str, list[tuple[float, float]]] = {"bare": [], "tutor": []}
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
    for at, what in enumerate(("first paint", "processor time")):
        medians = {}
        for name, pairs in times.items():
            values = [1000 * pair[at] for pair in pairs]
            medians[name] = statistics.median(values)
            spread = f"({min(values):.0f}-{max(values):.0f}, {runs} runs)"
            print(f"{what}, {name}: {medians[name]:.0f} ms {spread}")
        ratio = medians["tutor"] / medians["bare"]
        print(f"{what}: {ratio:.2f} of a bare Textual app (goal 1.3)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
