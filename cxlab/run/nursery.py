"""A process that has imported the libraries once and forks a kernel for each notebook.

Imports are most of what a short notebook costs. The nursery imports them while the run opens the study; a kernel
is then a fork of it, ready in a moment. It opens no engine and starts no thread, so that forking is safe; each
child gets its own session, folder, environment and random state. It lives as long as its run: when the run is
gone, even killed, the nursery ends its children and itself.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import random
import select
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

_LONGEST_REQUEST = 1 << 20
"""Bytes of one request: arguments, environment and folder of a kernel."""


def serve(control: socket.socket, *, modules: Sequence[str]) -> None:
    """Import ``modules``, say so, and fork a kernel for every request until the other end is closed.

    Parameters
    ----------
    control : socket
        Each request is one JSON text and one socket: the kernel's own line, on which its process number and
        later its exit status are told.
    modules : sequence of str
        Imported before the first fork; one that cannot be is left to the notebook, which will say why.
    """
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    lines: dict[int, socket.socket] = {}
    try:
        control.sendall(b"1" if threading.active_count() == 1 else b"0")
    except OSError:
        return  # the run ended before its kernels were needed
    with _told_of_children() as ended:
        while True:
            readable, _, _ = select.select([control, ended], [], [])
            if ended in readable:
                ended.recv(_LONGEST_REQUEST)
                _tell_who_ended(lines)
            if control in readable:
                message, files, *_ = socket.recv_fds(control, _LONGEST_REQUEST, 1)
                if not message:
                    break
                line = socket.socket(fileno=files[0])
                lines[_fork(json.loads(message), line=line, others=[control, ended, *lines.values()])] = line
    for process in lines:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)


@contextlib.contextmanager
def _told_of_children() -> Iterator[socket.socket]:
    """Yield a socket that can be read whenever a child has ended."""
    told, tell = socket.socketpair()
    told.setblocking(False)
    tell.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell.fileno(), warn_on_full_buffer=False)
    with told, tell:
        yield told
        signal.set_wakeup_fd(-1)


def _tell_who_ended(lines: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            process, status = found
            with contextlib.suppress(OSError), lines.pop(process) as line:
                line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _fork(request: dict[str, Any], *, line: socket.socket, others: Sequence[socket.socket]) -> int:
    process = os.fork()
    if process == 0:
        _be_kernel(request, line=line, others=others)
    return process


def _be_kernel(request: dict[str, Any], *, line: socket.socket, others: Sequence[socket.socket]) -> NoReturn:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for each in others:
            each.close()
        os.setsid()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        _draw_anew()
        line.sendall(f"{os.getpid()}\n".encode())
        line.close()
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(argv=[*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _draw_anew() -> None:
    """Give this fork random numbers of its own."""
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the run's to answer
    serve(socket.socket(fileno=int(sys.argv[1])), modules=sys.argv[2:])
