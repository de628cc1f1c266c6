"""No-break spaces of Russian text: authors type spaces, lines break only where they may.

A dash does not begin a line; a number stays with its word; a short word goes with the next one.
"""

from __future__ import annotations

import re

NO_BREAK = "\u00a0"

_CODE = re.compile(r"(`+[^`\n]+`+|\]\([^)]*\))")
_DASH = re.compile(r"(?<=\S)[ \n](?=—)")
_NUMBER = re.compile(r"(?<![\w.,])(\d+) (?=[а-яё])")
_SHORT = re.compile(r"(?<![\w-])([вскоуиаяВСКОУИАЯ]) (?=\w)")


def bound(markdown: str, language: str) -> str:
    """The text with its no-break spaces; code and links stay as they are, other languages too."""
    if language != "ru":
        return markdown
    parts = _CODE.split(markdown)
    for at in range(0, len(parts), 2):
        part = _DASH.sub(NO_BREAK, parts[at])
        part = _NUMBER.sub(rf"\1{NO_BREAK}", part)
        parts[at] = _SHORT.sub(rf"\1{NO_BREAK}", part)
    text = "".join(parts)
    return re.sub(r"(?<=[`)])[ \n](?=—)", NO_BREAK, text)
