"""Whether two ledgers say the same numbers: what is told of them may be worded anew, what was counted may not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from cxlab.errors import DataError

_NUMBERS = ("about", "definition", "headline", "table")
"""Parts of a finding that are its numbers, and what they are numbers of."""


def numbers_of(run: Path) -> dict[str, str]:
    """Return a hash of the numbers of every finding of a run, by name.

    Raises
    ------
    DataError
        If the run has no whole findings.json.
    """
    path = run / "findings.json"
    try:
        findings = json.loads(path.read_text(encoding="utf-8"))["findings"]
        return {each["name"]: _hash([each[part] for part in _NUMBERS]) for each in findings}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path} is no whole findings file: {error!r}; run the quarter again") from error


def different(now: Path, before: Path) -> list[str]:
    """Return the names of the findings whose numbers two runs do not share, in order."""
    ours, theirs = numbers_of(now), numbers_of(before)
    return sorted(name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name))


def ledger_hash(run: Path) -> str:
    """Return a hash of everything a run found, whatever its header; '' where it found nothing readable."""
    try:
        return _hash(json.loads((run / "findings.json").read_text(encoding="utf-8"))["findings"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
