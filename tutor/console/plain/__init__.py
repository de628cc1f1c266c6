"""The whole course in lines: for pipes, scripts, screen readers and terminals without a screen.

    command ─▶ Room (which lesson) ─▶ PlainLesson (one lesson, a `Player`)
                      └──── lines in: typing │ page: lines out ────┘

No module here draws: what a step says is laid out in lines (`telling`), pictures are told in
sentences (`sights`), and a line that was typed is a word (`words`), an answer or a command.
"""
