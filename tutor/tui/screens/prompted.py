"""A lab with a prompt on its servers: commands and the lab's own words, in the lab's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on

from tutor.i18n import _, pgettext
from tutor.labs.replication.lab import STEP_US
from tutor.tui.labdesk import LabDesk, LabMove
from tutor.tui.labwords import WordConsole
from tutor.tui.paint import row
from tutor.tui.screens.lab import LabScreen
from tutor.tui.widgets.console import ConsolePane

if TYPE_CHECKING:
    from tutor.console.history import History


class PromptedLabScreen(LabScreen):
    """``desk`` is where the prompt is, ``console_pane`` where one types."""

    desk: LabDesk
    console_pane: ConsolePane

    console: ClassVar[type[WordConsole]] = WordConsole

    def make_console(self, history: History) -> ConsolePane:
        """The console of the desk."""
        return self.console(
            self.desk, history, before=lambda argv: None, joint=lambda: -1, id="console"
        )

    def tick(self) -> None:
        """Also for the prompt."""
        self.console_pane.poll()
        super().tick()

    @on(events.ScreenResume)
    def _resumed(self) -> None:
        self.console_pane.look()

    def action_knob(self, letter: str) -> None:
        """A key that changes something in the lab's world."""
        raise NotImplementedError

    def open_prompt(self) -> None:
        """What is typed goes there, from the next letter on."""
        self.set_focus(self.console_pane.prompt)

    def leave_prompt(self) -> None:
        """Back to the picture."""
        self.canvas.focus()

    def action_word(self) -> None:
        """A colon: the rest of a word is typed at the prompt."""
        self.open_prompt()
        if self.focused is self.console_pane.prompt:
            self.console_pane.prompt.insert_text_at_cursor(":")

    @on(WordConsole.Made)
    def _made(self, event: WordConsole.Made) -> None:
        move, ran = event.move, self.playing.running
        with self.desk.lock:
            if move.kind in ("run", "back"):
                self._let_pass(float(move.value) * (1 if move.kind == "run" else -1))
            else:
                self.playing.act(move.kind, move.target, move.value)
        self.made(move, ran)
        self.console_pane.look()

    def made(self, move: LabMove, ran: bool) -> None:
        """A word was typed and its move made; ``ran``: time was passing."""
        self.look()

    def _let_pass(self, seconds: float) -> None:
        """So much time goes by, or is taken back."""
        steps = round(abs(seconds) * 1_000_000 / STEP_US)
        if seconds > 0:
            self.playing.forward(steps)
            text = _("{n} s have gone by")
        else:
            self.playing.back(steps)
            text = _("{n} s ago: what you do now begins another future")
        said = text.format(n=f"{abs(seconds):g}")
        self.console_pane.output.say(lambda: row((said, "muted")))

    @on(WordConsole.Node)
    def _node_chosen(self, event: WordConsole.Node) -> None:
        say = self.console_pane.output.say
        if not event.name or not self.desk.choose(event.name):
            names = ", ".join(self.desk.nodes)
            say(lambda: row((_("The nodes are: {names}").format(names=names), "muted")))
        self.console_pane.look()

    @on(ConsolePane.Ran)
    def _ran(self) -> None:
        self.look()

    @on(ConsolePane.Left)
    def _left(self) -> None:
        self.leave_prompt()

    @on(ConsolePane.Travel)
    def _travel(self) -> None:
        text = pgettext("lab", "The lab has a time of its own: the line above, and , and .")
        self.console_pane.output.say(lambda: row((text, "muted")))

    def action_clear_output(self) -> None:
        """Empty the output."""
        self.console_pane.clear()

    def action_card(self, index: int | None = None) -> None:
        """Unfold or fold the card under an error."""
        self.console_pane.output.toggle_card(index)

    def action_next_panel(self) -> None:
        """Between picture and prompt."""
        if self.focused is self.console_pane.prompt:
            self.leave_prompt()
        else:
            self.open_prompt()

    def action_previous_panel(self) -> None:
        """There are two."""
        self.action_next_panel()
