"""Memory of a million small string keys: this engine, a bare dict, fakeredis and redis-server.

    python benchmarks/memory.py [--keys 1000000]

Each is filled in a fresh process of its own, with keys and values as ``redis-benchmark -r`` makes
them (``SET key:0000000001 xxxxxxxx``, every value an object of its own as a socket's reader makes
it), and the growth of its resident memory is shown. The ratio is what counts, not the digits.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

GOAL = 0.85
MIB = 1024 * 1024


def calls(count: int) -> Iterator[tuple[bytes, bytes, bytes]]:
    for number in range(count):
        yield b"SET", b"key:%010d" % number, bytes(bytearray(b"xxxxxxxx"))


def resident(pid: int | str = "self") -> int:
    """Bytes of physical memory that a process holds."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def fill_engine() -> Callable[[tuple[bytes, bytes, bytes]], object]:
    """With its periodic work, once in 10,000 commands."""
    from tutor.engine.engine import Engine

    engine = Engine(seed=1)
    session = engine.connect()
    engine.execute(session, (b"PING",))
    until_tick = 0

    def call(argv: tuple[bytes, bytes, bytes]) -> None:
        nonlocal until_tick
        engine.execute(session, argv)
        until_tick -= 1
        if until_tick < 0:
            engine.tick()
            until_tick = 10_000

    return call


def fill_dict() -> Callable[[tuple[bytes, bytes, bytes]], object]:
    contents: dict[bytes, bytes] = {}

    def call(argv: tuple[bytes, bytes, bytes]) -> None:
        contents[argv[1]] = argv[2]

    return call


def fill_fakeredis() -> Callable[[tuple[bytes, bytes, bytes]], object]:
    import fakeredis

    client = fakeredis.FakeRedis()
    client.ping()
    return lambda argv: client.execute_command(*argv)


IN_PROCESS: dict[str, Callable[[], Callable[[tuple[bytes, bytes, bytes]], object]]] = {
    "engine": fill_engine,
    "dict": fill_dict,
    "fakeredis": fill_fakeredis,
}


def measure(kind: str, count: int) -> int:
    """Bytes by which this process grows."""
    call = IN_PROCESS[kind]()
    before = resident()
    for argv in calls(count):
        call(argv)
    return resident() - before


def measure_redis_server(program: str, count: int) -> int:
    """Bytes by which a redis-server grows."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        try:
            connection = _connect(port)
            before = resident(server.pid)
            reader = connection.makefile("rb")
            batch: list[bytes] = []
            for name, key, value in calls(count):
                batch.append(
                    b"*3\r\n$3\r\n%b\r\n$%d\r\n%b\r\n$8\r\n%b\r\n" % (name, len(key), key, value)
                )
                if len(batch) == 100:
                    connection.sendall(b"".join(batch))
                    reader.read(5 * len(batch))
                    batch.clear()
            return resident(server.pid) - before
        finally:
            server.terminate()
            server.wait()


def _connect(port: int) -> socket.socket:
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port))
        except OSError:
            time.sleep(0.05)
    raise SystemExit("redis-server did not start")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--only", choices=IN_PROCESS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(measure(args.only, args.keys))
        return 0
    grown: dict[str, int] = {}
    for kind in IN_PROCESS:
        command = [sys.executable, __file__, "--keys", str(args.keys), "--only", kind]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        grown[kind] = int(said.stdout)
    program = shutil.which("redis-server")
    if program is not None:
        grown["redis-server"] = measure_redis_server(program, args.keys)
    print(f"{'':14}{'MiB':>8} {'bytes/key':>10} {'of fakeredis':>13}")
    for kind, size in grown.items():
        share = size / grown["fakeredis"]
        print(f"{kind:14}{size / MIB:8.0f} {size / args.keys:10.0f} {share:13.2f}")
    print(f"goal: at most {GOAL} of fakeredis")
    return 0


if __name__ == "__main__":
    sys.exit(main())
