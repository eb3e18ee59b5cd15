"""kept(): a finished run read back, the published one of a quarter or any by its name, with all it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cxlab import ledger
from cxlab.errors import DataError
from cxlab.ledger import Ledger
from cxlab.run.history import published_run

Json: TypeAlias = Any
_QUARTER = re.compile(r"\d{4}Q[1-4]")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_NEEDED = {"quarter", "as_of", "run", "steps", "load", "fingerprint"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kept:
    """A finished run on disk.

    Parameters
    ----------
    quarter, run_id : str
        What it is about, and its name.
    folder : Path
        The run's own folder, not the link.
    ledger : Ledger
        What it found.
    manifest : dict
        How it came about.
    published : dict of str to str
        The run that is published now, of every published quarter.
    """

    quarter: str
    run_id: str
    folder: Path
    ledger: Ledger
    manifest: dict[str, Json]
    published: dict[str, str]

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of its pages, the first one that of its front page."""
        pages = {path.parent.name for path in self.folder.glob("*/methods.html")}
        return tuple(self.manifest.get("languages") or sorted(filter(_LANGUAGE.fullmatch, pages)))


def published_quarters(reports: Path) -> dict[str, str]:
    """Return the published run of every quarter, oldest quarter first."""
    names = [path.name for path in sorted(reports.glob("*Q*")) if _QUARTER.fullmatch(path.name) and path.is_dir()]
    found = {name: published_run(reports, quarter=name) for name in names}
    return {name: run for name, run in found.items() if run is not None}


def kept(reports: Path, *, quarter: str | None = None, run_id: str | None = None) -> Kept:
    """Read a run back.

    Parameters
    ----------
    reports : Path
        Where the reports of a study lie.
    quarter : str, optional
        Its published run; None is the newest published quarter.
    run_id : str, optional
        This run instead, published or not.

    Raises
    ------
    DataError
        If there is no such run, or its manifest or its ledger cannot be read.
    """
    published = published_quarters(reports)
    name = run_id or published.get(quarter or max(published, default=""))
    if name is None or not (reports / ".runs" / name).is_dir():
        missing = f"there is no run {run_id}" if run_id else f"{quarter} is not published"
        missing = missing if run_id or quarter else "nothing is published"
        raise DataError(f"{missing} in {reports}", [f"published: {', '.join(published) or 'no quarter'}"])
    folder = (reports / ".runs" / name).resolve()
    manifest = _manifest(folder / "manifest.json")
    return Kept(
        quarter=str(manifest["quarter"]),
        run_id=name,
        folder=folder,
        ledger=ledger.read(folder / "findings.json"),
        manifest=manifest,
        published=published,
    )


def _manifest(path: Path) -> dict[str, Json]:
    try:
        manifest: dict[str, Json] = json.loads(path.read_text(encoding="utf-8"))
        missing = sorted(_NEEDED - set(manifest))
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{path} cannot be read: {error}; the run it describes is not whole") from error
    if missing:
        raise DataError(f"{path} says nothing of {', '.join(missing)}; the run it describes is not whole")
    return manifest
