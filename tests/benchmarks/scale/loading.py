"""Measure a load: sources to accepted tables, then every prepared table, each in a process of its own."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scale.meter import Meter
from scale.processes import Failed, forked
from scale.results import Line, add, batch
from scale.scans import relation, scan_sql

STEPS = ("lives", "days", "buying", "responses", "texts", "panel")


class Told(logging.Handler):
    """What the load says while it works, and what each message cost since the one before."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.found: list[Line] = []
        self.parts = contextlib.ExitStack()
        self.begin()

    def begin(self) -> None:
        self.meter = Meter()
        self.parts.enter_context(self.meter.running())

    def emit(self, record: logging.LogRecord) -> None:
        self.parts.close()
        self.found.append({"said": record.getMessage(), **self.meter.said()})
        self.begin()


def opening(job: Mapping[str, Any]) -> Line:
    """Open a study; what was read before is taken as it is."""
    from cxlab.tables import open_study

    told = Told()
    logger = logging.getLogger("cxlab")
    logger.setLevel(logging.INFO)
    logger.addHandler(told)
    meter = Meter()
    with meter.running():
        open_study(job["quarter"], config=job["study"])
    told.emit(logging.makeLogRecord({"msg": "the rest"}))
    return {**meter.said(), "peak": max(line["peak"] for line in told.found), "told": told.found}


def making(job: Mapping[str, Any]) -> Line:
    """Ask an open study for a prepared table that is not there yet."""
    from cxlab.tables import open_study

    study, meter = open_study(job["quarter"], config=job["study"]), Meter()
    with meter.running():
        table = getattr(study, job["table"])
    return {**meter.said(), "rows": int(table.count().execute())}


def one_table(job: Mapping[str, Any]) -> Line:
    """Load the one table a study file declares."""
    from cxlab.tables.config import find_config, read_config
    from cxlab.tables.engine import connect
    from cxlab.tables.load import load_tables

    file = find_config(job["study"])
    config = read_config(file)
    engine = connect(time_zone=config.time_zone, folder=file.parent / config.prepared)
    today, meter = datetime.now(config.zone).date(), Meter()
    with meter.running():
        found = load_tables(config, folder=file.parent, engine=engine, today=today, refuse=False)
    return {**meter.said(), "rows": sum(of.accepted for of in found.values())}


def one_scan(job: Mapping[str, Any]) -> Line:
    """Touch every column of one file."""
    import duckdb

    engine, meter = duckdb.connect(config={"threads": job["threads"]}), Meter()
    file = Path(job["file"])
    of = (
        relation([file])
        if file.suffix == ".parquet"
        else f"read_csv('{file}', all_varchar = true, ignore_errors = true)"
    )
    types = dict(row[:2] for row in engine.execute(f"DESCRIBE SELECT * FROM {of}").fetchall())
    with meter.running():
        engine.execute(scan_sql(of, types)).fetchall()
    return meter.said()


def laying(job: Mapping[str, Any]) -> Line:
    """Lay out the transactions since a day, and all sources as CSV, where that is asked for."""
    if job.get("since"):
        thin_out(Path(job["study"]), since=job["since"])
    if job.get("csv"):
        as_csv(Path(job["study"]))
    return {}


JOBS = {
    "laying": laying,
    "opening": opening,
    "making": making,
    "one_table": one_table,
    "one_scan": one_scan,
}


def measure(
    study: Path,
    *,
    quarter: str,
    customers: int,
    threads: int,
    to: Path | None,
    since: str | None = None,
    csv: bool = False,
) -> None:
    """Load a study into a new folder, step by step, and write ``results/load.jsonl``.

    With ``since`` only transactions from that day on are there to be loaded, with ``csv`` all sources are CSV; to
    lay them out is not measured.
    """
    import cxlab.tables.study  # noqa: F401  (imported once, for all)
    from cxlab.tables.fingerprint import code_version

    code_version()  # known here, it is known in every process begun from this one: none reads the sources again
    laid = {**({"since": since} if since else {}), **({"csv": True} if csv else {})}
    about = batch(customers=customers, threads=threads, **laid)
    with _folder(to, beside=study) as folder:
        twin(study, folder)
        if laid:
            forked({"job": "laying", "study": str(folder), **laid})  # what it held would count below
        where = {"study": str(folder), "quarter": quarter}
        said = _one({"job": "opening", **where}, name="open", about=about)
        for each in said.pop("told"):
            name, rows = told_of(str(each.pop("said")))
            _write(name=name, said={**each, **rows}, about=about, kind="table")
        _write(name="accepted tables", said=said, about=about, kind="step")
        for table in STEPS:
            said = _one({"job": "making", "table": table, **where}, name=table, about=about)
            _write(name=table, said=said, about=about, kind="step")


@dataclass(frozen=True)
class Kind:
    """How the rows of one table are written.

    Parameters
    ----------
    rows : str
        SQL of the rows out of ``source``, the first so many transactions.
    options : str
        How they are copied.
    settings : str
        Lines of the source in the study file.
    """

    rows: str = "SELECT * FROM source"
    options: str = "FORMAT parquet"
    settings: str = ""


_CSV = "FORMAT csv, HEADER"
_HASHED = 'ids = "hash"'
_LINES = """
SELECT concat_ws(',', txn_id, customer_id, "at", amount, currency || CASE WHEN nth % 1000 = 1 THEN 'X' ELSE '' END,
    kind, coalesce(tax_amount::VARCHAR, ''), coalesce(period_from::VARCHAR, ''), coalesce(period_to::VARCHAR, ''),
    coalesce(channel, ''), loaded_at, CASE WHEN nth % 1000 = 2 THEN 'one,too,many' END)
    AS "txn_id,customer_id,at,amount,currency,kind,tax_amount,period_from,period_to,channel,loaded_at"
FROM (SELECT *, row_number() OVER () AS nth FROM source)
"""

KINDS = {
    "Parquet": Kind(),
    "Parquet by time, keys in no order": Kind(
        rows='SELECT * REPLACE (substr(md5(txn_id), 1, 16) AS txn_id) FROM source ORDER BY "at"'
    ),
    "Parquet, ids hashed": Kind(settings=_HASHED),
    "CSV": Kind(options=_CSV),
    "CSV, every value in quotes": Kind(options=f"{_CSV}, FORCE_QUOTE *"),
    "CSV, 1 row in 1,000 wrong and 1 ragged": Kind(rows=_LINES, options=f"{_CSV}, QUOTE '', DELIM '\x01'"),
    "CSV, ids hashed": Kind(options=_CSV, settings=_HASHED),
}


def measure_rows(study: Path, *, rows: int, threads: int, repeats: int, only: str = "") -> None:
    """Load so many transactions alone, written in several ways, beside a bare scan of the file."""
    import duckdb

    from cxlab.tables.config import find_config, read_config

    about = batch(customers=rows, threads=threads)
    given = find_config(study).parent / read_config(find_config(study)).sources["transactions"].path
    source = relation([given] if given.is_file() else sorted(given.rglob("*.parquet")))
    text = (study / "study.toml").read_text("utf-8")
    duckdb.sql(f"CREATE TEMP VIEW source AS SELECT * FROM {source} LIMIT {rows}")
    for name, kind in KINDS.items():
        if only not in name:
            continue
        with _folder(None, beside=study) as folder:
            file = folder / f"transactions.{'csv' if 'csv' in kind.options else 'parquet'}"
            duckdb.sql(f"COPY ({kind.rows}) TO '{file}' ({kind.options})")
            os.sync()  # what is still to be written of it would be written beside the load
            (folder / "study.toml").write_text(f"{alone(text, file=file)}{kind.settings}\n", "utf-8")
            for _ in range(repeats):
                shutil.rmtree(folder / "prepared", ignore_errors=True)
                load = _one({"job": "one_table", "study": str(folder)}, name=f"load {name}", about=about)
                _write(name=name, said=load, about=about, kind="rows")
                scan = _one({"job": "one_scan", "file": str(file), "threads": threads}, name="scan", about=about)
                _write(name=name, said=scan, about=about, kind="rows scan")


def told_of(message: str) -> tuple[str, dict[str, int]]:
    """Return the table a message is about, and its rows; a message of another kind as it is.

    >>> told_of("customers: 1,000,000 rows accepted in 2.3 s")
    ('customers', {'rows': 1000000})
    """
    found = re.match(r"(\w+): ([\d,]+) rows accepted", message)
    return (found[1], {"rows": int(found[2].replace(",", ""))}) if found else (message, {})


def alone(text: str, *, file: Path) -> str:
    """Return a study file whose only source is a file of transactions; nothing is due of the others."""
    kept = "".join(part for part in _sections(text) if not part.startswith(("[sources.", "[due")))
    return f'{kept}\n[sources.transactions]\npath = "{file}"\n'


def _sections(text: str) -> list[str]:
    """Cut a study file where a section begins."""
    return re.split(r"(?m)^(?=\[)", text)


def twin(study: Path, folder: Path) -> None:
    """Lay a study out anew: the same sources, nothing loaded yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in study.iterdir():
        if path.name not in ("prepared", "reports", "private", "study.toml"):
            (folder / path.name).symlink_to(path.resolve())
    text = (study / "study.toml").read_text(encoding="utf-8").replace('"../reports"', '"reports"')
    (folder / "study.toml").write_text(text, encoding="utf-8")


def thin_out(folder: Path, *, since: str) -> None:
    """Let a study begin its transactions on a day: a file of its own, the study file tells where."""
    _lay_out(
        folder, "transactions", to="transactions.parquet", only=f"\"at\" >= TIMESTAMP '{since}'",
        options="FORMAT parquet, COMPRESSION zstd",
    )  # fmt: skip


def as_csv(folder: Path) -> None:
    """Write every source of a study that is one Parquet file as CSV; the study file tells where."""
    from cxlab.tables.config import read_config

    for source, declared in read_config(folder / "study.toml").sources.items():
        if declared.path and declared.path.endswith(".parquet"):
            _lay_out(folder, source, to=f"{source}.csv", options="FORMAT csv, HEADER")
    (folder / "transactions.parquet").unlink(missing_ok=True)  # of fewer transactions, laid out before


def _lay_out(folder: Path, source: str, *, to: str, options: str, only: str = "true") -> None:
    import duckdb

    from cxlab.tables.config import read_config

    config = folder / "study.toml"
    path = read_config(config).sources[source].path
    rows = f"SELECT * FROM {relation([folder / path])} WHERE {only}"
    duckdb.sql(f"COPY ({rows}) TO '{folder / to}' ({options})")
    told = (
        part.replace(f'"{path}"', f'"{to}"') if part.startswith(f"[sources.{source}]") else part
        for part in _sections(config.read_text(encoding="utf-8"))
    )
    config.write_text("".join(told), encoding="utf-8")


@contextlib.contextmanager
def _folder(to: Path | None, *, beside: Path) -> Iterator[Path]:
    """Use a folder that stays, or one on the study's disk that goes."""
    if to is not None:
        yield to
        return
    with tempfile.TemporaryDirectory(prefix="load-", dir=beside.resolve().parent) as name:
        yield Path(name)


def _one(job: Line, *, name: str, about: Line) -> Line:
    try:
        said = forked(job)
    except Failed as error:
        raise SystemExit(f"{name} could not be measured: {error}") from None
    print(f"{said['wall']:8.1f} s  {said['cpu']:8.1f} CPU s  {said['peak']:6.2f} GB  {name}", flush=True)
    return said


def _write(*, name: str, said: Line, about: Line, kind: str) -> None:
    add("load", {"what": kind, "name": name, **about, **said})
