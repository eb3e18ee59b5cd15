"""A page printed by a headless browser, where one is installed; nothing else of it stays."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Commands looked for; the environment variable ``CXLAB_CHROMIUM`` names another one."""

LONGEST_SECONDS = 90.0
LONGEST_TMPDIR = 60
"""Characters: the browser makes a socket in it, whose path has at most 107."""

_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--no-pdf-header-footer",
    "--generate-pdf-document-outline",
)


def browser() -> str | None:
    """Return the command of the browser that prints, or None."""
    named = os.environ.get("CXLAB_CHROMIUM")
    found = (shutil.which(name) for name in ((named,) if named else BROWSERS))
    return next((path for path in found if path), None)


def print_pdf(page: Path, *, to: Path, seconds: float = LONGEST_SECONDS) -> str:
    """Print a page; return why it could not be printed, or nothing.

    Parameters
    ----------
    page : Path
        A page that needs nothing but itself.
    to : Path
        The file; written only if the whole page was printed.
    seconds : float
        How long the browser may take; then it is ended with everything it started.
    """
    command = browser()
    if command is None:
        named = os.environ.get("CXLAB_CHROMIUM")
        looked = f"CXLAB_CHROMIUM names {named}, which" if named else f"none of {', '.join(BROWSERS)}"
        return f"no browser: {looked} is {'not ' if named else ''}installed"
    with tempfile.TemporaryDirectory(prefix="cxlab-print-", ignore_cleanup_errors=True) as place:
        home, printed = Path(place), Path(place) / "page.pdf"
        fault = _printed([command, *_flags(home, printed), page.resolve().as_uri()], home=home, seconds=seconds)
        content = printed.read_bytes() if printed.is_file() else b""
    if fault or not (content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")):
        return fault or "the browser printed nothing whole"
    to.write_bytes(content)
    return ""


def _flags(home: Path, printed: Path) -> list[str]:
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # the browser's sandbox refuses root
    return [*_FLAGS, *as_root, f"--user-data-dir={home / 'profile'}", f"--print-to-pdf={printed}"]


def _printed(command: list[str], *, home: Path, seconds: float) -> str:
    """Run the browser in a group of its own, and end the group whatever happens."""
    folders = {name: str(home) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    if len(str(home)) <= LONGEST_TMPDIR:
        folders["TMPDIR"] = str(home)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **folders}
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        return f"the browser did not start: {error.strerror}"
    try:
        code = process.wait(timeout=seconds)
        return f"the browser ended with {code}" if code else ""
    except subprocess.TimeoutExpired:
        return f"the browser took more than {seconds:g} s"
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
