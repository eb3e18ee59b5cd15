"""One run, one state of the sources: its notebooks refuse to go on with other rows than it began with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from cxlab.errors import DataError
from cxlab.tables.config import StudyConfig
from cxlab.tables.load_report import LoadReport
from cxlab.tables.schema import see

BEGAN_WITH = "CXLAB_BEGAN_WITH"
"""Environment variable: what the run began with (`told`)."""


def told(load: LoadReport, *, fingerprint: str) -> str:
    """Return what a run tells its notebooks about the rows it began with.

    Parameters
    ----------
    load : LoadReport
        What was loaded.
    fingerprint : str
        Of the study.
    """
    tables = {name: table.contents for name, table in load.tables.items()}
    return json.dumps({"fingerprint": fingerprint, "tables": tables})


def refuse_other(load: LoadReport, *, fingerprint: str, config: StudyConfig, folder: Path) -> None:
    """Raise if this is a notebook of a run that began with other rows or other settings; else do nothing.

    Parameters
    ----------
    folder : Path
        Folder of study.toml.

    Raises
    ------
    DataError
        Names every table, with its files, and the study file.
    """
    began = json.loads(os.environ.get(BEGAN_WITH, "null"))
    if began is None or began["fingerprint"] == fingerprint:
        return
    other = list(_other_tables(began["tables"], load=load))
    lines = [f"{name}: {_files(name, config=config)} {_CHANGED}" for name in other]
    if not other:
        lines = [f"the settings in {folder / 'study.toml'} {_CHANGED}"]
    pages = ", ".join(map(see, other)) or "data/README.md#study.toml"
    raise DataError("the sources changed while the run was going on", lines, see=pages)


_CHANGED = (
    "changed since the run began; needed: the same to its end: wait until everything has arrived, then run again"
)


def _other_tables(began: Mapping[str, str], *, load: LoadReport) -> list[str]:
    now = {name: table.contents for name, table in load.tables.items()}
    return [name for name in sorted({*began, *now}) if began.get(name) != now.get(name)]


def _files(table: str, *, config: StudyConfig) -> str:
    files = [file for name, of in config.sources.items() if of.table == table for file in of.files(name).values()]
    return ", ".join(file.path for file in files) or "its source"
