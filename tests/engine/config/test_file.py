"""redis.conf, read without files: lines, quoting, include, what is collected, what is refused."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tutor.engine.config import Config
from tutor.engine.config.file import CannotOpen, ConfigError, Loaded, gather, load, options_text


class Folder:
    """Files in memory, and what was done with them."""

    def __init__(self, files: Mapping[bytes, bytes] | None = None) -> None:
        self.files = files or {}
        self.entered: list[bytes] = []
        self.warnings: list[str] = []

    def read(self, pattern: bytes) -> list[bytes]:
        if pattern.endswith(b"*"):
            return [text for name, text in self.files.items() if name.startswith(pattern[:-1])]
        if pattern not in self.files:
            raise FileNotFoundError(2, "No such file or directory")
        return [self.files[pattern]]

    def enter(self, folder: bytes) -> None:
        if folder == b"/nowhere":
            raise FileNotFoundError(2, "No such file or directory")
        self.entered.append(folder)

    def try_append(self, path: bytes) -> None:
        if path.startswith(b"/nowhere"):
            raise PermissionError(13, "Permission denied")

    def warn(self, message: str) -> None:
        self.warnings.append(message)


def read(text: bytes, files: Mapping[bytes, bytes] | None = None) -> Loaded:
    return load(Config(), text, Folder(files))


def refusal(text: bytes, files: Mapping[bytes, bytes] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read(text, files)
    return caught.value


def test_comments_blank_lines_quotes_and_case_are_as_in_redis() -> None:
    text = (
        b'# hz 1\n\n  \t\n\x0b\nHZ \'20\'\r\n"requirepass" "a \\x41\\n"\n   # hz 2\nmaxmemory 5MB'
    )
    config = read(text).config
    assert (config.hz, config.requirepass, config.maxmemory) == (20, b"a A\n", 5 << 20)


def test_the_last_value_of_a_directive_wins_under_whatever_name() -> None:
    config = read(b"hash-max-ziplist-entries 1\nhash-max-listpack-entries 2\n").config
    assert config.hash_max_listpack_entries == 2


@pytest.mark.parametrize(
    ("lines", "points"),
    [
        (b"", ((3600, 1), (300, 100), (60, 10000))),
        (b"save 1 2\nsave 3 4", ((1, 2), (3, 4))),
        (b"save 1 2 3 4", ((1, 2), (3, 4))),
        (b"save '1 2'", ((1, 2),)),
        (b'save 1 2\nsave ""\nsave 5 6', ((5, 6),)),
        (b"save", ()),
        (b"save 1 2\ninclude more\nsave 3 4\nsave 5 6", ((5, 6),)),
    ],
)
def test_save_lines_add_up_until_they_are_emptied(
    lines: bytes, points: tuple[tuple[int, int], ...]
) -> None:
    assert read(lines, {b"more": b"hz 5"}).config.save == points


def test_a_refusal_names_the_line_and_quotes_it() -> None:
    error = refusal(b"# one\nport 1\n   port abc  \n")
    assert error.report() == (
        b"\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n"
        b"Reading the configuration file, at line 3\n"
        b">>> 'port abc'\n"
        b"argument couldn't be parsed into an integer\n"
    )


def test_a_refusal_in_an_included_file_counts_its_lines() -> None:
    error = refusal(b"\n\n\ninclude more\n", {b"more": b"hz 1\nhz 1 2\n"})
    assert (error.line, error.text) == (2, b"hz 1 2")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nope", b"Bad directive or wrong number of arguments"),
        (b"include", b"Bad directive or wrong number of arguments"),
        (b"hz", b"wrong number of arguments"),
        (b"hz '5", b"Unbalanced quotes in configuration line"),
        (b"dir /nowhere", b"No such file or directory"),
        (b"rename-command nope x", b"No such command in rename-command"),
        (b"rename-command get set", b"Target command name already exists"),
        (b"a.b", b"Module config specified without value"),
        (b"sentinel a b", b"sentinel directive while not in sentinel mode"),
        (b"unixsocketperm 1000", b"argument must be between 0 and 777 inclusive"),
        (b"include loop", b"The included files include each other"),
    ],
)
def test_bad_lines_are_refused_with_redis_own_words(line: bytes, reason: bytes) -> None:
    assert refusal(line, {b"loop": b"include loop"}).reason == reason


def test_what_only_shows_at_the_end_has_no_line() -> None:
    assert refusal(b"logfile /nowhere/log").report().splitlines()[2:] == [
        b"Can't open the log file: Permission denied"
    ]
    both = refusal(b"cluster-enabled yes\nreplicaof h 1\n")
    assert (both.line, both.reason) == (None, b"replicaof directive not allowed in cluster mode")


def test_a_missing_include_is_named_and_a_pattern_may_match_nothing() -> None:
    with pytest.raises(CannotOpen, match="can't open config file 'gone': No such file"):
        read(b"include gone")
    assert read(b"include gone*\nhz 7").config.hz == 7
    assert read(b"include c*\n", {b"c1": b"hz 7\n", b"c2": b"port 8\n"}).config.port == 8


def test_users_renames_and_modules_are_collected() -> None:
    loaded = read(
        b"user bob on >x\nuser 'a b'\nRENAME-COMMAND Get ''\nrename-command set put\n"
        b"rename-command put get\nloadmodule m.so 1\nmod.x 1 2\n"
    )
    assert loaded.users == [[b"bob", b"on", b">x"], [b"a b"]]
    assert loaded.renames == [(b"Get", b""), (b"set", b"put"), (b"put", b"get")]
    assert loaded.modules == [[b"m.so", b"1"]]
    assert loaded.module_directives == {b"mod.x": b"1 2"}


def test_the_check_of_users_names_the_word_to_blame() -> None:
    def check(users: object, words: object) -> tuple[int, str]:
        return 2, "no"

    with pytest.raises(ConfigError) as caught:
        load(Config(), b"user bob >x\n", Folder(), check)
    assert caught.value.reason == b"Error in user declaration '>x': no"


def test_dir_is_entered_at_once_and_bounds_are_kept_at_the_end() -> None:
    folder = Folder()
    config = load(Config(), b"dir /a\ndir b\nhz 9999\n", folder).config
    assert folder.entered == [b"/a", b"b"]
    assert config.hz == 500


def test_oom_scores_that_fall_are_warned_of() -> None:
    folder = Folder()
    load(Config(), b"oom-score-adj-values 1 2 3\n", folder)
    assert not folder.warnings
    load(Config(), b"oom-score-adj-values 3 2 1\n", folder)
    assert len(folder.warnings) == 1


def test_a_nul_swallows_the_rest_of_its_line_and_the_line_end() -> None:
    text = gather(Folder({b"f": b"hz 1\0x\n5\n"}), b"f", None, None)
    assert text == b"hz 15\n"


def test_file_input_and_options_become_one_text() -> None:
    text = gather(Folder({b"f": b"port 1"}), b"f", lambda: b"hz 2\n", b'save "" ')
    assert text == b'port 1hz 2\n\nsave "" '


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([b"--port", b"7"], b'port "7" '),
        ([b"--port 7", b"--hz", b"8"], b'port 7 \nhz "8" '),
        ([b"--save", b"--hz", b"8"], b'save ""\nhz "8" '),
        ([b"--save"], b'save ""'),
        ([b"--hz", b"--5"], b'hz "--5" '),
        ([b"--save", b"900", b"1", b"--port", b"7"], b'save "900" "1" \nport "7" '),
        ([b"--sentinel", b"--hz", b"8"], b'sentinel \nhz "8" '),
        ([b"word", b"--"], b'"word" \n '),
    ],
)
def test_options_become_lines(words: list[bytes], text: bytes) -> None:
    assert options_text(words) == text
