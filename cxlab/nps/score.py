"""The score of the general survey, its history, and what its number leaves open."""

from __future__ import annotations

import pandas as pd

from cxlab.claim import empty_table, estimates, finding
from cxlab.finding import Check, Estimate, Finding, Message, Value, definition
from cxlab.maths import net_score
from cxlab.maths.net_change import answers_needed
from cxlab.nps.waves import RULE, Wave, quarters_of, wave, without_each_bucket
from cxlab.quarter import Quarter


def score(counts: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding:
    """Net Promoter Score of the general survey.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses, bucket=True)``; other keys are summed over.
    quarter : Quarter
        The quarter to answer for.
    level : float
        Coverage of the interval (0 to 1): Wald after adding 3/4 of an answer to each group and centred there;
        where accounts answer several times, on as many independent answers as theirs are worth.
    minimum : int
        Fewer answers are not shown.

    Returns
    -------
    Finding
        ``nps.score``: headline in points, n = answers; one row; replicates if the counts have buckets.
    """
    found = wave(counts, quarter=quarter)
    n = int(found.n[0])
    table, headline, replicates = empty_table("quarter"), None, None
    values: dict[str, Value] = {"quarter": quarter, "n": n, "least": minimum}
    if n < max(minimum, 1):
        message = Message("nps.score.too_few" if n else "nps.score.nobody", values)
    else:
        headline = found.estimate(level=level)
        table = pd.DataFrame([{"quarter": str(quarter), **_tail(headline)}])
        promoters, _, detractors = (found.answers[0] / n).tolist()
        message = Message(
            "nps.score", {**values, "score": headline, "promoters": promoters, "detractors": detractors}
        )
        replicates = without_each_bucket(counts, quarter=quarter)
    return finding(
        "nps.score", about=quarter, rule=definition(RULE), headline=headline, message=message, table=table,
        shape="number", method=Message("nps.method.score"), checks=_score_checks(found), replicates=replicates,
    )  # fmt: skip


def _tail(estimate: Estimate) -> dict[str, object]:
    return estimates(estimate.value, estimate.low, estimate.high, estimate.n)


def _score_checks(found: Wave) -> tuple[Check, ...]:
    if not found.n[0]:
        return ()
    effect = float(found.effect[0])
    message = Message("nps.check.links", {"effect": effect}) if effect > 1 else Message("nps.check.no_links")
    return (Check(name="links", passed=True, message=message),)


def trend(counts: pd.DataFrame, *, quarter: Quarter, level: float = 0.95, minimum: int = 10) -> Finding | None:
    """Score in each quarter of the counts up to ``quarter``, as known now.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses)``; other keys are summed over.
    minimum : int
        Quarters with fewer answers are left out.

    Returns
    -------
    Finding or None
        ``nps.trend``: one row per quarter, headline the last. None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    quarters = quarters_of(counts, like=quarter)
    waves = {each: wave(counts, quarter=each) for each in quarters}
    found = {each: held.estimate(level=level) for each, held in waves.items() if held.n[0] >= max(minimum, 1)}
    rows = [{"quarter": str(each), **_tail(estimate)} for each, estimate in found.items()]
    last = found.get(quarter)
    values: dict[str, Value] = {"quarter": quarter, "least": minimum, "quarters": len(rows)}
    if last is None:
        message = Message("nps.trend.none", values)
    elif len(rows) == 1:
        message = Message("nps.trend.first", {**values, "score": last})
    else:
        ordered = sorted(found.items(), key=lambda item: item[1].value)
        values |= {"score": last, "lowest": ordered[0][1].value, "lowest_quarter": ordered[0][0]}
        values |= {"highest": ordered[-1][1].value, "highest_quarter": ordered[-1][0]}
        where = {ordered[0][0]: ".lowest", ordered[-1][0]: ".highest"}.get(quarter, "")
        message = Message(f"nps.trend{where}", values)
    return finding(
        "nps.trend", about=quarter, rule=definition(RULE), headline=last, message=message,
        table=pd.DataFrame(rows) if rows else empty_table("quarter"), shape="trend",
        method=Message("nps.method.score"), checks=(_left_out(len(quarters) - len(rows), least=minimum),),
    )  # fmt: skip


def _left_out(hidden: int, *, least: int) -> Check:
    if hidden:
        values: dict[str, Value] = {"n": hidden, "least": least}
        return Check(name="hidden", passed=None, message=Message("nps.check.hidden_quarters", values))
    return Check(name="hidden", passed=True, message=Message("nps.check.all_quarters"))


def bound(
    counts: pd.DataFrame,
    *,
    quarter: Quarter,
    times: float = 1.5,
    level: float = 0.95,
    minimum: int = 10,
) -> Finding | None:
    """Score of all who were asked, if promoters answer more often than detractors: a scenario.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses)``; other keys are summed over.
    times : float
        How many times as often as a detractor a promoter answers; a passive answers half-way between.

    Returns
    -------
    Finding or None
        ``nps.bound``: headline in points. None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    found = wave(counts, quarter=quarter)
    rule = definition("score if promoters answer more often", times=times)
    if found.n[0] < max(minimum, 1):
        values: dict[str, Value] = {"quarter": quarter, "n": int(found.n[0]), "least": minimum}
        message, headline, table = Message("nps.bound.too_few", values), None, empty_table("times")
    else:
        value, low, high = net_score.if_answering_differs(
            *(found.answers[0] / found.effect[0]), promoter=times, level=level
        )
        headline = Estimate(value=value, low=low, high=high, unit="points", n=int(found.n[0]), level=level)
        table = pd.DataFrame([{"times": times, **_tail(headline)}])
        message = Message(
            "nps.bound", {"score": float(found.score[0]), "bound": headline, "times": times, "quarter": quarter}
        )
    return finding(
        "nps.bound", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="number",
        method=Message("nps.method.bound"),
    )  # fmt: skip


def sample(
    counts: pd.DataFrame,
    *,
    quarter: Quarter,
    change: float = 4.0,
    level: float = 0.95,
    power: float = 0.80,
    minimum: int = 10,
) -> Finding | None:
    """Answers a quarter that would show a change of ``change`` points, if the same people are not asked twice.

    Parameters
    ----------
    counts : DataFrame
        ``score_counts(responses)``: how far answers spread; other keys are summed over.
    change : float
        Points; the table holds twice and half of it too.
    power : float
        Chance to see the change, 0 to 1.

    Returns
    -------
    Finding or None
        ``nps.sample``: headline a count; table: ``change_points``. None where no quarter was ever asked.
    """
    if counts.empty:
        return None
    found = wave(counts, quarter=quarter)
    rule = definition("answers needed", change=change, power=power)
    n, headline, table = int(found.n[0]), None, empty_table("change_points")
    message = Message("nps.sample.too_few", {"quarter": quarter, "n": n, "least": minimum})
    if n >= max(minimum, 1):
        spread = float(net_score.spread_of(*found.answers[0]) * found.effect[0])
        sizes = [change / 2, change, 2 * change]
        needed = [answers_needed(spread, change=each, level=level, power=power) for each in sizes]
        rows = [{"change_points": size, **estimates(k, k, k, n)} for size, k in zip(sizes, needed, strict=True)]
        table = pd.DataFrame(rows)
        headline = Estimate(value=needed[1], low=needed[1], high=needed[1], unit="count", n=n, level=level)
        message = Message("nps.sample", {"change": change, "needed": round(needed[1], -2), "n": n})
    return finding(
        "nps.sample", about=quarter, rule=rule, headline=headline, message=message, table=table, shape="number",
        method=Message("nps.method.sample", {"power": power}),
    )  # fmt: skip
