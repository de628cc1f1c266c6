"""A confined process reaches nothing outside of its folder, whatever its Python is told to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import tutor
from tutor.console import confinement

ROOT = Path(tutor.__file__).resolve().parent.parent
pytestmark = pytest.mark.skipif(os.name == "nt", reason="paths of Unix")

REFUSED: Mapping[str, str] = {
    "read a file": "open(secret).read()",
    "read it as bytes, by its descriptor": "os.open(secret, os.O_RDONLY)",
    "read it by a detour": "open(home + '/../' + '/..' * 30 + secret).read()",
    "read it through a link": "open(home + '/link').read()",
    "read it as a Path": "pathlib.Path(secret).read_text()",
    "read it with bytes for a path": "open(os.fsencode(secret)).read()",
    "read our own memory": "open('/proc/self/mem', 'rb').read(1)",
    "read our environment": "open('/proc/self/environ').read()",
    "read /etc/passwd": "open('/etc/passwd').read()",
    "list a folder": "os.listdir(outside)",
    "list the root": "list(os.scandir('/'))",
    "write beside the secret": "open(outside + '/new', 'w')",
    "append to the secret": "open(secret, 'a')",
    "write into our own code": "open(confinement.__file__, 'a')",
    "write into our lessons": "open(resources.data_folder('lessons') / 'new', 'w')",
    "remove": "os.remove(secret)",
    "rename into our folder": "os.rename(secret, home + '/stolen')",
    "rename out of our folder": "os.rename(home + '/mine', outside + '/mine')",
    "copy": "shutil.copy(secret, home + '/stolen')",
    "make a folder": "os.mkdir(outside + '/folder')",
    "remove a folder": "shutil.rmtree(outside)",
    "change rights": "os.chmod(secret, 0o777)",
    "change times": "os.utime(secret)",
    "cut off": "os.truncate(secret, 0)",
    "a link to the secret": "os.symlink(secret, home + '/link2')",
    "a hard link to the secret": "os.link(secret, home + '/link3')",
    "another present folder": "os.chdir(outside)",
    "a temporary file elsewhere": "tempfile.NamedTemporaryFile(dir=outside)",
    "the shell": "os.system('echo')",
    "a program": "subprocess.run(['true'])",
    "a program by exec": "os.execv('/bin/true', ['true'])",
    "a program by spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "a copy of ourselves": "os.fork()",
    "a signal": "os.kill(os.getppid(), 0)",
    "connect": "socket.create_connection(('127.0.0.1', 1))",
    "connect without a name": "socket.socket().connect(('127.0.0.1', 1))",
    "open a port": "socket.socket().bind(('127.0.0.1', 0))",
    "a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "ask for a name": "socket.getaddrinfo('localhost', 80)",
    "a Unix socket": "socket.socket(socket.AF_UNIX).bind(home + '/socket')",
    "a page in the host's browser": "webbrowser.GenericBrowser('true').open('http://127.0.0.1/')",
    "C": "ctypes.CDLL(None).system(b'true')",
    "a database": "sqlite3.connect(outside + '/db')",
    "lift the limits": "resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
}
"""Expressions, each of which must fail with an error of rights."""

ALLOWED: Mapping[str, str] = {
    "write in the folder": "open(home + '/new', 'w').write('x')",
    "read there": "open('mine').read()",
    "rename there": "os.rename(home + '/mine', home + '/yours')",
    "a temporary file": "tempfile.NamedTemporaryFile().write(b'x')",
    "random bytes": "open('/dev/urandom', 'rb').read(1)",
    "nothing": "open(os.devnull, 'w').write('x')",
    "a lesson": "open(resources.data_folder('lessons') / 'course.toml').read()",
    "a module that was not there before": "importlib.import_module('tutor.labs.rivals')",
    "much to compress": "importlib.import_module(LZF).compress(bytes(1 << 20))",
    "Django": "importlib.import_module('django.core.cache')",
    "a pair of sockets": "socket.socketpair()",
    "a thread": "threading.Thread(target=print).start()",
}

PROGRAM = """
import importlib, json, os, pathlib, shutil, socket, sqlite3, subprocess, sys, tempfile, threading
import ctypes, resource, webbrowser
from tutor import resources
from tutor.console import confinement
home, secret, outside = sys.argv[1:4]
LZF = 'tutor.engine.structures.lzf'
confinement.confine(pathlib.Path(home))
found = {}
for name, attempt in json.loads(sys.argv[4]).items():
    try:
        eval(attempt)
        found[name] = "done"
    except (PermissionError, ValueError) as error:
        found[name] = "refused"
    except BaseException as error:
        found[name] = repr(error)
found["limits"] = [resource.getrlimit(getattr(resource, name))[1]
    for name in ("RLIMIT_CPU", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE")]
sys.__stdout__.write("\\n" + json.dumps(found))
"""


def _attempt(tmp_path: Path, attempts: Mapping[str, str]) -> Mapping[str, object]:
    home, outside = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    outside.mkdir()
    (home / "mine").write_text("mine")
    (outside / "secret").write_text("secret")
    (home / "link").symlink_to(outside / "secret")
    words = [str(home), str(outside / "secret"), str(outside), json.dumps(attempts)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *words],
        cwd=home,
        env={"PYTHONPATH": str(ROOT), "HOME": str(home), "TMPDIR": str(home), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: Mapping[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert (outside / "secret").read_text() == "secret"
    return found


def test_every_way_out_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    found = _attempt(tmp_path, REFUSED)
    assert {name: found[name] for name in REFUSED} == dict.fromkeys(REFUSED, "refused")


def test_what_the_tutor_needs_works_within_the_limits_of_the_system(tmp_path: Path) -> None:
    found = _attempt(tmp_path, ALLOWED)
    assert {name: found[name] for name in ALLOWED} == dict.fromkeys(ALLOWED, "done")
    limits = found["limits"]
    assert isinstance(limits, list)
    most = (
        confinement.CPU_S,
        confinement.MEMORY,
        confinement.FILE_BYTES,
        confinement.OPEN_FILES,
        0,
    )
    assert all(0 <= limit <= wanted for limit, wanted in zip(limits, most, strict=True)), limits


def test_this_process_is_not_closed() -> None:
    assert not confinement.closed()
