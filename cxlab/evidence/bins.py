"""A measured number as one of a few bins of equal weight, its edges kept: later rows are put in the same bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

BINS = 20
"""Quantile bins of a measured covariate, where nobody says another number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """Bins of a column: (..., e1), [e1, e2), ..., [ek, ...).

    Parameters
    ----------
    column : str
        What was measured.
    edges : tuple of float
        Inner edges, rising; none where all values are equal.
    """

    column: str
    edges: tuple[float, ...]

    @classmethod
    def of(cls, rows: ir.Table, column: str, *, bins: int = BINS) -> Bins:
        """Find the quantile edges of a column, of the rows as they are known now; equal edges are one.

        Raises
        ------
        ValueError
            If there is no such column of numbers, or fewer than two bins are asked for.
        """
        if column not in rows.columns or not rows[column].type().is_numeric():
            raise ValueError(f"bins need a column of numbers; {column!r} is none of {', '.join(rows.columns)}")
        if bins < 2:
            raise ValueError(f"bins must be at least 2; got {bins}")
        values = rows[column].cast("float64")
        found = values.quantile([place / bins for place in range(1, bins)]).to_pyarrow().as_py()
        low = values.min().to_pyarrow().as_py()
        return cls(column=column, edges=tuple(sorted({float(edge) for edge in found or () if edge > low})))

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Bins:
        """Read what `stored` wrote."""
        return cls(column=str(stored["column"]), edges=tuple(float(edge) for edge in stored["edges"]))

    @property
    def stored(self) -> dict[str, Any]:
        """The bins as plain values, for a file."""
        return {"column": self.column, "edges": list(self.edges)}

    @property
    def names(self) -> Sequence[str]:
        """Codes of the bins, from the lowest values to the highest."""
        return [f"{place:02d}" for place in range(1, len(self.edges) + 2)]

    def put(self, rows: ir.Table, *, name: str | None = None) -> ir.Table:
        """Add the bin of each row as a code, '' where nothing was measured, in ``<column>_bin`` or ``name``."""
        value = rows[self.column].cast("float64")
        cases = [(value < edge, code) for edge, code in zip(self.edges, self.names, strict=False)]
        code = ibis.cases(*cases, else_=self.names[-1]) if cases else ibis.literal(self.names[-1])
        return rows.mutate(**{name or f"{self.column}_bin": ibis.ifelse(value.isnull(), "", code)})
