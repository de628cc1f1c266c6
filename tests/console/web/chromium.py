"""Debian's Chromium on a page of ours, driven by selenium."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyte
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
PATIENCE_S = 120.0

_TAP = """
(() => {
  const Plain = window.WebSocket;
  window.tapped = [];
  window.WebSocket = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", (event) => {
        if (typeof event.data !== "string") window.tapped.push(new Uint8Array(event.data.slice(0)));
      });
    }
  };
})();
"""
"""Keeps what the page gets for its terminal."""

_TAKE = """
const parts = window.tapped.splice(0);
let text = "";
for (const part of parts) for (const byte of part) text += String.fromCharCode(byte);
return btoa(text);
"""


class Page:
    """A window of Chromium. The screen is what the terminal was sent, drawn by another emulator."""

    def __init__(self, driver: webdriver.Chrome, url: str, kind: str = "") -> None:
        """Open the address in the present window, or in a new one of that kind ("tab")."""
        self._driver = driver
        if kind:
            driver.switch_to.new_window(kind)
        self._window = driver.current_window_handle
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _TAP})
        driver.get(url)
        self._screen = pyte.Screen(200, 60)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def driver(self) -> webdriver.Chrome:
        """The browser, with this page in front."""
        if self._driver.current_window_handle != self._window:
            self._driver.switch_to.window(self._window)
        return self._driver

    @property
    def screen(self) -> str:
        """Its lines."""
        data = base64.b64decode(self.driver.execute_script(_TAKE))
        self._stream.feed(data.replace(b"\x1b[?2026$p", b""))
        return "\n".join(line.rstrip() for line in self._screen.display)

    def sees(self, text: str) -> None:
        """Wait until it stands there."""
        end = time.monotonic() + PATIENCE_S
        while text not in (screen := self.screen):
            assert time.monotonic() < end, f"no {text!r} in\n{screen}\n{self.log()}"
            time.sleep(0.05)

    def ends(self, text: str) -> None:
        """Wait until the page says that the visit is over, in these words."""
        closed = self.driver.find_element(By.ID, "closed")
        end = time.monotonic() + PATIENCE_S
        while not closed.is_displayed() or text not in closed.text:
            assert time.monotonic() < end, f"no {text!r} in {closed.text!r}\n{self.log()}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Press keys, as a person does."""
        field = self.driver.find_element(By.CSS_SELECTOR, ".xterm-helper-textarea")
        ActionChains(self.driver).send_keys_to_element(field, text).perform()

    def picture(self) -> bytes:
        """The page as PNG."""
        return self.driver.get_screenshot_as_png()

    def requested(self) -> list[str]:
        """Every address that this browser's pages asked for so far."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(str(message["params"]["request"]["url"]))
            elif message["method"] == "Network.webSocketCreated":
                found.append(str(message["params"]["url"]))
        return [address for address in found if not address.startswith("chrome://")]

    def log(self) -> list[Any]:
        """What the browser complains of."""
        return list(self.driver.get_log("browser"))


@contextmanager
def chromium(folder: Path) -> Iterator[webdriver.Chrome]:
    """A browser of its own; no address but 127.0.0.1 leads anywhere."""
    assert CHROMIUM
    assert DRIVER
    options = Options()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--lang=en",
        "--window-size=1280,943",
        "--force-device-scale-factor=1",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        f"--user-data-dir={folder}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(PATIENCE_S)
    driver.set_script_timeout(PATIENCE_S)
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def served(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """`redis-tutor web` as a program; its address."""
    command = [sys.executable, "-m", "tutor", "web", "--port", "0", "--lang", "en", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "http://" in line, line
        yield line.split()[-1], process
    finally:
        process.terminate()
        process.wait(30)
