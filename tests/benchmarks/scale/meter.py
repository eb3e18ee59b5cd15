"""What a piece of work costs inside this process: wall and CPU seconds, and the memory it reached."""

from __future__ import annotations

import contextlib
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

GB = 1024**3
STATUS, REFS = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Meter:
    """Running costs of this process; what looking costs is taken off again."""

    def __init__(self) -> None:
        self.wall = self.cpu = self.peak = self.start = 0.0

    @contextlib.contextmanager
    def running(self) -> Iterator[Meter]:
        forget_peak()
        self.start = memory("VmRSS")
        wall, cpu = time.monotonic(), cpu_seconds()
        yield self
        self.wall += time.monotonic() - wall
        self.cpu += cpu_seconds() - cpu
        self.peak = memory("VmHWM")

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take off what is done inside."""
        wall, cpu = time.monotonic(), cpu_seconds()
        yield
        self.wall -= time.monotonic() - wall
        self.cpu -= cpu_seconds() - cpu

    def said(self) -> dict[str, float]:
        """Seconds, and GB of the whole process: libraries and all."""
        return {name: round(getattr(self, name), 4) for name in ("wall", "cpu", "peak", "start")}


def cpu_seconds() -> float:
    """Of all threads of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def forget_peak() -> None:
    """Start the high-water mark anew where the system can (Linux); elsewhere it stands since the process began."""
    with contextlib.suppress(OSError):
        REFS.write_text("5")


def memory(name: str) -> float:
    """VmRSS or VmHWM in GB."""
    if STATUS.is_file():
        lines = dict(line.split(":", 1) for line in STATUS.read_text().splitlines() if ":" in line)
        return int(lines[name].split()[0]) / 1024**2
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (GB if sys.platform == "darwin" else 1024**2)
