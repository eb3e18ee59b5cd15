"""The kernel of a step: always this interpreter, in its own process group, and gone afterwards."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from cxlab.run.forked import ForkedKernel, Nursery

GRACE_SECONDS = 1.5
"""How long a process group has between TERM and KILL."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


_open: set[AsyncKernelManager] = set()


class ThisInterpreter(KernelSpecManager):
    """Knows one kernel: the Python that runs now. Kernels installed by the user are not looked at."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return the spec of this interpreter, whatever name a notebook carries."""
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=cxlab.run.inside"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python", name=kernel_name)


@contextlib.contextmanager
def kernel(
    environment: Mapping[str, str], *, home: Nursery | None = None
) -> Iterator[tuple[AsyncKernelManager, dict[str, str]]]:
    """Yield a manager and the environment to start it with; its kernel and all it started end with the block.

    Parameters
    ----------
    environment : mapping of str to str
        What the kernel is told on top of the usual environment.
    home : Nursery, optional
        Forks the kernel if it can; otherwise an interpreter is started.
    """
    with tempfile.TemporaryDirectory(prefix="cxlab-kernel-") as folder:
        manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=ThisInterpreter(),
            connection_file=str(Path(folder) / "kernel.json"),
            transport="ipc",  # sockets in a folder of our own: nobody else on the machine can talk to the kernel
            ip=str(Path(folder) / "socket"),
        )
        if home is not None and home.ready:
            manager.provisioner = ForkedKernel.of(home, manager)
        _open.add(manager)
        own = {"IPYTHONDIR": str(Path(folder) / "ipython")}  # no settings of the user's IPython
        try:
            yield manager, {**os.environ, **fixed(), **own, **environment}
        finally:
            _open.discard(manager)
            process = getattr(manager.provisioner, "process", None)
            if process is not None:
                end_group(process)
            manager.cleanup_connection_file()
            manager.context.destroy(linger=0)


def end_kernels() -> None:
    """Kill every kernel of this process with all it started; whoever waits for one sees it dead."""
    for manager in tuple(_open):
        process = getattr(manager.provisioner, "process", None)
        if process is not None:
            _signal(process.pid, signal.SIGKILL)


def fixed() -> dict[str, str]:
    """What every kernel is told: reproducible hashing, few threads, figures into the notebook."""
    threads = str(min(4, os.cpu_count() or 1))
    return {
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        **{name: os.environ.get(name, threads) for name in _THREADS},
    }


def end_group(process: subprocess.Popen[bytes], *, grace_seconds: float = GRACE_SECONDS) -> None:
    """End a process that leads its own group, and the whole group: TERM, wait, KILL.

    Parameters
    ----------
    process : Popen
        Started with a session of its own.
    grace_seconds : float
        Wait between TERM and KILL.
    """
    _signal(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_seconds
    while time.monotonic() < deadline and (process.poll() is None or _alive(process.pid)):
        time.sleep(0.02)
    _signal(process.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=grace_seconds)


def _signal(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
