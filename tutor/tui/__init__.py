"""Floor 8: the Textual app. `app.run(args)` opens it.

A screen is a class in `screens/` with its `.tcss` beside it; what a screen is made of stands in
`widgets/`. Pictures of structures come from `tutor.diagrams`, words of commands from
`tutor.console`, verdicts from `tutor.course`: nothing here knows how a structure looks inside.
"""
