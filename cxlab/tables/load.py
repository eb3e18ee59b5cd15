"""Sources to accepted tables: read again only when something changed, otherwise taken from the Parquet kept."""

from __future__ import annotations

import filecmp
import json
import logging
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
from ibis.backends.duckdb import Backend

from cxlab.errors import DataError
from cxlab.tables.accept import Accepted, accept, stage_all
from cxlab.tables.check import told
from cxlab.tables.config import Source, StudyConfig
from cxlab.tables.fingerprint import code_version, digest
from cxlab.tables.left_out import left_of, settings_of, withholding
from cxlab.tables.limits import limit_of
from cxlab.tables.load_report import TableReport
from cxlab.tables.month_sums import sums_file
from cxlab.tables.own_names import own_name
from cxlab.tables.parts import cut, parts_for
from cxlab.tables.private import hashes, id_key, stamped
from cxlab.tables.schema import TABLES, Table, see
from cxlab.tables.source_files import watch
from cxlab.tables.suppressed import Suppressed, suppressed_people
from cxlab.tables.whole_files import take_away, write_whole, written_whole
from cxlab.tables.withheld import leaves_rows, tell_engine, tell_engine_left

_LOG = logging.getLogger(__name__)

_TEXT_TO_PARQUET = 9
"""So many times the room of Parquet do transactions take as text, and they are most of what there is."""

_KEPT_SECONDS = 86_400
"""Older versions of a table stay this long: another process may be reading them."""


def load_tables(
    config: StudyConfig, *, folder: Path, engine: Backend, today: date, refuse: bool = True
) -> dict[str, Accepted]:
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
    refuse : bool
        Whether too large a share of refused rows is an error; `refusal` tells it otherwise.

    Raises
    ------
    DataError
        All problems of all sources at once; or tables of which too large a share was refused.
    """
    suppressed = suppressed_people(config, folder=folder)
    if suppressed or hashes(config.sources.values()):
        engine.con.execute("SET VARIABLE cxlab_key = ?", [id_key(config, folder=folder)])
        tell_engine(engine, suppressed=suppressed)
    problems: dict[str, list[str]] = {}
    accepted: dict[str, Accepted] = {}
    sizes = {name: _size(source, name=name, folder=folder) for name, source in config.sources.items()}
    parts = parts_for(sizes.values())
    for table in sorted(TABLES.values(), key=lambda table: table.name != "rates"):
        sources = {name: source for name, source in config.sources.items() if source.table == table.name}
        if not sources:
            continue
        size = sum(sizes[name] for name in sources)
        mine = cut(size, parts=parts) if "customer_id" in table.names else 1
        try:
            accepted[table.name] = _table(
                table, sources=sources, parents=accepted, config=config, folder=folder, engine=engine, today=today,
                parts=mine, suppressed=suppressed,
            )  # fmt: skip
        except DataError as error:
            problems[table.name] = [f"{table.name}: {line}" for line in (error.problems or (error.message,))]
    if problems:
        lines = [line for of in problems.values() for line in of]
        raise DataError("the sources cannot be read", lines, see=_pages(problems))
    _refuse_erased_meanwhile(accepted, before=suppressed, config=config, folder=folder)
    refused = refusal(accepted.values(), config=config, folder=folder)
    if refuse and refused is not None:
        raise refused
    return accepted


def set_aside(table: Accepted | TableReport, *, config: StudyConfig, folder: Path) -> Iterator[str]:
    """Yield what was quarantined of a table: how much, in which file, and every reason; nothing if nothing was."""
    if not table.quarantined:
        return
    yield (
        f"{table.table}: {table.quarantined:,} of {table.read:,} rows quarantined "
        f"({table.quarantined / table.read:.1%}; quarantine_share in study.toml allows "
        f"{config.quarantine_share:.1%}); rows in {folder / config.prepared / 'quarantine' / table.table}.csv"
    )
    yield from told(TABLES[table.table], reasons=table.reasons, places=table.places)


def refusal(
    tables: Iterable[Accepted | TableReport], *, config: StudyConfig, folder: Path, reasons: bool = True
) -> DataError | None:
    """Return the error of tables of which a larger share was refused than ``quarantine_share`` allows, if any."""
    over = [table for table in tables if table.quarantined > config.quarantine_share * table.read]
    if not over:
        return None
    lines = [list(set_aside(table, config=config, folder=folder)) for table in over]
    problems = [line for of in lines for line in (of if reasons else of[:1])]
    return DataError("too many rows were refused", problems, see=_pages(table.table for table in over))


def _pages(tables: Iterable[str]) -> str:
    return ", ".join(map(see, tables))


def _table(
    table: Table,
    *,
    sources: Mapping[str, Source],
    parents: Mapping[str, Accepted],
    config: StudyConfig,
    folder: Path,
    engine: Backend,
    today: date,
    parts: int,
    suppressed: Suppressed,
) -> Accepted:
    prepared = folder / config.prepared
    among = withholding(table, config=config, folder=folder, parents=parents, suppressed=suppressed)
    watched = watch(sources, folder=folder, remembered=prepared / "fingerprints.json")
    own = _key(table, sources=sources, parents=parents, config=config, folder=folder, read=watched.hashes)
    key = digest(own, parts, settings_of(among, parents=parents))
    to = prepared / "tables" / f"{table.name}-{key}.parquet"
    shown, kept = prepared / "quarantine" / f"{table.name}.csv", to.with_suffix(".quarantine.csv")
    left = left_of(to, config=config, folder=folder)
    known = _remembered(to, today=today)
    if known is not None and (left.is_file() or not leaves_rows(table, withheld=known.withheld)):
        _show(kept, to=shown)
        return known
    tell_engine_left(engine, left=among.left)
    to.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    scratch = prepared / f"load-{own_name()}"
    scratch.mkdir()
    try:
        staged = stage_all(table, sources=sources, config=config, folder=folder, engine=engine, scratch=scratch)
        result = accept(
            table,
            staged=staged,
            parents=parents,
            config=config,
            engine=engine,
            today=today,
            parts=parts,
            to=to,
            quarantine=kept,
            among=among,
            left=left,
            unchanged=watched.refuse_changed,
        )
        _remember(result, today=today)
    except BaseException as error:
        _take_back(to, kept, left, sums_file(to))
        if isinstance(error, DataError | duckdb.Error | OSError) and limit_of(error) is None:
            watched.refuse_changed()  # what changed while it was read is not wrong, only half of it is old
        raise
    finally:
        take_away(scratch)
    _show(kept, to=shown)
    _forget_older(to, table=table)
    _LOG.info("%s: %s rows accepted in %.1f s", table.name, f"{result.accepted:,}", time.monotonic() - began)
    return result


def _refuse_erased_meanwhile(
    accepted: Mapping[str, Accepted], *, before: Suppressed, config: StudyConfig, folder: Path
) -> None:
    """Take away what was made of people who were erased while it was made."""
    if suppressed_people(config, folder=folder).contents == before.contents:
        return
    for of in accepted.values():
        take_away(of.file)
        take_away(of.file.with_suffix(".quarantine.csv"))
        take_away(folder / config.prepared / "quarantine" / f"{of.table}.csv")
    raise DataError("people were erased while the sources were read", ["needed: the same command once more"])


def _show(kept: Path, *, to: Path) -> None:
    """Put the quarantine of this version of a table where people look for it, or take the one of another away."""
    if not kept.is_file():
        to.unlink(missing_ok=True)
    elif not to.is_file() or not filecmp.cmp(kept, to, shallow=False):
        with written_whole(to) as half:
            shutil.copyfile(kept, half)


def _remembered(to: Path, *, today: date) -> Accepted | None:
    try:
        record = json.loads(to.with_suffix(".json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    future = any(reason.endswith("_in_future") for reason in record["reasons"])
    loaded_on = record.pop("today")
    if not to.exists() or (future and loaded_on != today.isoformat()):
        return None
    if record.pop("bytes") != _bytes(to):  # cut off by a power failure, or damaged
        take_away(to)
        return None
    lists = {name: tuple(record[name]) for name in ("brought", "empty")}
    return Accepted(**{**record, "file": to, **lists})


def _remember(result: Accepted, *, today: date) -> None:
    """Write down what was accepted, last of all: without it the files are not taken for whole."""
    record = {**asdict(result), "file": result.file.name, "today": today.isoformat(), "bytes": _bytes(result.file)}
    write_whole(result.file.with_suffix(".json"), json.dumps(record))


def _bytes(table: Path) -> dict[str, int]:
    """Return the size of every file of an accepted table."""
    files = [table] if table.is_file() else sorted(table.rglob("*.parquet"))
    files += [file for file in [sums_file(table)] if file.is_file()]
    return {str(file.relative_to(table.parent)): file.stat().st_size for file in files}


def _take_back(*files: Path) -> None:
    """Take away what was made of a table that could not be accepted, unless somebody else has accepted it."""
    if not files[0].with_suffix(".json").is_file():
        for file in files:
            take_away(file)


def _forget_older(to: Path, *, table: Table) -> None:
    for old in to.parent.glob(f"{table.name}-*"):
        if not old.name.startswith(f"{to.stem}.") and time.time() - old.stat().st_mtime > _KEPT_SECONDS:
            take_away(old)


def _key(
    table: Table,
    *,
    sources: Mapping[str, Source],
    parents: Mapping[str, Accepted],
    config: StudyConfig,
    folder: Path,
    read: Mapping[Path, str],
) -> str:
    needed = [parents[of.table].contents for of in table.references if of.table in parents]
    settings = [(source_name, source.model_dump(mode="json")) for source_name, source in sources.items()]
    rates = parents["rates"].contents if "rates" in parents else ""
    key = stamped(config, folder=folder) if hashes(sources.values()) else None
    return digest(
        list(read.values()),
        settings,
        needed,
        rates,
        key,
        config.currency,
        config.time_zone,
        config.made_up,
        code_version(),
    )


def _size(source: Source, *, name: str, folder: Path) -> int:
    """Return how many bytes the files of a source have as Parquet; those that are not there have none."""
    paths = [folder / Path(file.path).expanduser() for file in source.files(name).values()]
    files = [file for path in paths for file in (path.rglob("*.parquet") if path.is_dir() else [path])]
    return sum(_as_parquet(file) for file in files if file.is_file())


def _as_parquet(file: Path) -> int:
    """Return about how many bytes a file has, or would have as Parquet."""
    size = file.stat().st_size
    return size if file.suffix == ".parquet" else size // _TEXT_TO_PARQUET
