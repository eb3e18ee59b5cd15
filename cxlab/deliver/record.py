"""delivered.json: what was sent to whom, so that nothing is sent twice."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from cxlab.deliver.outcome import Outcome
from cxlab.errors import DataError
from cxlab.to_disk import replace_file

Entry: TypeAlias = dict[str, Any]

NAME = "delivered.json"
SCHEMA_VERSION = 1


def key_of(*parts: str) -> str:
    """Return a short name for one thing told: the same for the same words, and only for them.

    >>> key_of("success", "2026Q3", "run-1") == key_of("success", "2026Q3", "run-2")
    False
    """
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def entries(folder: Path) -> list[Entry]:
    """Return what a folder's record holds; nothing where there is none.

    Raises
    ------
    DataError
        If it cannot be read: nobody then knows what was sent.
    """
    path = folder / NAME
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [dict(entry) for entry in found["deliveries"]]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        raise DataError(
            f"{path} is no record of deliveries, so nobody knows what was sent: move it away to send everything"
        ) from None


def was_sent(found: Sequence[Entry], *, target: str, key: str) -> str | None:
    """Return when a target was told this, or None if it never was or was told something else since."""
    sent = [one for one in found if (one["target"], one["state"]) == (target, "sent")]
    last = max(sent, key=lambda one: str(one["at"]), default=None)
    return str(last["at"]) if last is not None and last["key"] == key else None


def beside(folder: Path, *, quarter: str) -> list[Entry]:
    """Return what the records of a run and of all runs of the quarter beside it hold.

    Raises
    ------
    DataError
        If the run's own record cannot be read.
    """
    found = entries(folder)
    for other in folder.parent.glob(f"{quarter}-*/{NAME}"):
        if other.parent != folder:
            with contextlib.suppress(DataError):
                found += entries(other.parent)
    return found


def remember(folder: Path, outcome: Outcome, *, key: str) -> None:
    """Add one delivery to the record, whole or not at all."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    deliveries = [*entries(folder), {"at": at, "key": key, **asdict(outcome)}]
    content = {"schema_version": SCHEMA_VERSION, "deliveries": deliveries}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    replace_file(folder / NAME, text.encode())
