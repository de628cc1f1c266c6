"""Settings are read as literals; what would be imported or run is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.network.django.settings import BACKEND, BLOCKS, SettingsError, read, read_file

HEAD = f'"BACKEND": "{BACKEND}", "LOCATION": "redis://127.0.0.1:6379/1"'


def block(more: str = "", head: str = HEAD) -> str:
    return f'CACHES = {{"default": {{{head}{more}}}}}'


def test_the_notes_first_block() -> None:
    settings = read(BLOCKS["single"])
    (one,) = settings.endpoints["default"]
    assert (one.address, one.db, one.server) == ("127.0.0.1:6379", 1, "master")
    assert settings.caches["default"]["TIMEOUT"] == 300
    assert settings.replicas == 0


def test_the_notes_second_block() -> None:
    settings = read(BLOCKS["replicas"])
    assert [one.server for one in settings.endpoints["default"]] == [
        "master", "replica1", "replica2",
    ]  # fmt: skip
    assert settings.replicas == 2


def test_the_notes_password() -> None:
    settings = read(BLOCKS["password"])
    assert settings.password == "password"
    assert settings.endpoints["default"][0].db == 0


def test_a_wrong_order_stays_wrong() -> None:
    assert [one.server for one in read(BLOCKS["swapped"]).endpoints["default"]] == [
        "replica1", "master",
    ]  # fmt: skip


def test_other_hosts_are_replicas_of_the_first() -> None:
    location = '"redis://10.0.0.1:6379;redis://10.0.0.2:6379,redis://10.0.0.3"'
    settings = read(block(head=f'"BACKEND": "{BACKEND}", "LOCATION": {location}'))
    assert [one.server for one in settings.endpoints["default"]] == [
        "master", "replica1", "replica2",
    ]  # fmt: skip


def test_a_file_with_other_settings_around(tmp_path: Path) -> None:
    path = tmp_path / "settings.py"
    path.write_text(f"import os\nDEBUG = bool(os.environ)\n{BLOCKS['single']}", encoding="utf-8")
    assert read_file(path).caches["default"]["KEY_PREFIX"] == "myapp"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "caches"),
        ("CACHES = 7", "caches"),
        ("CACHES = {'default': 7}", "caches"),
        ("CACHES = {'other': {}}", "default"),
        ("CACHES = {", "syntax"),
        ("CACHES = \0", "syntax"),
        ("(" * 5000, "syntax"),
        (block(', "TIMEOUT": 9**9**9'), "literal"),
        (block(', "TIMEOUT": __import__("os").getpid()'), "literal"),
        (block(', "KEY_PREFIX": f"{1}"'), "literal"),
        (block(', "KEY_PREFIX": "a" * 10**9'), "literal"),
        (block(', "KEY_FUNCTION": "os.system"'), "key"),
        (block(', "OPTIONS": {"pool_class": "os.system"}'), "option"),
        (block(', "OPTIONS": {"parser_class": "os.system"}'), "option"),
        (block(', "OPTIONS": {"serializer": "os.system"}'), "option"),
        (block(', "OPTIONS": 7'), "option"),
        ("CACHES = {'default': {'BACKEND': 'os.system', 'LOCATION': ''}}", "backend"),
        (block(head=f'"BACKEND": "{BACKEND}", "LOCATION": "rediss://h"'), "location"),
        (block(head=f'"BACKEND": "{BACKEND}", "LOCATION": "unix:///tmp/x"'), "location"),
        (block(head=f'"BACKEND": "{BACKEND}", "LOCATION": "redis://h:x"'), "location"),
        (block(head=f'"BACKEND": "{BACKEND}", "LOCATION": []'), "location"),
        (block(head=f'"BACKEND": "{BACKEND}", "LOCATION": [7]'), "location"),
        (block(head=f'"BACKEND": "{BACKEND}"'), "location"),
        ("x" * 30_000, "caches"),
    ],
)
def test_what_is_wrong_is_named(text: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(text)
    assert caught.value.fault == fault


def test_more_servers_than_there_can_be() -> None:
    hosts = ", ".join(f'"redis://h{number}"' for number in range(9))
    with pytest.raises(SettingsError, match="replicas"):
        read(block(head=f'"BACKEND": "{BACKEND}", "LOCATION": [{hosts}]'))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"file: .*none\.py"):
        read_file(tmp_path / "none.py")


@pytest.mark.parametrize("path", ["/dev/zero", "/"])
def test_what_is_no_file_is_not_read(path: str) -> None:
    with pytest.raises(SettingsError, match="not a file"):
        read_file(path)
