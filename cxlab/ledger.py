"""findings.json: what a quarter found, kept so that it can be read back exactly and compared years later.

The file is plain JSON: a schema version, a header (which quarter, which run) and the findings. Values JSON has no
word for are objects with one tag: ``{"date": "2026-09-30"}``, ``{"label": ["plan", "en90"]}``.
The same findings give the same bytes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd

from cxlab.errors import DataError
from cxlab.finding import Check, Estimate, Finding, Label, Message, Withheld
from cxlab.quarter import Quarter
from cxlab.to_disk import replace_file

Json: TypeAlias = Any
SCHEMA_VERSION = 1
LINE = 110  # characters: what fits is written on one line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ledger:
    """The findings of one run and where they come from."""

    header: Mapping[str, Any]
    findings: tuple[Finding, ...]

    def find(self, name: str) -> Finding | None:
        """Return the finding called ``name`` (``"churn.retention"``), or None if this run has none."""
        return next((finding for finding in self.findings if finding.name == name), None)


def write(findings: Sequence[Finding], path: Path | str, *, header: Mapping[str, Any]) -> None:
    """Write a ledger; a reader sees the old file or the whole new one, never a part.

    Parameters
    ----------
    findings : sequence of Finding
        In the order they are shown. Table indexes are not kept; a column's missing values become null.
    path : Path
        The file; its folder is made if need be.
    header : Mapping
        Plain JSON values: what the findings belong to.

    Raises
    ------
    ValueError
        If two findings share a name, or a table has a named index.
    TypeError
        If a value has a type a finding may not hold.
    """
    names = [finding.name for finding in findings]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"a ledger holds each finding once; twice here: {', '.join(twice)}")
    content = {
        "schema_version": SCHEMA_VERSION,
        "header": header,
        "findings": [_finding_out(finding) for finding in findings],
    }
    replace_file(path, (_pretty(content) + "\n").encode())


def read(path: Path | str) -> Ledger:
    """Read a ledger of this or any older schema version.

    Raises
    ------
    DataError
        If the file is missing, cut off, no ledger, or written by a newer cxlab.
    """
    path = Path(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content["schema_version"]
    except FileNotFoundError:
        raise DataError(f"no findings at {path}: run the quarter first") from None
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} is no whole findings file: {error}; run the quarter again") from error
    if not isinstance(version, int) or not 1 <= version <= SCHEMA_VERSION:
        raise DataError(
            f"{path} was written with schema version {version}; this cxlab reads 1 to {SCHEMA_VERSION}: "
            "read it with the newer cxlab that wrote it"
        )
    try:
        findings = tuple(_finding_in(finding) for finding in content["findings"])
        return Ledger(header=content["header"], findings=findings)
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} holds a finding that cannot be read: {error!r}") from error


# --- findings --------------------------------------------------------------------------------------------


def _finding_out(finding: Finding) -> dict[str, Any]:
    headline = finding.headline
    return {
        "name": finding.name,
        "about": _value_out(finding.about),
        "definition": finding.definition,
        "headline": _value_out(headline)
        if isinstance(headline, Estimate)
        else {"withheld": _message_out(headline.reason)},
        "message": _message_out(finding.message),
        "table": _table_out(finding.table),
        "shape": finding.shape,
        "method": _message_out(finding.method),
        "checks": [
            {"name": check.name, "passed": check.passed, "message": _message_out(check.message)}
            for check in finding.checks
        ],
        "replicates": None
        if finding.replicates is None
        else [_value_out(value) for value in np.asarray(finding.replicates, dtype=float).tolist()],
    }


def _finding_in(content: Mapping[str, Any]) -> Finding:
    headline = content["headline"]
    replicates = content["replicates"]
    return Finding(
        name=content["name"],
        about=_value_in(content["about"]),
        definition=content["definition"],
        headline=Withheld(_message_in(headline["withheld"])) if "withheld" in headline else _value_in(headline),
        message=_message_in(content["message"]),
        table=_table_in(content["table"]),
        shape=content["shape"],
        method=_message_in(content["method"]),
        checks=tuple(
            Check(name=check["name"], passed=check["passed"], message=_message_in(check["message"]))
            for check in content["checks"]
        ),
        replicates=None
        if replicates is None
        else np.array([_value_in(value) for value in replicates], dtype=float),
    )


def _message_out(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "values": {name: _value_out(message.values[name]) for name in sorted(message.values)},
    }


def _message_in(content: Mapping[str, Any]) -> Message:
    return Message(content["id"], {name: _value_in(value) for name, value in content["values"].items()})


def _value_out(value: object) -> Json:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value) if math.isfinite(value) else {"float": repr(float(value))}
    if isinstance(value, date) and not isinstance(value, datetime):
        return {"date": value.isoformat()}
    if isinstance(value, Quarter):
        return {"quarter": str(value)} | ({"first_month": value.first_month} if value.first_month != 1 else {})
    if isinstance(value, Label):
        return {"label": [value.of, value.code]}
    if isinstance(value, tuple) and all(isinstance(label, Label) for label in value):
        return {"labels": [[label.of, label.code] for label in value]}
    if isinstance(value, Estimate):
        return {"estimate": {name: _value_out(part) for name, part in asdict(value).items()}}
    raise TypeError(f"a finding holds text, numbers, dates, quarters, labels and estimates; got {value!r}")


def _value_in(content: Json) -> Json:
    if not isinstance(content, dict):
        return content
    match content:
        case {"float": text}:
            return float(text)
        case {"date": text}:
            return date.fromisoformat(text)
        case {"quarter": text}:
            return Quarter.parse(text, first_month=content.get("first_month", 1))
        case {"label": [of, code]}:
            return Label(of=of, code=code)
        case {"labels": pairs}:
            return tuple(Label(of=of, code=code) for of, code in pairs)
        case {"estimate": parts}:
            return Estimate(**parts)
    raise ValueError(f"unknown kind of value {content!r}")


# --- tables ----------------------------------------------------------------------------------------------


def _table_out(table: pd.DataFrame) -> list[dict[str, Any]]:
    if any(name is not None for name in table.index.names):
        raise ValueError(f"a finding's table has no named index; got {list(table.index.names)}")
    if not all(isinstance(name, str) for name in table.columns) or not table.columns.is_unique:
        raise ValueError(f"a finding's table has unique column names that are text; got {list(table.columns)}")
    return [{"name": name, **_column_out(table[name])} for name in table.columns]


def _column_out(column: pd.Series[Any]) -> dict[str, Any]:
    dtype = str(column.dtype)
    if isinstance(column.dtype, pd.CategoricalDtype):
        categories = _column_out(pd.Series(column.cat.categories))
        return {"dtype": dtype, "ordered": column.dtype.ordered, "categories": categories} | {
            "values": column.cat.codes.tolist()
        }
    if dtype.startswith("datetime64"):
        return {"dtype": dtype, "values": [None if pd.isna(day) else day.isoformat() for day in column]}
    missing = column.isna()
    values = [None if gone else _value_out(value) for value, gone in zip(column, missing, strict=True)]
    return {"dtype": dtype, "values": values}


def _table_in(content: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame({column["name"]: _column_in(column) for column in content})


def _column_in(content: Mapping[str, Any]) -> pd.Series[Any]:
    dtype, values = content["dtype"], content["values"]
    if dtype == "category":
        categories = pd.Index(_column_in(content["categories"]))
        return pd.Series(pd.Categorical.from_codes(values, categories=categories, ordered=content["ordered"]))
    if dtype.startswith("datetime64"):
        return pd.to_datetime(pd.Series(values, dtype=object), format="ISO8601").astype(cast("Any", dtype))
    plain = [_value_in(value) for value in values]
    return pd.Series(plain, dtype=object).astype(dtype) if dtype != "object" else pd.Series(plain, dtype=object)


def _pretty(value: Json, indent: int = 0) -> str:
    """Write JSON with sorted keys; whatever fits on a line, and every list of plain values, stays on one."""
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    plain = isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    if plain or not isinstance(value, dict | list) or len(line) + indent <= LINE:
        return line
    pad = " " * (indent + 1)
    if isinstance(value, list):
        inner = [pad + _pretty(item, indent + 1) for item in value]
        return "[\n" + ",\n".join(inner) + "\n" + " " * indent + "]"
    inner = [f"{pad}{json.dumps(key)}: {_pretty(value[key], indent + 1)}" for key in sorted(value)]
    return "{\n" + ",\n".join(inner) + "\n" + " " * indent + "}"
