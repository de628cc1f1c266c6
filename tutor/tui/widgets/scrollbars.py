"""Scroll bars as a thin line with a heavy part: visible without colours, and in ASCII."""

from __future__ import annotations

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.scrollbar import ScrollBarRender

from tutor.tui.glyphs import glyphs


class ThinScrollBar(ScrollBarRender):
    """Set as `ScrollBar.renderer`."""

    @classmethod
    def render_bar(
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = Color.parse("#555555"),  # noqa: B008 - Textual's signature
        bar_color: Color = Color.parse("bright_magenta"),  # noqa: B008
    ) -> Segments:
        """A line; its heavy part stands for what is visible of the whole."""
        thumb = size
        start = 0
        if window_size and size and virtual_size > window_size:
            thumb = max(1, round(window_size * size / virtual_size))
            start = round((size - thumb) * position / (virtual_size - window_size))
        light, heavy = (glyphs.bar, glyphs.thumb) if vertical else (glyphs.rule, glyphs.heavy)
        track = Style(color=bar_color, bgcolor=back_color, dim=True)
        above = track + Style(meta={"@mouse.down": "scroll_up"})
        below = track + Style(meta={"@mouse.down": "scroll_down"})
        grip = Style(color=bar_color, bgcolor=back_color, meta={"@mouse.down": "grab"})
        segments = [
            *[Segment(light * thickness, above)] * start,
            *[Segment(heavy * thickness, grip)] * thumb,
            *[Segment(light * thickness, below)] * (size - start - thumb),
        ]
        if vertical:
            return Segments(segments, new_lines=True)
        return Segments([*segments, Segment.line()] * thickness)
