"""Measure ourselves against what people use today: the same Parquet, the same answer, in turns."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scale.processes import Failed, forked, fresh
from scale.results import Line, add, batch

PATIENCE = 900.0
"""Seconds after which the other library is not waited for any longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two jobs that give the same answer."""

    title: str
    against: str
    ours: Mapping[str, Any]
    theirs: Mapping[str, Any]


def survival_pairs(study: Path, *, quarter: str, threads: int) -> Iterator[Pair]:
    """Yield the comparisons that spells are enough for."""
    made = forked({"job": "spells", "study": str(study), "quarter": quarter})
    mine = {"study": str(study), "quarter": quarter, "threads": threads}
    for late in (False, True):
        how = "late entry" if late else "no late entry"
        lives = {**made, "late": late, "threads": threads, "opens": made["opens"] if late else -(10**6)}
        for title, job in (("Kaplan-Meier", "survival"), ("Cox", "hazards")):
            yield Pair(
                title=f"{title}, {how}", against="lifelines",
                ours={"job": f"our {job}", **mine, "late": late}, theirs={"job": f"their {job}", **lives},
            )  # fmt: skip
            for against in ("scikit-survival", "statsmodels"):
                if (against, job, late) != ("scikit-survival", "hazards", True):  # it knows no late entry there
                    yield Pair(
                        title=f"{title}, {how}", against=against, ours={"job": f"our {job}", **mine, "late": late},
                        theirs={"job": f"{against} {job}", **lives},
                    )  # fmt: skip


def pairs(study: Path, *, quarter: str, threads: int, folder: Path) -> Iterator[Pair]:
    """Yield the comparisons; their inputs are made when they are needed."""
    yield from survival_pairs(study, quarter=quarter, threads=threads)
    made = forked({"job": "inputs", "study": str(study), "quarter": quarter, "folder": str(folder)})
    yield buying(made["buyers"], threads=threads)
    yield from panels("panel of the study", made["panel"], threads=threads)


def buying(made: Mapping[str, Any], *, threads: int) -> Pair:
    """Return the comparison of the model of repeat buying, from one row per customer who bought."""
    mine = {"file": made["file"], "threads": threads}
    return Pair(
        title=f"BG/NBD from {made['customers']:,} who bought", against="lifetimes",
        ours={"job": "our purchases", **mine}, theirs={"job": "their purchases", **mine},
    )  # fmt: skip


def panels(title: str, panel: Mapping[str, Any], *, threads: int) -> Iterator[Pair]:
    """Yield the two regressions of a panel; ours sums up all four of the revenue page at once."""
    for fit, name, against in (("price", "within", "pyfixest"), ("pooled", "pooled", "statsmodels")):
        yield Pair(
            title=f"{title}, {'within customers' if name == 'within' else name}", against=against,
            ours={"job": "our panel", **panel, "fit": fit, "threads": threads},
            theirs={"job": f"their {name}", "file": panel["file"], "threads": threads},
        )  # fmt: skip


def measure(
    study: Path, *, quarter: str, customers: int, threads: int, repeats: int, panel_rows: int = 0, only: str = "",
    first: bool = False, patience: float = PATIENCE,
) -> None:  # fmt: skip
    """Measure every pair and write ``results/anchors.jsonl``.

    With ``panel_rows`` a made-up panel alone; with ``first`` survival of the first ``customers`` of a larger
    company, and repeat buying of as many who bought.
    """
    about = batch(customers=customers, threads=threads)
    with tempfile.TemporaryDirectory(prefix="anchors-") as name:
        if panel_rows:
            made = forked({"job": "panel", "rows": panel_rows, "folder": name})
            every = list(panels(f"made-up panel of {panel_rows:,} rows", made, threads=threads))
        elif first:
            job = {"job": "first", "study": str(study), "quarter": quarter, "customers": customers}
            made = forked({**job, "folder": name, "threads": threads})
            every = list(survival_pairs(Path(made["study"]), quarter=quarter, threads=threads))
            every.append(buying(forked({**job, "job": "buyers", "folder": name}), threads=threads))
        else:
            every = list(pairs(study, quarter=quarter, threads=threads, folder=Path(name)))
        for pair in every:
            if only in f"{pair.title} {pair.against}":
                for _ in range(repeats):
                    _one(pair, about=about, threads=threads, patience=patience)


def _one(pair: Pair, *, about: Line, threads: int, patience: float) -> None:
    for side, job in (("ours", pair.ours), ("theirs", pair.theirs)):
        head = {"what": side, "name": pair.title, "against": pair.against, **about}
        try:
            said = fresh(dict(job), threads=threads, seconds=patience)
        except Failed as error:
            print(f"not measured: {side}, {pair.title}: {error}", flush=True)
            spent = {} if error.spent is None else {"spent": round(error.spent, 1)}
            add("anchors", {**head, "failed": str(error).splitlines()[-1], **spent})
            continue
        add("anchors", {**head, **said})
        print(f"{said['cpu']:8.2f} s  {said['peak']:6.2f} GB  {side:6}  {pair.title} ({pair.against})", flush=True)
