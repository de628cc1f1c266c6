"""The command language: how a line is read, coloured, completed, explained, run and shown.

Shared by the TUI's prompt and the plain prompt (`repl`). Only `prompt` and `editing` import
prompt_toolkit.

    line ─ lexer.split ─▶ argv ─ backend.execute ─▶ reply ─ render.render ─▶ lines for the screen
      ├── highlight.highlight ─▶ spans                 └─ cards.card ─▶ what the error means
      ├── completion.complete ─▶ what may stand here
      └── signature.signature ─▶ the syntax, and where in it the cursor is
"""
