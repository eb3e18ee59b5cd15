"""Where a theme is named: by plan, by region, by touchpoint."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxlab.claim import empty_table, estimate_of, estimates, finding, shown
from cxlab.evidence.themes import NO_CODE
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.contrast import alike_p
from cxlab.maths.prevalence import Prevalence
from cxlab.quarter import Quarter
from cxlab.voc.shares import cell, design_effect, method_of, sample_of, share_of
from cxlab.voc.themes import RULE

SURE = 0.05
Row = dict[Any, Any]


def by_group(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    named: Finding,
    *,
    by: str,
    quarter: Quarter,
    most: int = 8,
    level: float = 0.95,
    minimum: int = 10,
    adjudicator: str = "team",
) -> Finding:
    """Share of comments that name a theme, group by group.

    Parameters
    ----------
    counts : DataFrame
        ``theme_table(texts, readings, quarters=[quarter], by=[by])``.
    texts : DataFrame
        ``text_table(texts, readings, quarters=[quarter], by=[by])``.
    named : Finding
        ``voc.themes``: themes in their order.
    by : str
        Column of the groups.
    quarter : Quarter
        The quarter to answer for.
    most : int
        How many themes are shown: the first ones of ``named``.
    minimum : int
        Groups with fewer texts read (of the kind shares are made of) are not shown, nor a group that would give
        the only hidden one away.

    Returns
    -------
    Finding
        ``voc.by_group``: a grid: table: ``theme``, ``by``, then the share; n = texts read in the group. Headline:
        the highest cell of the theme whose
        groups lie furthest apart, if they do beyond chance; else the highest cell of all.
    """
    sample = sample_of(counts, quarter=quarter, adjudicator=adjudicator)
    rows = counts[(counts["quarter"] == str(quarter)) & (counts["code"] != NO_CODE)]
    sizes = _sizes(texts, by=by, quarter=quarter, column="adjudicated" if sample.way == "adjudicated" else "read")
    codes = np.array(list(sizes))
    show = shown(np.array(list(sizes.values()), dtype=float), least=minimum) if sizes else np.array([], dtype=bool)
    groups = [str(code) for code in codes[show]] if len(codes) else []
    rule = definition(RULE, by=by, way=sample.way)
    found: dict[tuple[str, str], Prevalence] = {}
    cells = []
    for code in named.table["theme"].head(most):
        for group in groups:
            part = rows[(rows["code"] == code) & (rows[by] == group)]
            whole = cell(texts, quarter=quarter, **{by: group})
            share = share_of(
                part, sample=sample, texts=int(whole["texts"]), design_effect=design_effect(whole),
                adjudicator=adjudicator,
            )  # fmt: skip
            if share is not None:
                found[code, group] = share
                tail = estimates(share.share, *share.ends(level=level), int(whole["read"]))
                cells.append({"theme": code, by: group, **tail})
    table = pd.DataFrame(cells) if cells else empty_table("theme", by)
    headline, message = _headline(table, found, by=by, quarter=quarter, level=level, least=minimum)
    return finding(
        "voc.by_group", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="grid",
        method=method_of(sample), checks=(_hidden(len(sizes) - len(groups), least=minimum),),
    )  # fmt: skip


def _hidden(hidden: int, *, least: int) -> Check:
    case = "some_hidden" if hidden else "none_hidden"
    message = Message(f"voc.check.{case}", {"n": hidden, "least": least})
    return Check(name="hidden", passed=None if hidden else True, message=message)


def _sizes(texts: pd.DataFrame, *, by: str, quarter: Quarter, column: str) -> dict[str, int]:
    rows = texts[(texts["quarter"] == str(quarter)) & (texts[by] != "")].sort_values(by)
    return {str(group): int(size) for group, size in zip(rows[by], rows[column], strict=True) if size}


def _headline(
    table: pd.DataFrame,
    found: dict[tuple[str, str], Prevalence],
    *,
    by: str,
    quarter: Quarter,
    level: float,
    least: int,
) -> tuple[Estimate | None, Message]:
    """Say for which theme the groups lie furthest apart, if they do: corrected for looking at every theme."""
    if table[by].nunique() < 2:
        return None, Message("voc.by_group.too_few", {"least": least, "of": Label(of="term", code=by)})
    tests = [
        (alike_p([found[key] for key in found if key[0] == code]), str(code)) for code in table["theme"].unique()
    ]
    p, code = min(tests)
    rows = table[table["theme"] == code].to_dict("records")
    high, low = (end(rows, key=lambda row: float(row["estimate"])) for end in (max, min))
    case = "apart" if p * len(tests) < SURE else "alike"
    if case == "alike":
        high = max(table.to_dict("records"), key=lambda row: float(row["estimate"]))
    share = estimate_of(high, unit="share", level=level)
    values: dict[str, Value] = {
        "quarter": quarter, "of": Label(of="term", code=by), "share": share,
        "theme": Label(of="theme", code=str(high["theme"])), "group": Label(of=by, code=str(high[by])),
        "least_group": Label(of=by, code=str(low[by])), "least_share": float(low["estimate"]),
    }  # fmt: skip
    return share, Message(f"voc.by_group.{case}", values)
