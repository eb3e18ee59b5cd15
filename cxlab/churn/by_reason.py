"""Who leaves for which reason: hazard ratios of each way to leave, by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from cxlab.churn.layout import as_codes, lost_columns
from cxlab.churn.regression import ratios_of
from cxlab.claim import empty_table, estimate_of, finding, needs
from cxlab.finding import TABLE_TAIL, Check, Estimate, Finding, Label, Message, Value, definition
from cxlab.maths.multiplicity import holm
from cxlab.quarter import Quarter

NAME = "churn.reason_ratios"

UNKNOWN = "lost_unknown"
"""Column of losses whose reason is not known."""


def reason_ratios(
    risk: pd.DataFrame,
    *,
    of: Sequence[str],
    quarter: Quarter,
    by: Literal["reason", "cause"] = "reason",
    strata: Sequence[str] = (),
    reference: Mapping[str, str] | None = None,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding:
    """How many times as likely to leave for each reason, against the reference, the other variables held alike.

    Cox regression of each reason's own hazard: who leaves for another reason is at risk until then and lost to
    sight. A ratio says who leaves for it among those still here, not how many will have left for it.

    Parameters
    ----------
    risk : DataFrame
        ``risk_table(lives, by=[*of, *strata], window=..., causes="reason")`` (or ``"cause"``), a weekly clock is
        enough. With ``bucket`` the intervals are leave-one-bucket-out.
    of : sequence of str
        Columns to compare; those also among ``strata`` are not.
    by : {"reason", "cause"}
        What the columns of losses are codes of.
    strata : sequence of str
        Columns inside which customers are compared: those whose terms decide which reasons there can be.
    minimum : int
        Reasons fewer customers left for are left out, as are levels that never had as many at risk.

    Returns
    -------
    Finding
        ``churn.reason_ratios``: table: ``by``, ``of``, ``code``, ``reference``, ``p`` (Holm over the table), then
        the ratio; n = customers of the level who left for the reason. Headline: the ratio told apart from 1 most
        surely. Withheld where fewer than two reasons are known or no ratio can be given. Levels nobody left
        for a reason have no row, and a check says how many.
    """
    names = [name for name in lost_columns(risk) if name != "lost"]
    if "lost" in risk:
        raise ValueError(
            f"reason_ratios needs risk_table(..., causes={by!r}); got columns {', '.join(risk.columns)}"
        )
    compared = [name for name in of if name not in strata]
    needs(risk, "tenure", "at_risk", *compared, *strata, source="the risk table")
    known = [name for name in names if name != UNKNOWN]
    large = [name for name in known if risk[name].sum() >= minimum]
    rest = as_codes(risk.drop(columns=names), [*compared, *strata])
    tables: list[pd.DataFrame] = []
    empty, links = 0, tuple[Check, ...]()
    for name in large if len(large) > 1 else []:
        found = ratios_of(
            rest.assign(lost=risk[name]), of=compared, strata=strata, reference=reference, minimum=minimum,
            adjusted=False, level=level,
        )  # fmt: skip
        empty += len(found.compared.nobody_left)
        if found.table is not None:
            tables.append(found.table.assign(**{by: name.removeprefix("lost_")}))
            links = found.checks[-1:]
    table = _together(tables, by=by)
    headline, message = _said(table, by=by, level=level)
    if len(large) < 2:
        message = Message(f"{NAME}.one_reason")
    return finding(
        NAME, about=quarter, rule=definition("Cox by reason", of=sorted(compared), strata=sorted(strata), by=by),
        headline=headline, message=message, table=table, shape="forest",
        method=Message("churn.method.reason_ratios"),
        checks=(_all_reasons(len(known) - len(large), least=minimum), *_unknown(risk), *_nobody(empty), *links),
    )  # fmt: skip


def _together(tables: Sequence[pd.DataFrame], *, by: str) -> pd.DataFrame:
    """Tables of the reasons under each other, p adjusted over all of them."""
    columns = [by, "of", "code", "reference", "p"]
    if not tables:
        return empty_table(*columns)
    table = pd.concat(tables, ignore_index=True)
    return table.assign(p=holm(table["p"]))[[*columns, *TABLE_TAIL]]


def _all_reasons(hidden: int, *, least: int) -> Check:
    if hidden:
        values: dict[str, Value] = {"n": hidden, "least": least}
        return Check(name="hidden", passed=None, message=Message("churn.check.hidden_reasons", values))
    return Check(name="hidden", passed=True, message=Message("churn.check.all_reasons"))


def _unknown(risk: pd.DataFrame) -> tuple[Check, ...]:
    lost = int(risk[UNKNOWN].sum()) if UNKNOWN in risk else 0
    if not lost:
        return ()
    return (Check(name="unknown", passed=None, message=Message("churn.check.reason_unknown", {"n": lost})),)


def _nobody(empty: int) -> tuple[Check, ...]:
    if not empty:
        return ()
    return (Check(name="nobody", passed=None, message=Message("churn.check.no_ratio_by_reason", {"n": empty})),)


def _said(table: pd.DataFrame, *, by: str, level: float) -> tuple[Estimate | None, Message]:
    """Say the ratio told apart most surely."""
    if table.empty:
        return None, Message(f"{NAME}.nothing")
    logs = np.log(table[["estimate", "low", "high"]].to_numpy(dtype=float))
    row = table.iloc[int(np.argmax(np.abs(logs[:, 0]) / (logs[:, 2] - logs[:, 1])))]
    ratio = estimate_of(row, unit="ratio", level=level)
    values: dict[str, Value] = {
        "group": Label(of=row["of"], code=row["code"]), "reference": Label(of=row["of"], code=row["reference"]),
        "reason": Label(of=by, code=row[by]), "ratio": ratio,
        "told": int((table["p"] < 0.05).sum()), "all": len(table),
    }  # fmt: skip
    return ratio, Message(NAME if row["p"] < 0.05 else f"{NAME}.cannot_tell", values)
