"""Tiny notebooks and a tiny study to run them in; `conftest` hands them to the tests."""

from __future__ import annotations

import json
from pathlib import Path

RECORD = """import os
from pathlib import Path
target = Path(os.environ["CXLAB_RUN"], "findings", os.environ["CXLAB_STEP"] + ".json")
target.parent.mkdir(exist_ok=True)
target.write_text('{"schema_version": 1, "header": {}, "findings": []}')"""

SAYS = """{record}
import json
number = {{"value": {value}, "low": 0.01, "high": 0.9, "unit": "share", "n": 5210}}
number |= {{"kind": "confidence", "level": 0.95}}
finding = {{
    "name": os.environ["CXLAB_STEP"] + ".left", "about": {{"quarter": quarter}}, "definition": "0123456789ab",
    "headline": {{"estimate": number}}, "shape": "number", "checks": [], "replicates": None,
    "message": {{
        "id": "page.no_material_change",
        "values": {{"what": "left", "value": {{"estimate": number}}, "band": "1%"}},
    }},
    "method": {{"id": "sure.independent", "values": {{}}}},
    "table": [
        {{"name": name, "dtype": "float64", "values": [number.get(name, number["value"])]}}
        for name in ("estimate", "low", "high", "n")
    ],
}}
target.write_text(json.dumps({{"schema_version": 1, "header": {{}}, "findings": [finding]}}))"""
"""A last cell that records one number."""

STUDY = """name = "{name}"
made_up = true
currency = "VND"
time_zone = "Asia/Ho_Chi_Minh"
window_opens = 2025-01-01
reports = "reports"
notebooks = "notebooks"
auto_publish = {publish}

[sources.contracts]
path = "contracts.csv"
"""

CONTRACTS = """contract_id,customer_id,start,end
c1,a,2025-02-01,
c2,b,2025-03-01,2026-08-15
c3,c,2026-02-10,
c4,d,2026-05-10,
c5,e,2026-07-10,
"""


def write_notebook(
    folder: Path,
    name: str,
    *cells: str,
    parameters: str = 'quarter: str = "2026Q3"  # the quarter',
    tables: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    found: float | None = None,
) -> Path:
    """Write a notebook whose last cell records nothing but the fact that it ran, or the share ``found``."""
    last = RECORD if found is None else SAYS.format(record=RECORD, value=found)
    code = [(parameters, ["parameters"]), *((cell, []) for cell in cells), (last, [])]
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "somebody-elses", "display_name": "R", "language": "R"},
            "cxlab": {"title": {"en": name, "vi": name}, "tables": list(tables), "after": list(after)},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell{number}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, (source, tags) in enumerate(code)
        ],
    }
    path = folder / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook))
    return path


def write_study(folder: Path, *, name: str = "Tiny", publish: bool = True) -> Path:
    """Write a study of five contracts whose notebooks lie beside it."""
    (folder / "notebooks").mkdir(parents=True, exist_ok=True)
    path = folder / "study.toml"
    (folder / "contracts.csv").write_text(CONTRACTS)
    path.write_text(STUDY.format(name=name, publish=str(publish).lower()))
    return path
