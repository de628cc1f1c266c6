"""Lessons: load them, play them, prove them.

A lesson is data (`lessons/<id>/lesson.toml`) and prose (`ru.md`, `en.md`); `docs/lessons.md` is
the author's guide. `loader` reads, `player.Player` plays one lesson headlessly, `predicates` judge
the state of the engine, `progress` keeps the learner's place, `lint` proves a lesson.
"""
