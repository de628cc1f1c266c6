"""``:settings``, ``:lag``, ``:step`` and the rest, in both languages."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.network.serving import until
from tutor.console.django.command import Script
from tutor.console.django.words import WORDS, choices
from tutor.network.django.session import Session


def said(session: Session, *lines: str) -> str:
    out = io.StringIO()
    Script(session, out=out).run(lines)
    return out.getvalue()


def test_settings_are_shown_and_chosen(session: Session) -> None:
    assert '"KEY_PREFIX": "myapp"' in said(session, ":settings")
    text = said(session, ":settings replicas")
    assert "replica2:6379 stands for the embedded replica2" in text
    assert session.settings.replicas == 2


def test_settings_from_a_file(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "settings.py"
    path.write_text(
        'CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache",'
        ' "LOCATION": "redis://localhost/3", "KEY_PREFIX": "mine"}}',
        encoding="utf-8",
    )
    assert "mine:1:k" in said(session, f":settings {path}", 'cache.set("k", 1)')
    path.write_text("CACHES = {'default': {'BACKEND': evil()}}", encoding="utf-8")
    before = session.settings
    assert "evil()" in said(session, f":settings {path}")
    assert session.settings is before


@pytest.mark.parametrize(
    ("line", "part"),
    [
        (":settings singel", ":settings single"),
        (":sorce", ":source"),
        (":source get_leaderbord", ":source get_leaderboard"),
        (":lag", ":lag 2s replica1"),
        (":lag 2s replica9", "There is no replica replica9"),
        (":cut master", "There is no replica master"),
        (":step", ":step is_rate_limited(7)"),
        (":lang xx", "xx"),
        (":help", "cache.get_or_set"),
        ("help", ":settings"),
        (":source is_rate_limited", 'key = f"rate_limit:{user_id}"'),
        (":step get_leaderboard", "data = None"),
    ],
)
def test_words_say(session: Session, line: str, part: str) -> None:
    assert part in said(session, line)


def test_a_replica_is_cut_and_healed(session: Session) -> None:
    said(session, ":settings replicas", ":cut replica1")
    assert "cable pulled" in said(session, ":servers")
    said(session, 'cache.set("k", 1)')
    until(lambda: session.fleet.states()[2].keys == 1)
    assert session.fleet.states()[1].keys == 0
    said(session, ":heal replica1")
    until(lambda: session.fleet.states()[1].keys == 1)


def test_a_server_is_stopped_and_started(session: Session) -> None:
    said(session, 'cache.set("k", 1)')
    assert "stopped" in said(session, ":stop master")
    assert "Connection refused" in said(session, 'cache.get("k")')
    said(session, ":start master")
    assert "\n1\n" in said(session, 'cache.get("k")')


def test_the_wire_is_told_with_handshakes(session: Session) -> None:
    text = said(session, 'cache.get("k")', ":wire 50")
    assert "CLIENT SETINFO" in text
    assert "GET myapp:1:k" in text


def test_quit_ends_a_script(session: Session) -> None:
    assert "cache.get" not in said(session, ":quit", 'cache.get("k")')


def test_every_word_has_a_summary_and_choices_fit(session: Session) -> None:
    for word in WORDS.values():
        assert word.summary()
        assert word.syntax.startswith(f":{word.name}")
    assert "replicas" in choices("settings", 1, session)
    assert "replica1" in choices("lag", 2, session) or len(session.fleet.names) == 1
