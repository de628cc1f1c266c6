"""What the operating system says of our process, for INFO and the limits at start."""

from __future__ import annotations

import functools
import os
import platform
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tutor.engine.config import Config
from tutor.engine.host import Level, ProcessMemory

RESERVED_FILES = 32
"""Descriptors kept for files and listening sockets (redis 7.0, CONFIG_MIN_RESERVED_FDS)."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h


def process_memory() -> ProcessMemory | None:
    """Resident bytes now and at most, and the machine's; None where it is not told."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[1])
        page = os.sysconf("SC_PAGE_SIZE")
        system = os.sysconf("SC_PHYS_PAGES") * page
    except (OSError, ValueError, AttributeError):
        return None
    return ProcessMemory(pages * page, _peak(), system)


def _peak() -> int:
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@functools.cache
def _constants() -> Mapping[str, object]:
    system = platform.uname()
    return {
        "os": f"{system.system} {system.release} {system.machine}",
        "arch_bits": 64 if sys.maxsize > 2**32 else 32,
        "multiplexing_api": "epoll" if sys.platform == "linux" else "select",
        "monotonic_clock": "POSIX clock_gettime",
        "executable": sys.executable,
    }


def process_facts() -> Mapping[str, object]:
    """Fields of INFO server and INFO cpu."""
    times = os.times()
    facts: dict[str, object] = {
        **_constants(),
        "process_id": os.getpid(),
        "used_cpu_sys": f"{times.system:.6f}",
        "used_cpu_user": f"{times.user:.6f}",
        "used_cpu_sys_children": f"{times.children_system:.6f}",
        "used_cpu_user_children": f"{times.children_user:.6f}",
    }
    return facts


@functools.cache
def _c_function(name: str) -> Callable[..., int] | None:
    """A function of glibc, or None where another C library has no such knob."""
    try:
        import ctypes

        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (ImportError, OSError, AttributeError, TypeError):
        return None
    return found


def give_memory_back() -> None:
    """Have the C library return large blocks to the system as soon as they are freed.

    glibc raises its own limit with the first reply of megabytes that is freed; from then on such
    replies cut its heap into pieces, and the memory of the process creeps up.
    """
    mallopt = _c_function("mallopt")
    if mallopt is not None:
        mallopt(_M_TRIM_THRESHOLD, 1024 * 1024)
        mallopt(_M_MMAP_THRESHOLD, 256 * 1024)


def trim_heap() -> None:
    """Return the free pages within the C library's heap too, as jemalloc does by itself in time.

    A millisecond or three with half a million keys.
    """
    malloc_trim = _c_function("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def room_for_clients(config: Config, log: Callable[[Level, str], Any]) -> None:
    """Ask the system for enough descriptors; lower ``maxclients`` if it refuses."""
    try:
        import resource
    except ImportError:
        return
    wanted = config.maxclients + RESERVED_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    for limit in (wanted, most):
        try:
            resource.setrlimit(
                resource.RLIMIT_NOFILE,
                (limit, max(limit, hard) if hard != resource.RLIM_INFINITY else hard),
            )
        except (ValueError, OSError):
            continue
        if limit >= wanted:
            log(
                "notice",
                f"Increased maximum number of open files to {wanted} (it was originally "
                f"set to {soft}).",
            )
            return
        break
    got = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if got < wanted:
        before = config.maxclients
        config.maxclients = max(got - RESERVED_FILES, 1)
        log(
            "warning",
            f"You requested maxclients of {before} requiring at least {wanted} max file "
            "descriptors.",
        )
        log(
            "warning",
            f"Server can't set maximum open files to {wanted} because of OS error: "
            "Operation not permitted.",
        )
        log(
            "warning",
            f"Current maximum open files is {got}. maxclients has been reduced to "
            f"{config.maxclients} to compensate for low ulimit. If you need higher maxclients "
            "increase 'ulimit -n'.",
        )
