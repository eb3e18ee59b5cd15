"""People out of a study while nobody works on it: every quarter is held until they are gone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cxlab.run import publish
from cxlab.tables.config import find_config, read_config
from cxlab.tables.erase import Erased, erase_people


def erase(identifiers: Sequence[str], *, config: Path | str | None = None, dry_run: bool = False) -> Erased:
    """Erase people from a study.

    Parameters
    ----------
    identifiers : sequence of str
        Ids as a source writes them, or pseudonyms.
    config : Path, optional
        The study file or its folder; None looks for the nearest.
    dry_run : bool
        Find everything, change nothing.

    Raises
    ------
    UsageError, DataError
        If the study is none, the key is lost, or somebody is not known.
    LockedError
        If a quarter is being run.
    """
    file = find_config(config).resolve()
    settings = read_config(file)
    reports = (file.parent / settings.reports).resolve()
    with held(reports, why="erase"):
        return erase_people(identifiers, config=settings, folder=file.parent, reports=reports, dry=dry_run)


@contextlib.contextmanager
def held(reports: Path, *, why: str) -> Iterator[None]:
    """Hold every quarter that was ever run.

    Raises
    ------
    LockedError
        If one of them is being run; the message names that run.
    """
    quarters = sorted(path.stem for path in (reports / ".locks").glob("*.lock"))
    with contextlib.ExitStack() as stack:
        for quarter in quarters:
            stack.enter_context(publish.hold(reports, quarter=quarter, run_id=why, since=datetime.now(UTC)))
        yield
