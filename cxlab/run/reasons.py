"""Why one published report takes the place of another: where numbers differ, somebody has to say it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cxlab.errors import UsageError
from cxlab.run.history import KeptRun, history, published_run
from cxlab.run.numbers import different

_NAMED = 3
"""So many findings are named where numbers differ."""


def refuse_unexplained(run: Path, *, reports: Path, quarter: str, because: str | None) -> list[str]:
    """Return the findings whose numbers differ from the published ones; raise if that needs a reason.

    Parameters
    ----------
    run : Path
        The run that is to be published, done or nearly so.
    because : str or None
        The reason.

    Raises
    ------
    UsageError
        If numbers differ and nobody says why: what is published, since when, by whom, and what to add.
    """
    before, name = published_run(reports, quarter=quarter), run.name.removesuffix(".part")
    if before in (None, name) or not (reports / quarter / "findings.json").is_file():
        return []
    changed = different(run, reports / quarter)
    if changed and because is None:
        standing = next((kept for kept in history(reports, quarter=quarter) if kept.run == before), None)
        raise UsageError(
            f"{quarter} is published with other numbers",
            [
                f"published: run {before}{f', {since(standing)}' if standing else ''}",
                f"other numbers in run {name}: {_few(changed)}",
                'needed: --because "what was wrong"; the published report is kept, with that reason on every page',
            ],
        )
    return changed


def since(run: KeptRun) -> str:
    """Say since when a run is published and by whom."""
    if run.approved_on is None:
        return f"since {run.made_at[:10]}, published automatically"
    return f"since {run.approved_on}, approved by {run.approved_by}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
