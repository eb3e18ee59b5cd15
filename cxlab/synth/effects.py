"""What came of the planted effects that no table shows at a glance, counted while the company is made."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxlab.synth import company
from cxlab.synth.care import HOTLINE
from cxlab.synth.days import BOUNDS, NAMES, quarter_index
from cxlab.synth.lives import History
from cxlab.synth.money import ONE_TIME, RECHARGE, Payments
from cxlab.synth.people import People
from cxlab.synth.scores import DETRACTOR, PASSIVE, PROMOTER
from cxlab.synth.surveys import NOTHING, Invitations

Floats = NDArray[np.float64]
_MKD = list(company.REGIONS).index("mkd")
_PILOT = NAMES.index(company.CALLBACK_PILOT_FROM)


def money(people: People, history: History, payments: Payments, *, since: int) -> dict[str, Floats]:
    """Return sums of a regression of a quarter's extras, or recharges, on the answer of the quarter before.

    Within customers: the upper triangle of X'X and X'y, X = promoter, detractor; those present all quarter.
    """
    here = np.zeros(history.group.shape, bool)
    spells = history.spells
    for q in range(len(NAMES)):
        whole = (spells.start <= BOUNDS[q]) & (spells.exit >= BOUNDS[q + 1])
        here[spells.who[whole], q] = BOUNDS[q] >= since
    sums = {}
    for name, kind, plan in (("extras", ONE_TIME, None), ("recharges", RECHARGE, company.TU_DO)):
        chosen = (
            (people.plan == plan) if plan is not None else ~np.isin(people.plan, (company.TU_DO, company.GIA_DINH))
        )
        paid = _by_quarter(payments, kind, people.size)
        sums[name] = _within(paid, history.group, here & chosen[:, None])
    return sums


def _by_quarter(payments: Payments, kind: int, size: int) -> Floats:
    rows = np.flatnonzero((payments.kind == kind) & (payments.on >= BOUNDS[0]))
    paid = np.zeros((size, len(NAMES)))
    np.add.at(paid, (payments.who[rows], quarter_index(payments.on[rows])), payments.amount[rows])
    return paid


def _within(paid: Floats, group: NDArray[np.int8], here: NDArray[np.bool_]) -> Floats:
    before = group[:, :-1]
    used = here[:, 1:] & np.isin(before, (DETRACTOR, PASSIVE, PROMOTER))
    used &= used.sum(axis=1, keepdims=True) > 1
    count = used.sum(axis=1, keepdims=True).clip(min=1)
    columns = []
    for values in (before == PROMOTER, before == DETRACTOR, paid[:, 1:]):
        kept = np.where(used, values, 0.0)
        columns.append(np.where(used, kept - kept.sum(axis=1, keepdims=True) / count, 0.0))
    p, d, y = columns
    return np.array([(p * p).sum(), (p * d).sum(), (d * d).sum(), (p * y).sum(), (d * y).sum(), used.sum()])


def surveys(people: People, history: History, rows: Invitations) -> dict[str, Floats]:
    """Return counts behind the effects of silence, callbacks, waiting and the mix of tenures."""
    asked = rows.touchpoint == NOTHING
    felt = np.concatenate([wave.felt for wave in history.waves])
    sums = {"felt": np.stack([_count(rows.quarter[asked][felt == group]) for group in (PROMOTER, DETRACTOR)])}
    answered = np.flatnonzero(asked & (rows.score >= 0))
    who, on, q = rows.who[answered], rows.invited[answered], rows.quarter[answered]
    long = on - history.spells.start[history.held(who, on)] >= company.LONG_TENURE_DAYS
    step = np.where(rows.score[answered] >= 9, 1, np.where(rows.score[answered] <= 6, -1, 0))
    sums["tenure"] = np.stack([
        np.stack([_count(q[long == group]), np.bincount(q[long == group], step[long == group], len(NAMES))])
        for group in (True, False)
    ])  # fmt: skip
    return {**sums, "waiting": _waiting(history, rows), **_callbacks(people, history)}


def _count(quarter: NDArray[np.intp]) -> Floats:
    return np.bincount(quarter, minlength=len(NAMES)).astype(float)


def _waiting(history: History, rows: Invitations) -> Floats:
    """Return n, sums of x, y, xx, xy: minutes on hold above the free ones and the effort score after the call."""
    called = np.flatnonzero((rows.touchpoint == HOTLINE) & (rows.score >= 0))
    waits = np.concatenate([contact.wait for contact in history.contacts])
    x = (waits[rows.contact[called]] / 60 - company.WAIT_FREE_MINUTES).clip(min=0)
    y = rows.score[called].astype(float)
    return np.array([len(called), x.sum(), y.sum(), (x * x).sum(), (x * y).sum()])


def _callbacks(people: People, history: History) -> dict[str, Floats]:
    """Return cases and calls in time (elsewhere, pilot); bad scores asked again and their rise (no call, call)."""
    in_time, rises = np.zeros((2, 2)), np.zeros((2, 2))
    score = np.full(history.group.shape, -1)
    for q, wave in enumerate(history.waves):
        score[wave.who, q] = wave.score
    for q, (wave, contact) in enumerate(zip(history.waves, history.contacts, strict=True)):
        who = wave.who[contact.case_answer]
        soon = (contact.called >= 0) & (
            contact.called - wave.answered[contact.case_answer] <= company.CALLBACK_DAYS
        )
        pilot = (people.region[who] == _MKD) & (q >= _PILOT)
        np.add.at(in_time, (pilot.astype(int), 0), 1)
        np.add.at(in_time, (pilot.astype(int), 1), soon)
        if q + 1 < len(NAMES):
            again = score[who, q + 1]
            asked = again >= 0
            np.add.at(rises, (soon[asked].astype(int), 0), 1)
            np.add.at(rises, (soon[asked].astype(int), 1), (again - score[who, q])[asked])
    return {"in_time": in_time, "rises": rises}


def realised(sums: dict[str, Floats]) -> dict[str, Any]:
    """Turn the sums of all chunks into effects, by name."""
    told: dict[str, Any] = {f"score_money_{name}": _coefficients(sums[name]) for name in ("extras", "recharges")}
    answered = sums["tenure"][:, 0].sum(axis=0)
    n, x, y, xx, xy = sums["waiting"]
    in_time, rises = sums["in_time"], sums["rises"]
    return {
        **told,
        "nps_of_all_invited": {
            name: round(float(100 * (up - down) / total), 2) if total else None
            for name, up, down, total in zip(NAMES, *sums["felt"], sums["invited"], strict=True)
        },
        "callback_in_time": {"usual": _ratio(*in_time[0]), "pilot": _ratio(*in_time[1])},
        "rise_after_bad_score": {"not_called_in_time": _ratio(*rises[0]), "called_in_time": _ratio(*rises[1])},
        "ces_per_minute_above_3": _ratio(n * xx - x * x, n * xy - x * y),
        "long_tenure_share_of_answers": {
            name: _ratio(total, long)
            for name, total, long in zip(NAMES, answered, sums["tenure"][0, 0], strict=True)
        },
        "mix_of_tenures_2026Q3_nps_points": _mix(sums["tenure"]),
    }


def _ratio(below: float, above: float) -> float | None:
    return round(float(above / below), 4) if below else None


def _coefficients(sums: Floats) -> dict[str, float] | None:
    pp, pd, dd, py, dy, rows = sums.tolist()
    if pp * dd - pd * pd <= 0:
        return None
    promoter, detractor = np.linalg.solve([[pp, pd], [pd, dd]], [py, dy])
    return {"promoter": round(float(promoter)), "detractor": round(float(detractor)), "rows": round(rows)}


def _mix(tenure: Floats) -> float | None:
    """Return points of NPS that the last change of the mix of tenures is worth, at the mean of both quarters."""
    number, steps = tenure[:, 0, -2:], tenure[:, 1, -2:]
    if not number.all():
        return None
    share, nps = number / number.sum(axis=0), 100 * steps / number
    return round(float(((share[:, 1] - share[:, 0]) * nps.mean(axis=1)).sum()), 3)
