"""Run by a test and killed at a random moment: writes progress for ever, says what was written."""

from __future__ import annotations

import sys
from pathlib import Path

from tutor.course.progress import Progress

progress = Progress(Path(sys.argv[1]))
name = sys.argv[2]
number = progress.setting(name, 0)
while True:
    number += 1
    progress.set_setting(name, number)
    if len(sys.argv) > 3:
        progress.keep("string", {"step": "s", "attempts": {f"{name}{number % 50}": {
            "actions": [["run", number, "SET", "k", "v" * 200]], "done": True}}}, 10)  # fmt: skip
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()
