"""The leading theme over time: against last quarter and a year ago, and quarter by quarter."""

from __future__ import annotations

import pandas as pd

from cxlab.claim import empty_table, estimate_of, estimates, finding
from cxlab.finding import Finding, Label, Message, Value, definition
from cxlab.maths.contrast import difference
from cxlab.maths.prevalence import Prevalence
from cxlab.quarter import Quarter
from cxlab.verdicts import case_of, smallest, verdicts
from cxlab.voc.shares import cell, comparable, design_effect, method_of, sample_of, share_of
from cxlab.voc.themes import RULE


def change(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    named: Finding,
    *,
    quarter: Quarter,
    band: float = 0.01,
    level: float = 0.95,
    adjudicator: str = "team",
) -> Finding:
    """Change of the share of the theme the page leads with, on last quarter and on the same quarter a year ago.

    Parameters
    ----------
    counts, texts : DataFrame
        As for ``themes``, with the quarters compared with.
    named : Finding
        ``voc.themes``, judged: its theme is taken, and its tests are counted in.
    quarter : Quarter
        The quarter to answer for.
    band : float
        Changes of a share within plus or minus this are too small to matter.

    Returns
    -------
    Finding
        ``voc.change``: headline the change on last quarter (share points); table: ``against`` (last_quarter,
        year_ago), ``p``, ``verdict``.
    """
    theme = named.message.values.get("group")
    rule, method = definition(RULE, band=band), Message("voc.method.change", {"band": band})
    now = _share(counts, texts, theme, quarter=quarter, like=quarter, adjudicator=adjudicator)
    rows = []
    for against, then in (("last_quarter", quarter - 1), ("year_ago", quarter - 4)):
        share = _share(counts, texts, theme, quarter=then, like=quarter, adjudicator=adjudicator)
        if now is not None and share is not None:
            found = difference(now, share, level=level)
            n = int(cell(texts, quarter=quarter)["read"])
            tail = estimates(found.value, found.low, found.high, n)
            rows.append({"against": against, "p": found.p, "verdict": None, **tail})
    if not isinstance(theme, Label) or not rows or rows[0]["against"] != "last_quarter":
        return finding(
            "voc.change", about=quarter, rule=rule, headline=None, method=method,
            message=Message("voc.change.first"), table=empty_table("against", "p", "verdict"), shape="bars",
        )  # fmt: skip
    table = pd.DataFrame(rows)
    table["verdict"] = _verdicts(table, named, band=band)
    headline = estimate_of(table.iloc[0], unit="share_points", level=level)
    case = case_of(str(table["verdict"].iloc[0]), headline.value)
    values: dict[str, Value] = {"theme": theme, "change": headline, "band": band, "mde": smallest(headline)}
    return finding(
        "voc.change", about=quarter, rule=rule, headline=headline, message=Message(f"voc.change.{case}", values),
        table=table, shape="bars", method=method,
    )  # fmt: skip


def _verdicts(table: pd.DataFrame, named: Finding, *, band: float) -> list[str]:
    """Judge a year ago among all tests of the page; last quarter is judged there already."""
    ends = {"change_low": "low", "change_high": "high"}
    tests = named.table[["p", *ends]].rename(columns=ends)
    other = table[table["against"] == "year_ago"][["p", "low", "high"]]
    judged = verdicts(pd.concat([tests, other], ignore_index=True), band=band)
    place = list(named.table["theme"]).index(named.message.values["group"].code)  # type: ignore[union-attr]
    return [str(named.table["verdict"].iloc[place]), *judged[len(tests) :]]


def trend(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    named: Finding,
    *,
    quarter: Quarter,
    level: float = 0.95,
    adjudicator: str = "team",
) -> Finding | None:
    """Share of the leading theme in every quarter whose sample was read as this one's was.

    Parameters
    ----------
    counts, texts : DataFrame
        As for ``themes``, with all quarters.
    named : Finding
        ``voc.themes``: its theme is taken.
    quarter : Quarter
        The last quarter shown.

    Returns
    -------
    Finding or None
        None with fewer than two such quarters. ``voc.trend``: table: ``quarter``, oldest first, then the share; n
        = texts read. Headline: the last one.
    """
    theme = named.message.values.get("group")
    quarters = [each for each in sorted(set(counts["quarter"])) if each <= str(quarter)]
    rows = []
    for text in quarters:
        each = Quarter.parse(text, first_month=quarter.first_month)
        share = _share(counts, texts, theme, quarter=each, like=quarter, adjudicator=adjudicator)
        if share is not None:
            n = int(cell(texts, quarter=each)["read"])
            rows.append({"quarter": text, **estimates(share.share, *share.ends(level=level), n)})
    rule = definition(RULE, series=True)
    method = method_of(sample_of(counts, quarter=quarter, adjudicator=adjudicator))
    if not isinstance(theme, Label) or len(rows) < 2 or rows[-1]["quarter"] != str(quarter):
        return None
    table = pd.DataFrame(rows)
    headline = estimate_of(table.iloc[-1], unit="share", level=level)
    ordered = table.sort_values("estimate", kind="stable")
    bottom, top = ordered.iloc[0], ordered.iloc[-1]
    values: dict[str, Value] = {
        "theme": theme,
        "least": estimate_of(bottom, unit="share", level=level),
        "most": estimate_of(top, unit="share", level=level),
        "when": Quarter.parse(str(top["quarter"]), first_month=quarter.first_month), "n": len(table),
    }  # fmt: skip
    return finding(
        "voc.trend", about=quarter, rule=rule, headline=headline, method=method,
        message=Message("voc.trend", values), table=table, shape="trend",
    )  # fmt: skip


def _share(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    theme: Value | None,
    *,
    quarter: Quarter,
    like: Quarter,
    adjudicator: str,
) -> Prevalence | None:
    """Share of the theme in a quarter; None where its sample was not read as that of ``like``."""
    sample, model = (sample_of(counts, quarter=each, adjudicator=adjudicator) for each in (quarter, like))
    if not isinstance(theme, Label) or not comparable(sample, model):
        return None
    rows = counts[(counts["quarter"] == str(quarter)) & (counts["code"] == theme.code)]
    whole = cell(texts, quarter=quarter)
    return share_of(
        rows, sample=sample, texts=int(whole["texts"]), design_effect=design_effect(whole), adjudicator=adjudicator
    )
