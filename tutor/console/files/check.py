"""`redis-tutor check-rdb FILE` and `redis-tutor check-aof [--fix] FILE`.

The verdicts and exit codes are those of redis-check-rdb and redis-check-aof; the words say where,
what was expected, what was found and what to do. Without ``--fix`` nothing is written; with it the
end of a file is cut off after a yes, and a copy of the file is kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from tutor.console.files.dissect import path_name
from tutor.console.trouble import reason
from tutor.diagrams.files.faults import advice, fault_words
from tutor.diagrams.payload import shown
from tutor.engine.engine import Engine
from tutor.i18n import _, guess_language, ngettext, set_language
from tutor.persistence.aof.manifest import DamagedManifest
from tutor.persistence.check_aof import AofVerdict, MissingPart, check_file, check_manifest
from tutor.persistence.check_rdb import OLDER_SERVER_LIMIT, RdbVerdict, check_rdb
from tutor.persistence.dissect import Buffer, kind_of
from tutor.persistence.dissect.mapped import mapped
from tutor.persistence.rdb.damage import DamagedRdb

__all__ = ["run_check_aof", "run_check_rdb"]


def run_check_rdb(args: argparse.Namespace) -> int:
    """``args`` has file, lang. 0: the file is whole."""
    set_language(args.lang or guess_language() or "en")
    try:
        with mapped(Path(args.file)) as buffer:
            verdict = check_rdb(Engine(), buffer, _progress(len(buffer)))
            _clear()
            _say_rdb(path_name(args.file), len(buffer), verdict)
    except OSError as error:
        print(f"redis-tutor: {reason(error)}", file=sys.stderr)
        return 1
    return 0 if verdict.whole else 1


def _progress(size: int):  # type: ignore[no-untyped-def]
    """Draws on a terminal how far the reading is."""

    def tell(done: int, keys: int) -> None:
        if sys.stderr.isatty():
            words = ngettext("%(n)d key", "%(n)d keys", keys) % {"n": keys}
            print(f"\r{100 * done // size:3}% {words}", end="", file=sys.stderr, flush=True)

    return tell


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _say_rdb(name: str, size: int, verdict: RdbVerdict) -> None:
    amount = ngettext("%(n)d byte", "%(n)d bytes", size) % {"n": size}
    if verdict.version:
        words = _("%(name)s: RDB version %(version)d, %(amount)s")
        print(words % {"name": name, "version": verdict.version, "amount": amount})
    else:
        print(f"{name}: {amount}")
    for line in _contents(verdict):
        print(line)
    if verdict.damage is not None:
        _say_damage(verdict.damage)
    else:
        print(_("The file is whole."))


def _contents(verdict: RdbVerdict) -> list[str]:
    keys = ngettext("%(n)d key", "%(n)d keys", verdict.keys) % {"n": verdict.keys}
    bases = ngettext("%(n)d database", "%(n)d databases", verdict.databases)
    lines = [
        _("Read: %(keys)s, %(bases)s") % {"keys": keys, "bases": bases % {"n": verdict.databases}}
    ]
    if verdict.expiries:
        words = _("With TTL: %(expiries)d, of them already over: %(expired)d")
        lines.append(words % {"expiries": verdict.expiries, "expired": verdict.expired})
    if verdict.libraries:
        lines.append(_("Libraries of functions: %(n)d") % {"n": verdict.libraries})
    if verdict.checksum is not None and verdict.checksum.right:
        none = verdict.checksum.stored == 0
        lines.append(
            _("There is no checksum: it was saved with rdbchecksum no.")
            if none
            else _("The checksum is right.")
        )
    if verdict.whole and verdict.version > OLDER_SERVER_LIMIT:
        words = _("Redis 7.0 does not load version %(version)d: it takes a newer one.")
        lines.append(words % {"version": verdict.version})
    return lines


def _say_damage(error: DamagedRdb) -> None:
    _say_place(error)
    print(_("What to do:") + " " + advice(error.fault))


def _say_place(error: DamagedRdb) -> None:
    place = _("At offset %(offset)d (%(hex)s)") % {
        "offset": error.offset,
        "hex": f"{error.offset:#x}",
    }
    if error.key:
        place += ", " + _("in %(key)s") % {"key": shown(error.key, 64)}
    print(f"{place}: {fault_words(error)}")


# append-only files


def run_check_aof(args: argparse.Namespace) -> int:
    """``args`` has file, fix, lang. 0: all files are whole, or were mended."""
    set_language(args.lang or guess_language() or "en")
    path = Path(args.file)
    try:
        verdicts = _verdicts(path)
        for verdict in verdicts:
            _say_aof(verdict)
        if all(verdict.whole for verdict in verdicts):
            print(_("The append-only file is whole."))
            return 0
        return _mend(path, verdicts[-1], args.fix)
    except DamagedManifest as error:
        print(
            _("%(name)s, line %(line)d: %(problem)s")
            % {"name": path_name(args.file), "line": error.line, "problem": error.problem}
        )
    except MissingPart as error:
        words = _("The manifest names %(name)s, and there is no such file beside it.")
        print(words % {"name": path_name(str(error))})
    except OSError as error:
        print(f"redis-tutor: {reason(error)}", file=sys.stderr)
    return 1


def _verdicts(path: Path) -> list[AofVerdict]:
    """What is found in a file, or in all files of a manifest."""
    engine = Engine()
    with ExitStack() as opened:
        buffer = opened.enter_context(mapped(path))
        if kind_of(buffer) != "manifest":
            return [check_file(engine, path.name, buffer)]

        def part(name: str) -> Buffer | None:
            beside = path.parent / name
            return opened.enter_context(mapped(beside)) if beside.is_file() else None

        return check_manifest(engine, buffer[:].decode("utf-8", "surrogateescape"), part)


def _say_aof(verdict: AofVerdict) -> None:
    size = ngettext("%(n)d byte", "%(n)d bytes", verdict.size) % {"n": verdict.size}
    n = verdict.commands
    commands = ngettext("%(n)d command", "%(n)d commands", n) % {"n": n}
    if verdict.rdb is None:
        print(f"{path_name(verdict.name)}: {size}, {commands}")
    else:
        keys = ngettext("%(n)d key", "%(n)d keys", verdict.rdb.keys) % {"n": verdict.rdb.keys}
        words = _("%(name)s: %(size)s, in front an RDB with %(keys)s, then %(commands)s")
        print(
            words
            % {"name": path_name(verdict.name), "size": size, "keys": keys, "commands": commands}
        )
        if verdict.rdb.damage is not None:
            _say_damage(verdict.rdb.damage)
    if verdict.damage is not None:
        if verdict.trouble is not None:
            print(_TROUBLES[verdict.trouble]() % {"offset": verdict.damage.offset})
        else:
            _say_place(verdict.damage)


_TROUBLES = {
    "transaction open": lambda: _(
        "At offset %(offset)d: a transaction begins with MULTI, and its EXEC is not there"
    ),
    "multi in multi": lambda: _("At offset %(offset)d: MULTI within a transaction"),
    "exec alone": lambda: _("At offset %(offset)d: EXEC without MULTI"),
}


def _mend(path: Path, verdict: AofVerdict, fix: bool) -> int:
    """Cut the end off, if that is wished and possible. 0: it was done."""
    if not verdict.mendable:
        if verdict.damage is not None:
            print(
                _(
                    "This is not the last file: what is wrong lies amid right commands, and "
                    "nothing is cut off there. Take a backup or a replica."
                )
            )
        return 1
    _say_loss(verdict)
    if not fix:
        print(_("What to do: --fix cuts it off and keeps a copy. Nothing was written."))
        if verdict.damage is not None and verdict.damage.fault == "truncated":
            print(
                _(
                    "A server with aof-load-truncated yes (the default) cuts such an end off by "
                    "itself when it starts."
                )
            )
        return 1
    if not _agreed():
        print(_("Nothing was written."))
        return 1
    target = path.parent / verdict.name if path.name != verdict.name else path
    kept = _copy(target)
    with target.open("r+b") as file:
        file.truncate(verdict.valid)
        os.fsync(file.fileno())
    print(_("Done. The file as it was: %(copy)s") % {"copy": kept})
    return 0


def _say_loss(verdict: AofVerdict) -> None:
    lost = verdict.size - verdict.valid
    words = ngettext(
        "Right up to offset %(valid)d; %(n)d byte lies behind.",
        "Right up to offset %(valid)d; %(n)d bytes lie behind.",
        lost,
    )
    print(words % {"valid": verdict.valid, "n": lost})
    n = verdict.lost_commands
    if n:
        text = ngettext(
            "%(n)d whole command of the transaction goes with them.",
            "%(n)d whole commands of the transaction go with them.",
            n,
        )
        print(text % {"n": n})


def _agreed() -> bool:
    """Ask; only a yes is a yes, in either language."""
    print(_("Cut them off?") + " [y/N] ", end="", flush=True)
    answer = sys.stdin.readline().strip().lower()
    return answer in ("y", "yes", "д", "да")


def _copy(path: Path) -> Path:
    """Copy a file beside itself under a name that nothing has, and sync it."""
    number = 0
    while True:
        kept = path.with_name(f"{path.name}.before-fix" + (f".{number}" if number else ""))
        try:
            with path.open("rb") as source, kept.open("xb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
            return kept
        except FileExistsError:
            number += 1
