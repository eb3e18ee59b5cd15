"""The published quarter, found and sent by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from cxlab.deliver import deliver
from cxlab.deliver.outcome import Outcome
from cxlab.errors import DataError, UsageError
from cxlab.quarter import Quarter
from cxlab.report.stamp import RUN_AGAIN
from cxlab.run.history import published_run
from cxlab.tables.config import find_config, read_config


def deliver_published(
    quarter: Quarter,
    *,
    config: Path | str | None = None,
    to: Sequence[str] = (),
    again: bool = False,
    dry_run: bool = False,
) -> tuple[Outcome, ...]:
    """Deliver the published quarter of a study, as what it is: a first report, or one that was corrected.

    Parameters
    ----------
    quarter : Quarter
        Which quarter.
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    to, again, dry_run
        As `cxlab.deliver.deliver` takes them.

    Raises
    ------
    UsageError
        If the study names no target.
    DataError
        If the quarter is not published.
    """
    file = find_config(config).resolve()
    study = read_config(file)
    if not study.deliver:
        raise UsageError(f"{file} names nobody to deliver to", see="data/README.md#delivery")
    reports = (file.parent / study.reports).resolve()
    run = published_run(reports, quarter=str(quarter))
    folder = reports / ".runs" / (run or "")
    if run is None or not folder.is_dir():
        raise DataError(f"{quarter} is not published: no report at {reports / str(quarter)}")
    replaces, because = _history(folder)
    return deliver(
        folder, config=file, event="change" if replaces else "success", quarter=quarter, because=because, to=to,
        again=again, dry_run=dry_run,
    )  # fmt: skip


def _history(folder: Path) -> tuple[bool, str]:
    """Whether a run took another one's place, and why, as its manifest says."""
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        because = str(found.get("because") or "")
        return bool(found.get("supersedes")), "" if because == RUN_AGAIN else because
    except (OSError, ValueError, AttributeError):
        return False, ""
