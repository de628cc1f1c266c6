"""The Django console: a prompt ``>>>`` that takes calls of Django's cache and nothing else.

    line ─ language ─▶ Statement ─ session ─▶ Outcome ─ report, cards ─▶ lines

What is typed is parsed, checked against a whitelist and then carried out by us; the learner's text
is never handed to ``eval`` or ``exec``.
"""
