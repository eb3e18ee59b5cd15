"""Measure what grows with the number of customers, and write the tables of README.md; see there."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from scale.processes import THREADS, wait_until_quiet

WHAT = ("all", "load", "rows", "evidence", "survival", "anchors", "panel", "quarter", "render")
SIZES = (1_000_000, 3_000_000, 10_000_000, 50_000_000)


def main() -> None:
    """Measure one thing on one study, or render the tables from all that was measured."""
    given = _arguments()
    if given.what == "render":
        from scale import render

        render.write()
        return
    if given.what == "all":
        from scale import everything

        everything.measure(given.to or Path("data/raw/scale"), sizes=given.sizes, quarter=given.quarter)
        return
    if given.what not in ("load", "quarter"):
        given.threads = given.threads or 1
    if given.threads:
        os.environ |= {name: str(given.threads) for name in THREADS}  # before anything counts the processors
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if not given.busy:
        wait_until_quiet()
    _measure(given)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="at_scale.py", description=__doc__)
    parser.add_argument("what", choices=WHAT)
    parser.add_argument("--study", type=Path, help="folder of the study file")
    parser.add_argument("--customers", type=int, default=0, help="how many customers it has")
    parser.add_argument("--quarter", default="2026Q3")
    parser.add_argument(
        "--threads", type=int, default=0, help="threads of the engine; otherwise one, to run and to load all"
    )
    parser.add_argument("--repeats", type=int, default=1, help="how often each piece of work is measured")
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the one table, or of the panel")
    parser.add_argument("--to", type=Path, help="where all is made; where the loaded study stays")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="customers of the companies of all")
    parser.add_argument("--since", help="load: only transactions from this day on, such as 2026-01-01")
    parser.add_argument("--csv", action="store_true", help="load: lay all sources out as CSV first")
    parser.add_argument("--only", default="", help="only pieces of work whose name holds this")
    parser.add_argument(
        "--first",
        action="store_true",
        help="anchors: survival of the first --customers of a larger study, and as many who bought",
    )
    parser.add_argument(
        "--patience", type=float, default=15, help="anchors: minutes after which another library is stopped"
    )
    parser.add_argument("--busy", action="store_true", help="do not wait for a quiet machine")
    given = parser.parse_args()
    if given.what not in ("all", "render", "panel") and given.study is None:
        parser.error(f"{given.what} needs --study")
    if given.what in ("load", "evidence", "survival", "anchors", "quarter") and not given.customers:
        parser.error(f"{given.what} needs --customers")
    return given


def _measure(given: argparse.Namespace) -> None:
    from scale import anchors, evidence, loading, quarters, survival_bar

    threads, study = given.threads, given.study
    whole = {"quarter": given.quarter, "customers": given.customers}
    if given.what == "load":
        loading.measure(study, **whole, threads=threads, to=given.to, since=given.since, csv=given.csv)
    elif given.what == "rows":
        loading.measure_rows(study, rows=given.rows, threads=threads, repeats=given.repeats, only=given.only)
    elif given.what == "evidence":
        evidence.measure(study, **whole, threads=threads, repeats=given.repeats, only=given.only)
    elif given.what == "survival":
        survival_bar.measure(study, **whole, threads=threads, repeats=given.repeats)
    elif given.what == "quarter":
        quarters.measure(study, **whole, threads=threads)
    else:
        rows = given.rows if given.what == "panel" else 0
        asked = {"panel_rows": rows, "only": given.only, "first": given.first, "patience": given.patience * 60}
        anchors.measure(study, **whole, threads=threads, repeats=given.repeats, **asked)


if __name__ == "__main__":
    main()
