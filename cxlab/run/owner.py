"""Whose reports a folder holds: asked before anything in it is taken for an answer."""

from __future__ import annotations

from pathlib import Path

from cxlab.errors import UsageError


def is_own(reports: Path, *, study: str) -> bool:
    """Return whether the reports folder is a study's own already; False if it is nobody's.

    Raises
    ------
    UsageError
        If the folder belongs to another study.
    """
    marker = reports / ".study"
    if not marker.is_file():
        return False
    owner = marker.read_text(encoding="utf-8").strip()
    if owner != study:
        raise UsageError(
            f"{reports} holds the reports of {owner!r}, and this study is {study!r}: "
            "set another `reports` folder in study.toml"
        )
    return True
