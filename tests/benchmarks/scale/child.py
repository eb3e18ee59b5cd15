"""One piece of work in a process of its own: ``python -m scale.child JSON``; the last line printed is its cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scale.meter import Meter

Job = Mapping[str, Any]
Said = dict[str, Any]


def call(job: Job) -> Said:
    """Measure a builder of evidence, with the arguments its story gives."""
    from scale.looking import Looked
    from scale.names import Names
    from scale.opened import Opened
    from scale.stories import stories

    study, meter = Opened(job["study"], quarter=job["quarter"]), Meter()
    names = Names(stories()[job["story"]], study=study, kept=Path(job["kept"]))
    names.ready(job["text"])
    opened = views(study)
    looked = Looked(study.engine.con, tables={view: columns for view, (_, columns) in opened.items()}, meter=meter)
    if job["look"]:
        study.engine.con = looked
    with meter.running():
        found = names.value(job["text"])
    names.keep(job["text"], found)
    read = {opened[view][0]: sorted(columns) for view, columns in looked.read.items()}
    return {**meter.said(), "rows": _size(found), **({"read": read} if job["look"] else {})}


def views(study: Any) -> dict[str, tuple[str, list[str]]]:
    """Return the engine's names of the tables a study has opened: ours, and the columns."""
    from scale.opened import PREPARED

    opened = {folder: vars(study)[name] for name, folder in PREPARED.items() if name in vars(study)}
    found = {table.op().name: (folder, list(table.columns)) for folder, table in opened.items()}
    for (name,) in study.engine.con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
        if name not in found and (own := accepted_of(study, name)):
            found[name] = own
    return found


def accepted_of(study: Any, view: str) -> tuple[str, list[str]] | None:
    """Return the accepted table behind a view of the engine, if it is one."""
    sql = study.engine.con.execute("SELECT sql FROM duckdb_views() WHERE view_name = ?", [view]).fetchone()[0]
    files = study.tables.files.items() if "tables" in vars(study) else ()
    for name, path in files:
        if str(path) in sql:
            rows = study.engine.con.execute(f'DESCRIBE "{view}"').fetchall()
            return f"tables/{name}", [row[0] for row in rows]
    return None


def fit(job: Job) -> Said:
    """Measure a fit to evidence made before."""
    from scale.fits import FITS
    from scale.names import Names
    from scale.opened import Opened
    from scale.stories import stories

    wanted, meter = next(fit for fit in FITS if fit.title == job["title"]), Meter()
    study = Opened(job["study"], quarter=job["quarter"])
    names = Names(stories()[wanted.story], study=study, kept=Path(job["kept"]))
    text = names.expression(wanted.name)
    names.ready(text)
    with meter.running():
        found = wanted.work(names) if wanted.work else names.value(text)
    if not wanted.work:
        names.keep(text, found)
    return meter.said()


def scan(job: Job) -> Said:
    """Measure the bare scan of columns."""
    from scale.opened import Opened, files_of, newest
    from scale.scans import relation, scan_sql

    study, meter, statements, rows = Opened(job["study"], quarter=job["quarter"]), Meter(), [], 0
    for table, columns in job["read"].items():
        folder, _, name = table.rpartition("/")
        path = newest(study.folder / folder, f"{name}-*", needed=name) if folder else study.path(table)
        of = relation(files_of(path))
        types = dict(row[:2] for row in study.engine.con.execute(f"DESCRIBE SELECT * FROM {of}").fetchall())
        statements.append(scan_sql(of, {column: types[column] for column in columns}))
        rows += study.engine.con.execute(f"SELECT count(*) FROM {of}").fetchone()[0]
    with meter.running():
        for statement in statements:
            study.engine.con.execute(statement).fetchall()
    return {**meter.said(), "rows": rows}


def _size(found: Any) -> int | None:
    table = type(found).__module__.startswith("ibis")  # it has a length, and refuses to tell
    return len(found) if hasattr(found, "__len__") and not table else None


def jobs() -> dict[str, Callable[[Job], Said]]:
    from scale import anchor_inputs, anchors_ours, anchors_survival, anchors_theirs, loading, survival_bar

    here = {"call": call, "fit": fit, "scan": scan}
    theirs = anchors_theirs.JOBS | anchors_survival.JOBS
    return here | survival_bar.JOBS | loading.JOBS | anchor_inputs.JOBS | anchors_ours.JOBS | theirs


def main() -> None:
    job = json.loads(sys.argv[1])
    said = jobs()[job["job"]](job)
    print()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
