"""Build hook: compile the gettext catalogs (.po → .mo) with Babel and put them into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogs(BuildHookInterface[Any]):
    """`locales/<code>/LC_MESSAGES/*.po` → `.mo` beside it, shipped in `tutor/_data/locales`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        locales = Path(self.root) / "locales"
        shipped = {str(locales / ".root"): "tutor/_data/locales/.root"}
        for source in sorted(locales.glob("*/LC_MESSAGES/*.po")):
            compiled = source.with_suffix(".mo")
            with source.open("rb") as read, compiled.open("wb") as write:
                write_mo(write, read_po(read))
            shipped[str(compiled)] = f"tutor/_data/{compiled.relative_to(self.root).as_posix()}"
        if version != "editable":
            build_data["force_include"].update(shipped)
