"""Which report of a quarter stands, and that every page of every kept report says so.

The link alone decides. What the pages say follows from it, from the manifests and from the history, and is brought
up to date after every change and at the beginning of the next command: whatever a power cut left unsaid.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cxlab.report.stamp import Replaced, as_facts, restamp
from cxlab.run import publish
from cxlab.run.history import SAYS, Swap, as_text, manifest_of, says, standing_of, swaps, swaps_file
from cxlab.run.journal import note
from cxlab.to_disk import replace_file


def put_in_place(run: Path, *, reports: Path, quarter: str, zone: ZoneInfo, swap: Swap) -> None:
    """Let a whole run stand for its quarter, and let the pages of all runs say so.

    Parameters
    ----------
    run : Path
        The run's folder.
    reports, quarter : Path and str
        Where it will stand.
    zone : ZoneInfo
        Of the study: the days on the pages.
    swap : Swap
        What is written down of it, before it happens.
    """
    past = swaps(reports, quarter=quarter)
    replace_file(swaps_file(reports, quarter=quarter), as_text([*past, swap]))
    publish.publish(run, reports=reports, quarter=quarter)
    note("quarter swapped", run=run.name, kind=swap.kind, instead_of=swap.instead_of)
    settle(reports, quarter=quarter, zone=zone)


def settle(reports: Path, *, quarter: str, zone: ZoneInfo) -> None:
    """Bring the pages of every whole run of a quarter up to date; nothing is written where they are."""
    for run, wanted in standing_of(reports, quarter=quarter, zone=zone):
        say_on_pages(run, wanted, stands=reports / quarter)


def say_on_pages(run: Path, wanted: Mapping[str, Any], *, stands: Path) -> int | None:
    """Let the pages of a run say how it stands.

    Parameters
    ----------
    run : Path
        The run's folder, with its manifest.
    wanted : mapping
        As `cxlab.run.history.standing_of` yields it.
    stands : Path
        The quarter's link.

    Returns
    -------
    int or None
        Pages that have a place for it; None where they say it already.
    """
    if says(run) == wanted:
        return None
    facts = as_facts({**(manifest_of(run) or {})["run"], **wanted})
    gone = wanted["replaced"]
    replaced = Replaced(**{**gone, "on": date.fromisoformat(gone["on"])}) if gone else None
    replace_file(run / SAYS, b"{}\n")
    pages = restamp(run, facts=facts, replaced=replaced, stands=stands if replaced else None)
    replace_file(run / SAYS, as_bytes(wanted))
    return pages


def as_bytes(wanted: Mapping[str, Any]) -> bytes:
    """Return what pages say, as it is kept beside them."""
    return (json.dumps(wanted, indent=1, ensure_ascii=False) + "\n").encode()
