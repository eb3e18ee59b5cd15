"""Start one piece of work in a process of its own and hear what it cost."""

from __future__ import annotations

import json
import os
import resource
import selectors
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS",
           "RAYON_NUM_THREADS", "CXLAB_THREADS")  # fmt: skip
Job = dict[str, Any]


class Failed(Exception):
    """A piece of work that ended with an error, or was stopped after ``spent`` CPU seconds."""

    spent: float | None = None


def environment(threads: int) -> dict[str, str]:
    """Return the environment of a child: its threads (0: as many as it likes), and bytecode, which saves time."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {name: str(threads) for name in THREADS if threads}


def forked(job: Job) -> dict[str, Any]:
    """Run a job in a copy of this process: what is imported here is not paid for again.

    Raises
    ------
    Failed
        With the last lines of the error.
    """
    import scale.opened  # noqa: F401  (so that no copy has to import it)
    from scale.child import jobs

    work = jobs()[job["job"]]
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        _answer(work, job, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    said = json.loads(text) if text else {"failed": "the process was killed"}
    if "failed" in said:
        raise Failed(said["failed"])
    return dict(said)


def _answer(work: Any, job: Job, writing: int) -> None:
    """Write what a job says and end this process, whatever happens."""
    try:
        text = json.dumps(work(job))
    except BaseException:
        text = json.dumps({"failed": "\n".join(traceback.format_exc().strip().splitlines()[-5:])})
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(text)
    os._exit(0)


def fresh(job: Job, *, threads: int, seconds: float | None = None) -> dict[str, Any]:
    """Run a job in a process that has imported nothing: for comparisons of memory with other libraries.

    Raises
    ------
    Failed
        With the last lines of what it said, or that it took too long.
    """
    words = [sys.executable, "-W", "ignore", "-m", "scale.child", json.dumps(job)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        done = subprocess.run(
            words,
            env=environment(threads) | {"PYTHONPATH": _found_too()},
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        stopped = Failed(f"stopped after {(seconds or 0) / 60:g} min")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        stopped.spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        raise stopped from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-5:]
        raise Failed("\n".join(said) or f"ended with {done.returncode}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _found_too() -> str:
    return os.pathsep.join([str(HERE), *filter(None, [os.environ.get("PYTHONPATH", "")])])


def command(words: list[str], *, threads: int) -> dict[str, Any]:
    """Run a program and all it starts: wall, CPU of all processes, memory of all together and of the largest.

    Raises
    ------
    Failed
        If it ends with an error.
    """
    started = time.monotonic()
    child = subprocess.Popen(
        words, env=environment(threads), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    together, largest, pause = 0.0, 0.0, 0.25
    said: list[str] = []
    with selectors.DefaultSelector() as waiting:
        waiting.register(child.stderr, selectors.EVENT_READ)
        while True:
            if waiting.select(timeout=pause):
                line = child.stderr.readline()
                if not line:
                    break
                said.append(line)
            looked = time.monotonic()
            sizes = resident(child.pid)
            pause = max(0.25, 20 * (time.monotonic() - looked))  # large processes are slow to look at
            together, largest = max(together, sum(sizes)), max(largest, *sizes, 0.0)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise Failed("".join(said[-8:]) or f"ended with {child.returncode}")
    return {
        "wall": time.monotonic() - started, "cpu": used.ru_utime + used.ru_stime, "together": round(together, 3),
        "peak": round(max(largest, used.ru_maxrss / 1024**2), 3),
    }  # fmt: skip


def resident(root: int) -> list[float]:
    """GB of a process and all it started; pages that several share are counted in parts (PSS)."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return [size for child in family for size in _shared_out(child)]


def _shared_out(child: int) -> list[float]:
    try:
        lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
    except OSError:
        return []
    return [int(line.split()[1]) / 1024**2 for line in lines if line.startswith("Pss:")]


def wait_until_quiet(most: float = 0.7, *, seconds: float = 240.0) -> None:
    """Wait until nothing else keeps the machine busy; say so when it never is."""
    until = time.monotonic() + seconds
    while os.getloadavg()[0] > most and time.monotonic() < until:
        time.sleep(5)
    if os.getloadavg()[0] > most:
        print(f"the machine is busy (load {os.getloadavg()[0]:.1f}): times may be too long", file=sys.stderr)
