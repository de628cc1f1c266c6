"""The web view in a real browser."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest

pytest.importorskip("selenium", reason="selenium is not installed")

from PIL import Image
from selenium.webdriver.common.by import By

from tests.console.web.chromium import CHROMIUM, DRIVER, Page, chromium, served

KEPT = os.environ.get("REDIS_TUTOR_WEB_PICTURE", "")
"""Where the picture of the README goes, if it is to be taken anew."""

pytestmark = [
    pytest.mark.chromium,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium is not installed"),
]


def test_a_visitor_opens_a_lesson_types_a_command_and_sees_reply_and_xray(tmp_path: Path) -> None:
    with served("lesson", "string") as (url, process), chromium(tmp_path) as driver:
        first = Page(driver, url)
        first.sees("Bytes under a name")
        first.type("SET greeting hello\n")
        first.sees("> SET greeting hello\n OK\n")
        first.sees("X-ray · greeting")
        first.sees("│ 5   │ 5     │ sdshdr8 │ hello │ \\0  │")
        assert driver.title == "redis-tutor"
        assert not driver.find_element(By.ID, "opening").is_displayed()
        picture = first.picture()
        assert _has_colours(picture)
        if KEPT:
            Path(KEPT).write_bytes(_small(picture))

        second = Page(driver, url, "tab")
        second.sees("Bytes under a name")
        second.type("EXISTS greeting\n")
        second.sees("> EXISTS greeting\n (integer) 0\n")
        first.type("EXISTS greeting\n")
        first.sees("> EXISTS greeting\n (integer) 1\n")

        second.type("\ue03a")  # F10
        second.ends("You have left the tutor.")
        process.terminate()
        first.ends("The host has closed the tutor.")
        socket = url.replace("http:", "ws:")
        assert all(each.startswith((url, socket, "data:")) for each in first.requested())


def _has_colours(picture: bytes) -> bool:
    """Whether the terminal has drawn something: an empty page has few colours."""
    colours = Image.open(BytesIO(picture)).convert("RGB").getcolors(1 << 24)
    return len(colours or []) > 100


def _small(picture: bytes) -> bytes:
    """The same in 64 colours."""
    made = BytesIO()
    image = Image.open(BytesIO(picture)).convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()
