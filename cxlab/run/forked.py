"""Kernels as forks of a nursery, seen from the run; where that cannot be, None, and kernels start as usual."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from cxlab.run.journal import note

ALWAYS = ("cxlab.run.quick", "ipykernel.kernelapp", "cxlab.report", "cxlab.tables", "cxlab.evidence")
"""What every notebook of a run imports."""

START_SECONDS = 60.0
"""How long the nursery may take to import; a kernel that has to wait longer starts as usual."""


class ForkedProcess:
    """A fork of the nursery, with the part of `subprocess.Popen` that ends a kernel."""

    stdin = stdout = stderr = None

    def __init__(self, line: socket.socket) -> None:
        self._line, self._heard = line, b""
        self.returncode: int | None = None
        line.settimeout(START_SECONDS)
        self.pid = int(self._word())

    def _word(self) -> bytes:
        """Return the next line said; raises `TimeoutError`, or `EOFError` where nothing more will come."""
        while b"\n" not in self._heard:
            said = self._line.recv(64)
            if not said:
                raise EOFError("the nursery is gone")
            self._heard += said
        word, _, self._heard = self._heard.partition(b"\n")
        return word

    def poll(self) -> int | None:
        """Exit status, or None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.wait(timeout=0)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; `subprocess.TimeoutExpired` where it does not come in ``timeout`` seconds."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                self.returncode = int(self._word())
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired("kernel", timeout or 0) from None
            except (EOFError, ConnectionError):
                self.returncode = -signal.SIGKILL
            self._line.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process alone."""
        os.kill(self.pid, number)


class Nursery:
    """The run's end of a nursery: asks for kernels."""

    def __init__(self, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self._process, self._control = process, control
        self._asking = threading.Lock()
        self._ready: bool | None = None

    @property
    def ready(self) -> bool:
        """Whether it can fork; waits until its imports are done."""
        with self._asking:
            if self._ready is None:
                self._control.settimeout(START_SECONDS)
                with contextlib.suppress(OSError):
                    self._ready = self._control.recv(1) == b"1"
                self._ready = bool(self._ready)
                note("nursery ready", forks=self._ready)
            return self._ready

    def fork(self, arguments: Sequence[str], *, environment: Mapping[str, str], folder: str) -> ForkedProcess:
        """Return a new kernel process."""
        ours, theirs = socket.socketpair()
        request = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
        try:
            with self._asking, theirs:
                socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno()])
            return ForkedProcess(ours)
        except BaseException:
            ours.close()
            raise

    def close(self) -> None:
        """End it, and with it whatever it forked."""
        self._control.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class ForkedKernel(LocalProvisioner):
    """Jupyter's extension point for where a kernel's process comes from."""

    nursery: Nursery

    @classmethod
    def of(cls, home: Nursery, manager: AsyncKernelManager) -> ForkedKernel:
        """Return one for a manager that has not started its kernel yet."""
        made = cls(kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
        made.nursery = home
        return made

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:  # noqa: ANN401
        """Fork instead of starting an interpreter; its arguments stand behind ``-m ipykernel_launcher``."""
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        folder = str(kwargs.get("cwd") or Path.cwd())
        try:
            process = self.nursery.fork(arguments, environment=kwargs["env"], folder=folder)
        except (OSError, EOFError) as error:
            note("fork failed", kind=type(error).__name__)
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast("subprocess.Popen[bytes]", process)
        self.pid = self.pgid = process.pid
        return self.connection_info


@contextlib.contextmanager
def nursery(steps: Sequence[str], *, environment: Mapping[str, str]) -> Iterator[Nursery | None]:
    """Yield a nursery that is importing already; None where forking is not safe or not wanted (``CXLAB_FORK=0``).

    Parameters
    ----------
    steps : sequence of str
        Questions that will run: their packages are imported too.
    environment : mapping of str to str
        Of the nursery; what a library reads when it is imported has to stand here.
    """
    if sys.platform != "linux" or os.environ.get("CXLAB_FORK") == "0":
        yield None
        return
    own = [f"cxlab.{step}" for step in steps if importlib.util.find_spec(f"cxlab.{step}")]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "cxlab.run.nursery", str(theirs.fileno()), *ALWAYS, *own],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
            start_new_session=True,
        )
        theirs.close()
        home = Nursery(process, ours)
        try:
            yield home
        finally:
            home.close()
