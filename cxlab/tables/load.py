"""Sources to accepted tables: read again only when something changed, otherwise taken from the Parquet kept."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.accept import Accepted, accept, stage_all
from cxlab.tables.config import Source, StudyConfig
from cxlab.tables.fingerprint import code_version, contents, digest
from cxlab.tables.private import id_key
from cxlab.tables.schema import TABLES, Table
from cxlab.tables.whole_files import write_whole

_KEPT_SECONDS = 86_400
"""Older versions of a table stay this long: another process may be reading them."""


def load_tables(config: StudyConfig, *, folder: Path, engine: Backend, today: date) -> dict[str, Accepted]:
    """Bring every declared source to its accepted table; unchanged ones are taken as they are.

    Parameters
    ----------
    config : StudyConfig
        The study.
    folder : Path
        Folder of study.toml.
    engine : Backend
        Where the work is done.
    today : date
        Dates after it are in the future (rows with ``loaded_at`` are measured by that instead).

    Raises
    ------
    DataError
        All problems of all sources at once; or tables of which too large a share was refused.
    """
    if any(source.ids == "hash" or source.hash for source in config.sources.values()):
        engine.con.execute("SET VARIABLE cxlab_key = ?", [id_key(folder / config.private)])
    prepared = folder / config.prepared
    _forget_unfinished(prepared)
    problems: list[str] = []
    accepted: dict[str, Accepted] = {}
    for table in sorted(TABLES.values(), key=lambda table: table.name != "rates"):
        sources = {name: source for name, source in config.sources.items() if source.table == table.name}
        if not sources:
            continue
        try:
            accepted[table.name] = _table(
                table, sources=sources, parents=accepted, config=config, folder=folder, engine=engine, today=today
            )
        except DataError as error:
            problems += [f"{table.name}: {line}" for line in (error.problems or (error.message,))]
    if problems:
        raise DataError("the sources cannot be read", problems, see="data/README.md")
    _refuse_bad_shares(accepted, limit=config.quarantine_share, folder=prepared / "quarantine")
    return accepted


def _table(
    table: Table,
    *,
    sources: Mapping[str, Source],
    parents: Mapping[str, Accepted],
    config: StudyConfig,
    folder: Path,
    engine: Backend,
    today: date,
) -> Accepted:
    prepared = folder / config.prepared
    key = _key(table, sources=sources, parents=parents, config=config, folder=folder)
    to = prepared / "tables" / f"{table.name}-{key}.parquet"
    known = _remembered(to, today=today)
    if known is not None:
        return known
    to.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="load-", dir=prepared))
    try:
        staged = stage_all(table, sources=sources, config=config, folder=folder, engine=engine, scratch=scratch)
        result = accept(
            table,
            staged=staged,
            parents={name: of.file for name, of in parents.items()},
            config=config,
            engine=engine,
            today=today,
            to=to,
            quarantine=prepared / "quarantine" / f"{table.name}.csv",
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    write_whole(
        to.with_suffix(".json"), json.dumps({"today": today.isoformat(), **asdict(result), "file": to.name})
    )
    _forget_older(to, table=table)
    return result


def _remembered(to: Path, *, today: date) -> Accepted | None:
    try:
        record = json.loads(to.with_suffix(".json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    future = any(reason.endswith("_in_future") for reason in record["reasons"])
    loaded_on = record.pop("today")
    if not to.is_file() or (future and loaded_on != today.isoformat()):
        return None
    return Accepted(**{**record, "file": to, "brought": tuple(record["brought"])})


def _forget_older(to: Path, *, table: Table) -> None:
    for old in to.parent.glob(f"{table.name}-*"):
        if old.stem != to.stem and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            old.unlink(missing_ok=True)


def _forget_unfinished(prepared: Path) -> None:
    """Take away what a killed load left behind, once nobody can be at it any more."""
    for folder in prepared.glob("load-*"):
        if time.time() - folder.stat().st_mtime > _KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _key(
    table: Table,
    *,
    sources: Mapping[str, Source],
    parents: Mapping[str, Accepted],
    config: StudyConfig,
    folder: Path,
) -> str:
    missing = []
    hashes = []
    for source_name, source in sources.items():
        for file in source.files(source_name).values():
            path = folder / Path(file.path).expanduser()
            if path.exists():
                hashes.append(contents(path, remembered=folder / config.prepared / "fingerprints.json"))
            else:
                missing.append(f"sources.{source_name}.path: no file or folder at {path}")
    if missing:
        raise DataError("files are missing", missing)
    needed = [parents[of.table].contents for of in table.references if of.table in parents]
    settings = [(source_name, source.model_dump(mode="json")) for source_name, source in sources.items()]
    rates = parents["rates"].contents if "rates" in parents else ""
    return digest(
        hashes, settings, needed, rates, config.currency, config.time_zone, config.made_up, code_version()
    )


def _refuse_bad_shares(accepted: Mapping[str, Accepted], *, limit: float, folder: Path) -> None:
    problems = []
    for table in accepted.values():
        if table.quarantined > limit * table.read:
            worst = sorted(table.reasons.items(), key=lambda item: (-item[1], item[0]))
            listed = ", ".join(f"{reason} {rows:,}" for reason, rows in worst)
            problems.append(
                f"{table.table}: {table.quarantined:,} of {table.read:,} rows quarantined "
                f"({table.quarantined / table.read:.1%}, allowed {limit:.1%}): {listed}; "
                f"rows in {folder / table.table}.csv"
            )
    if problems:
        raise DataError("too many rows were refused", problems, see="data/README.md")
