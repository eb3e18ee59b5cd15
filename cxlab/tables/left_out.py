"""What a table of a study leaves out: who was erased, who refused, and what that took out of other tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from cxlab.tables.accept import Accepted
from cxlab.tables.config import StudyConfig
from cxlab.tables.parts import parquet
from cxlab.tables.schema import Table
from cxlab.tables.suppressed import Suppressed
from cxlab.tables.withheld import FOLLOWS, PEOPLE, Withholding

_LEFT = "withheld"


def withholding(
    table: Table, *, config: StudyConfig, folder: Path, parents: Mapping[str, Accepted], suppressed: Suppressed
) -> Withholding:
    """Return what a table leaves out.

    Parameters
    ----------
    config, folder : StudyConfig, Path
        The study and its folder.
    parents : mapping of str to Accepted
        Tables loaded before.
    suppressed : Suppressed
        Who was erased.
    """
    if not {*PEOPLE, *FOLLOWS} & set(table.names):
        return Withholding()
    left: dict[str, Path] = {}
    for column, parent in FOLLOWS.items():
        if column in table.names and parent in parents and parent != table.name:
            file = left_of(parents[parent].file, config=config, folder=folder)
            left |= {column: file} if file.is_file() else {}
    refused = refused_customers(parents) if table.name in config.privacy.consent else ""
    return Withholding(
        suppressed=suppressed, refused=refused, spoke=_spoke(table, refused, parents=parents), left=left
    )


def left_of(accepted: Path, *, config: StudyConfig, folder: Path) -> Path:
    """Return where it stands which rows a version of a table left out."""
    return folder / config.private / _LEFT / f"{accepted.stem}.parquet"


def settings_of(among: Withholding, *, parents: Mapping[str, Accepted]) -> list[str]:
    """Return what a load depends on beside its sources, as hashes; nothing where nothing is left out."""
    facts = [among.suppressed.contents] if among else []
    facts += [hashlib.sha256(file.read_bytes()).hexdigest() for _, file in sorted(among.left.items())]
    if among.refused:
        facts += [parents[name].contents for name in ("customers", *FOLLOWS.values()) if name in parents]
    return facts


def refused_customers(parents: Mapping[str, Accepted]) -> str:
    """Return SQL of the customers who did not agree to research when they were last asked; '' if nobody was."""
    customers = parents.get("customers")
    if customers is None or "consent_research" not in customers.brought:
        return ""
    if "valid_from" not in customers.brought:
        return f"SELECT customer_id FROM {parquet(customers.file)} WHERE NOT consent_research"
    latest = "arg_max(consent_research, coalesce(valid_from, DATE '0001-01-01'))"
    return f"SELECT customer_id FROM {parquet(customers.file)} GROUP BY customer_id HAVING NOT {latest}"


def _spoke(table: Table, refused: str, *, parents: Mapping[str, Accepted]) -> dict[str, str]:
    """Return SQL of the answers and texts of those who refused, where these were not left out themselves."""
    if not refused:
        return {}
    return {
        column: f"SELECT {column} FROM {parquet(parents[parent].file)} WHERE customer_id IN ({refused})"
        for column, parent in FOLLOWS.items()
        if column in table.names and parent in parents and parent != table.name
    }
