"""The same customers give the same evidence: whatever the order, the format, the threads and the parts."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest

from cxlab import evidence
from cxlab.evidence import panel_sums, revenue_edges, terms
from cxlab.evidence.panel import PanelEvidence
from cxlab.maths.panel import PanelSums

from .evidence_of import added, asked_of

OTHERWISE = [("folders of parquet in other order", 2, 4)]
"""Another order of the rows, two threads, and customers cut into four parts."""


@pytest.fixture(scope="module")
def asked(opened):
    return asked_of(opened("parquet"))


@pytest.fixture(scope="module")
def found(opened, asked):
    """Evidence of the whole study, by name."""
    return {name: each.make(opened("parquet")) for name, each in asked.items()}


@pytest.fixture(scope="module")
def panel(opened):
    """Sums of the panel, all with the edges of the whole."""
    edges = revenue_edges(opened("parquet").panel)
    return lambda study: panel_sums(study.panel, quarters=opened("parquet").quarters, edges=edges)


def numbers_of(sums: PanelEvidence | PanelSums, *, name: str = "") -> dict[str, np.ndarray]:
    """Every number of the evidence of a panel, by name."""
    found = {}
    for field in dataclasses.fields(sums):
        value = getattr(sums, field.name)
        parts = value if isinstance(value, dict) else {"": value}
        for part, of in parts.items():
            label = f"{name}{field.name} {part}"
            if isinstance(of, PanelSums):
                found |= numbers_of(of, name=f"{label}.")
            elif not isinstance(of, tuple):
                found[label] = np.asarray(of)
    return found


def test_everything_is_asked(asked):
    makers = {name for name in evidence.__all__ if inspect.isfunction(getattr(evidence, name))}
    assert makers - {name.split()[0] for name in asked} == {"panel_sums", "revenue_edges"}


def test_no_evidence_is_empty(found):
    assert {name: len(rows) for name, rows in found.items() if len(rows) < 4} == {}


@pytest.mark.parametrize(("way", "threads", "parts"), [*OTHERWISE, ("csv", 1, 1), ("excel", 1, 1)])
def test_other_order_format_and_threads_give_the_same_tables(opened, way, threads, parts):
    whole, other = opened("parquet"), opened(way, threads=threads, parts=parts)
    assert other.fingerprint == whole.fingerprint
    for name, table in whole.load.tables.items():
        same = dataclasses.replace(other.load.tables[name], places=table.places)
        assert same == table, name
    assert dataclasses.replace(other.load, tables=whole.load.tables) == whole.load


@pytest.mark.parametrize(("way", "threads", "parts"), OTHERWISE)
def test_other_order_format_and_threads_give_the_same_evidence(opened, asked, found, panel, way, threads, parts):
    other = opened(way, threads=threads, parts=parts)
    for name, each in asked.items():
        pd.testing.assert_frame_equal(each.make(other), found[name], obj=name, check_exact=True)
    assert revenue_edges(other.panel) == revenue_edges(opened("parquet").panel)
    ours, theirs = numbers_of(panel(opened("parquet"))), numbers_of(panel(other))
    assert list(ours) == list(theirs)
    for name, value in ours.items():
        np.testing.assert_array_equal(theirs[name], value, err_msg=name)


def test_customers_are_cut_where_parts_are_asked_for(opened):
    for parts, folders in ((1, 0), (4, 4)):
        study = opened("folders of parquet in other order" if parts == 4 else "parquet", threads=parts // 2 or 1,
                       parts=parts)  # fmt: skip
        (table,) = (study.folder / "prepared" / "tables").glob("transactions-*.parquet")
        assert len(list(table.glob("part=*"))) == folders


def test_halves_share_no_customer_and_lose_none(opened):
    halves = [opened(f"{which} half") for which in ("first", "second")]
    whole = opened("parquet").load.tables
    for name in ("customers", "transactions", "survey_responses", "verbatims", "codings", "loop_cases"):
        counts = [half.load.tables[name].accepted for half in halves]
        assert min(counts) > 0.3 * whole[name].accepted, name
        assert sum(counts) == whole[name].accepted, name


def test_two_halves_add_up_to_the_whole(opened, asked, found, monkeypatch):
    monkeypatch.setattr(terms, "FEWEST_TEXTS", 0)
    halves = [opened(f"{which} half") for which in ("first", "second")]
    for name, each in asked.items():
        whole = found[name] if name != "term_table" else each.make(opened("parquet"))
        sums = added([each.make(half) for half in halves], like=whole, keys=each.keys)
        order = list(each.keys or whole.columns)
        whole = whole.sort_values(order, ignore_index=True)
        pd.testing.assert_frame_equal(
            sums.sort_values(order, ignore_index=True), whole, obj=name, check_dtype=False, check_exact=True
        )


def test_the_panels_of_two_halves_add_up_to_that_of_the_whole(opened, panel):
    first, second = (panel(opened(f"{which} half")) for which in ("first", "second"))
    whole, sums = numbers_of(panel(opened("parquet"))), numbers_of(first + second)
    assert list(whole) == list(sums)
    for name, value in whole.items():
        if np.issubdtype(value.dtype, np.integer):
            np.testing.assert_array_equal(sums[name], value, err_msg=name)
        else:
            np.testing.assert_allclose(sums[name], value, rtol=1e-9, atol=1e-9 * np.abs(value).max(), err_msg=name)
