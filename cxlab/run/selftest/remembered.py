"""How the self-test of this version came out on this machine: kept for the foot of every page."""

from __future__ import annotations

import hashlib
import json
import platform
from datetime import datetime
from functools import cache
from pathlib import Path

import platformdirs

import cxlab
from cxlab.report.facts import SelfTest
from cxlab.run.manifest import package_versions
from cxlab.run.selftest.asked import questions
from cxlab.to_disk import replace_file


def remember(*, checks: int, passed: int, at: datetime) -> str:
    """Keep an outcome; return where, or an empty text where nothing can be written.

    Parameters
    ----------
    checks, passed : int
        How many answers were compared, and how many were right.
    at : datetime
        When, with a time zone.
    """
    file = _file()
    content = {"version": version(), "checks": checks, "passed": passed, "on": at.date().isoformat()}
    try:
        replace_file(file, (json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
    except OSError:
        return ""
    return str(file)


def tested() -> SelfTest:
    """Return what is asked, and the outcome where this very version was tested on this machine."""
    known = tuple(question.known for question in questions().values())
    try:
        kept = json.loads(_file().read_text(encoding="utf-8"))
        if kept["version"] != version():
            return SelfTest(known=known)
        on = datetime.fromisoformat(kept["on"]).date()
        return SelfTest(known=known, checks=int(kept["checks"]), passed=int(kept["passed"]), on=on)
    except (OSError, ValueError, TypeError, KeyError):
        return SelfTest(known=known)


@cache
def version() -> str:
    """Return a hash of all code of this package, of what it requires and of Python: what was tested."""
    package = Path(cxlab.__file__).parent
    parts = [platform.python_version(), json.dumps(package_versions(), sort_keys=True)]
    for file in sorted(path for path in package.rglob("*") if path.suffix in {".py", ".toml"}):
        parts += [file.relative_to(package).as_posix(), file.read_text(encoding="utf-8")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _file() -> Path:
    return platformdirs.user_cache_path("cxlab") / "selftest.json"
