"""What customers say, and whether they say it more often than last quarter."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxlab.claim import empty_table, estimates, finding, labels
from cxlab.evidence.themes import NO_CODE
from cxlab.finding import Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.contrast import difference
from cxlab.maths.prevalence import Prevalence
from cxlab.quarter import Quarter
from cxlab.verdicts import by_headline, verdicts
from cxlab.voc.shares import (
    Sample,
    cell,
    comparable,
    design_effect,
    made_check,
    method_of,
    readings_of,
    sample_of,
    share_of,
)

RULE = "share of texts that name a theme, from people's codes on a random sample"
COLUMNS = ("theme", "gate", "counted", "last", "change", "change_low", "change_high", "p", "verdict")


def themes(
    counts: pd.DataFrame,
    texts: pd.DataFrame,
    *,
    quarter: Quarter,
    agreement: Finding | None = None,
    band: float = 0.01,
    level: float = 0.95,
    minimum: int = 10,
    most: int = 16,
    adjudicator: str = "team",
) -> Finding:
    """Share of comments that name each theme, and its change on the quarter before.

    Parameters
    ----------
    counts : DataFrame
        ``theme_table(texts, readings, quarters=[quarter - 1, quarter])``; more quarters do no harm.
    texts : DataFrame
        ``text_table(texts, readings, quarters=[quarter - 1, quarter])``.
    quarter : Quarter
        The quarter to answer for.
    agreement : Finding, optional
        ``voc.agreement``: says which themes are only tentative.
    band : float
        Changes of a share within plus or minus this are too small to matter.
    minimum : int
        Themes found in fewer texts read, this quarter and the one before, are not shown.
    most : int
        No more themes than this are shown and judged: those named most, in either quarter.
    adjudicator : str
        The coder whose readings settle what the others disagree on.

    Returns
    -------
    Finding
        ``voc.themes``: table: ``theme``, ``gate`` (passed, tentative, failed, '' where agreement is not known),
        ``counted`` (what merely counting the codes would say, where some are adjudicated), ``last``, ``change``,
        ``change_low``, ``change_high``, ``p``, ``verdict``, most named first; headline: the share of the theme
        that moved most for real, else of the one most named. n = texts read.

    Raises
    ------
    ValueError
        If the counts are no theme table.
    """
    now, before = (sample_of(counts, quarter=each, adjudicator=adjudicator) for each in (quarter, quarter - 1))
    compared = comparable(now, before)
    rule = definition(RULE, way=now.way, adjudicator=adjudicator if now.way == "adjudicated" else "")
    if now.way == "none":
        message = Message("voc.themes.nobody_read", {"texts": int(cell(texts, quarter=quarter)["texts"])})
        return finding(
            "voc.themes", about=quarter, rule=rule, headline=None, message=message, table=empty_table(*COLUMNS),
            shape="bars", method=Message("voc.method.none"),
        )  # fmt: skip
    table, rare = _table(
        _shares(counts, texts, quarter=quarter, sample=now, adjudicator=adjudicator),
        _shares(counts, texts, quarter=quarter - 1, sample=before, adjudicator=adjudicator) if compared else {},
        gates=gates_of(agreement), read=now.read, least=minimum, most=most, level=level,
    )  # fmt: skip
    judged = verdicts(table, band=band, low="change_low", high="change_high") if compared else [None] * len(table)
    table["verdict"] = pd.Series(judged, dtype="object")
    if now.way != "adjudicated":
        table = table.drop(columns="counted")
    headline, message = said(table, quarter=quarter, compared=compared, least=minimum, level=level)
    return finding(
        "voc.themes", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="bars",
        method=method_of(now), checks=(*_checks(table, rare=rare), made_check(now)),
    )  # fmt: skip


def said(
    table: pd.DataFrame, *, quarter: Quarter, compared: bool, least: int, level: float
) -> tuple[Estimate | None, Message]:
    """Headline and sentence: the firm theme that moved most for real, else the one most named."""
    firm_ones = firm(table)
    headline, message = by_headline(
        firm_ones, stem="voc.themes", by="theme", quarter=quarter, compared=compared, least=least, unit="share",
        level=level,
    )  # fmt: skip
    group = message.values.get("group")
    first = isinstance(group, Label) and group.code == table["theme"].iloc[0]
    if message.id.endswith("real_rise") and first:
        return headline, Message("voc.themes.now_first", message.values)
    return headline, message


def firm(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of themes on which coders agree enough to speak of them first; all rows where none are."""
    kept = table[table["gate"].isin(["passed", ""])]
    return (kept if len(kept) else table).reset_index(drop=True)


def gates_of(agreement: Finding | None) -> dict[str, str]:
    """Gate of each theme: passed, tentative, failed."""
    if agreement is None or agreement.table.empty:
        return {}
    return dict(zip(agreement.table["theme"], agreement.table["gate"], strict=True))


def _table(
    now: dict[str, Share],
    before: dict[str, Share],
    *,
    gates: dict[str, str],
    read: int,
    least: int,
    most: int,
    level: float,
) -> tuple[pd.DataFrame, list[str]]:
    """Row per theme that enough texts name, now or before, most named first; and the themes too rare."""
    largest = {code: max(each[code].texts for each in (now, before) if code in each) for code in now}
    common = sorted((code for code in now if largest[code] >= least), key=lambda code: -largest[code])[:most]
    rows = []
    for code in common:
        share, last = now[code], before.get(code)
        change = {} if last is None else _change(share.share, last.share, level=level)
        tail = estimates(share.share.share, *share.share.ends(level=level), read)
        rows.append({"theme": code, "gate": gates.get(code, ""), "counted": share.counted, **change, **tail})
    table = pd.DataFrame(rows).reindex(columns=[*COLUMNS, "estimate", "low", "high", "n"])
    rare = [code for code in now if code not in common]
    return table.sort_values(["estimate", "theme"], ascending=[False, True], ignore_index=True), rare


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Honest share of a theme, what merely counting the codes gives, and the texts the sample has of it."""

    share: Prevalence
    counted: float
    texts: float


def _shares(
    counts: pd.DataFrame, texts: pd.DataFrame, *, quarter: Quarter, sample: Sample, adjudicator: str
) -> dict[str, Share]:
    whole = cell(texts, quarter=quarter)
    rows = counts[(counts["quarter"] == str(quarter)) & (counts["code"] != NO_CODE)]
    effect, found = design_effect(whole), {}
    for code, part in rows.groupby("code"):
        share = share_of(
            part, sample=sample, texts=int(whole["texts"]), design_effect=effect, adjudicator=adjudicator
        )
        if share is not None:
            read = readings_of(part, sample=sample, adjudicator=adjudicator)
            n = read.counts.sum()
            counted = float(read.counts @ read.coded / n)
            found[str(code)] = Share(share=share, counted=counted, texts=share.share * n)
    return found


def _change(share: Prevalence, last: Prevalence, *, level: float) -> dict[str, object]:
    found = difference(share, last, level=level)
    return {
        "last": last.share,
        "change": found.value,
        "change_low": found.low,
        "change_high": found.high,
        "p": found.p,
    }


def _checks(table: pd.DataFrame, *, rare: list[str]) -> tuple[Check, ...]:
    checks = []
    if rare:
        values: dict[str, Value] = {"themes": labels("theme", rare)}
        checks.append(Check(name="rare", passed=None, message=Message("voc.check.rare", values)))
    weak = table[table["gate"].isin(["tentative", "failed"])]
    if len(weak):
        message = Message("voc.check.tentative", {"themes": labels("theme", list(weak["theme"]))})
        checks.append(Check(name="tentative", passed=None, message=message))
    return tuple(checks)
