"""`redis-tutor web` as a program: what it prints, and what is left when it ends."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from tests.console.web.serving import PATIENCE_S, eventually, processes_in

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_it_prints_a_secret_link_once_and_however_it_ends_no_process_stays(
    tmp_path: Path, ending: signal.Signals
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "web", "--host", "0.0.0.0", "--port", "0", "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        assert process.stdout is not None
        link = re.search(r"http://(\S+):(\d+)(/\S{22,}/)$", process.stdout.readline())
        assert link is not None
        port, base = int(link[2]), link[3]
        asyncio.run(asyncio.wait_for(_visit(port, base, tmp_path, process, ending), PATIENCE_S * 2))
        out, errors = process.communicate(timeout=PATIENCE_S)
        assert base not in out + errors
        assert errors == ""
        assert process.returncode == (0 if ending != signal.SIGKILL else -signal.SIGKILL)
        if ending != signal.SIGKILL:
            assert list(tmp_path.iterdir()) == []
    finally:
        process.kill()
        process.wait()


async def _visit(
    port: int, base: str, folder: Path, process: subprocess.Popen[str], ending: signal.Signals
) -> None:
    origin = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as browser:
        async with browser.get(origin + "/") as answer:
            assert answer.status == 403
        async with browser.get(origin + base) as answer:
            assert answer.status == 200
            assert urlsplit(str(answer.url)).path == base
        headers = {"Origin": origin}
        async with browser.ws_connect(f"{origin}{base}ws", headers=headers) as visitor:
            await visitor.receive_bytes()
            assert len(processes_in(folder)) == 1
            process.send_signal(ending)
            await eventually(lambda: processes_in(folder) == [])
