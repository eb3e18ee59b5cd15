"""What was planted and what came of it: the truth every finding is measured against."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cxlab.synth import company, effects, voice, voice_truth
from cxlab.synth.days import BOUNDS, CLOSE, NAMES, OPEN, hazard_ratios
from cxlab.synth.hazards import accumulated
from cxlab.synth.lives import REASONS, History
from cxlab.synth.money import BONUS, Payments
from cxlab.synth.people import People
from cxlab.synth.scores import targets
from cxlab.synth.surveys import NOTHING, Invitations
from cxlab.synth.tables import net_of_tax
from cxlab.synth.verbatims import Said

TRANSFER = REASONS.index("owner_change")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarterTruth:
    """Realised numbers of one quarter.

    ``left`` counts leavers (transfers apart), ``left_net`` = left + transferred - back, so that joined -
    left_net is the growth; ``revenue_amount`` is VND without VAT, None where no transactions were written;
    ``nps_points`` is as answered.
    """

    quarter: str
    open: int
    joined: int
    back: int
    left: int
    transferred: int
    left_net: int
    active: int
    revenue_amount: int | None
    invited: int
    answered: int
    nps_points: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """Planted parameters and realised values of one made-up company; written to ``truth.json``."""

    customers: int
    seed: int
    calm: bool
    reverse: bool
    quarters: tuple[QuarterTruth, ...]
    planted: dict[str, Any]
    realised: dict[str, Any]
    rows: dict[str, int]

    def write(self, path: Path) -> None:
        """Write as JSON, keys in order."""
        path.write_text(
            json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
        )


@dataclass(slots=True, eq=False)
class Tally:
    """Adds up chunks."""

    counts: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    sums: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)

    def add(self, name: str, values: npt.ArrayLike) -> None:
        """Add an array (or a number) to a named total."""
        counted = np.asarray(values, np.int64)
        self.counts[name] = self.counts[name] + counted if name in self.counts else counted

    def measure(self, sums: dict[str, np.ndarray[Any, Any]]) -> None:
        """Add sums that are no counts."""
        for name, values in sums.items():
            self.sums[name] = self.sums[name] + values if name in self.sums else values

    def lives(self, people: People, history: History) -> None:
        """Count who came, went and stayed, by quarter and by trait."""
        spells = history.spells
        moved = spells.reason == TRANSFER
        low, high = BOUNDS[:-1], BOUNDS[1:]

        def at(days: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
            return np.histogram(days, BOUNDS - 0.5)[0]

        first = spells.spell == 1
        self.add("joined", at(spells.start[first]))
        self.add("back", at(spells.start[~first]))
        self.add("left", at(spells.exit[~moved]))
        self.add("transferred", at(spells.exit[moved]))
        self.add("open", [((spells.start < day) & (spells.exit >= day)).sum() for day in low])
        self.add("active", [((spells.start < day) & (spells.exit >= day)).sum() for day in high])
        self.add("reason", np.bincount(spells.reason, minlength=len(REASONS)))
        plan = people.plan[spells.who]
        cohort = (
            first
            & (spells.start >= OPEN)
            & (spells.start < CLOSE - 365)
            & ~(moved & (spells.exit <= spells.start + 365))
        )
        stayed = cohort & (spells.exit > spells.start + 365)
        self.add("newcomers_followed", np.bincount(plan[cohort], minlength=len(company.PLANS)))
        self.add("newcomers_stayed", np.bincount(plan[stayed], minlength=len(company.PLANS)))
        self.add("active_by_plan", np.bincount(plan[spells.exit >= CLOSE], minlength=len(company.PLANS)))

    def money(self, payments: Payments) -> None:
        """Sum revenue without VAT by quarter; bonus credit is none."""
        paid = payments.kind != BONUS
        sums = np.zeros(len(NAMES), np.int64)
        quarter = np.searchsorted(BOUNDS, payments.on[paid], side="right") - 1
        inside = quarter >= 0
        np.add.at(sums, quarter[inside], net_of_tax(payments.amount[paid])[inside])
        self.add("revenue", sums)

    def answers(self, rows: Invitations) -> None:
        """Count the relationship survey's invitations and answers by quarter."""
        asked = rows.touchpoint == NOTHING
        for name, chosen in (
            ("invited", asked),
            ("answered", asked & (rows.score >= 0)),
            ("promoters", asked & (rows.score >= 9)),
            ("detractors", asked & (rows.score >= 0) & (rows.score <= 6)),
        ):
            self.add(name, np.bincount(rows.quarter[chosen], minlength=len(NAMES)))

    def comments(self, rows: Invitations, spoken: Said) -> None:
        """Count comments by quarter and theme, their scores and who leaves after them."""
        quarter, score = rows.quarter[spoken.row], rows.score[spoken.row]
        shape = (len(NAMES), len(voice.THEMES))
        self.add("comments", np.bincount(quarter, minlength=len(NAMES)))
        for name, weight in (("", np.ones(len(quarter))), ("_score", score), ("_leaves", spoken.leaves)):
            sums = np.zeros(shape)
            for turn in range(spoken.drawn.theme.shape[1]):
                there = spoken.drawn.theme[:, turn] >= 0
                np.add.at(sums, (quarter[there], spoken.drawn.theme[there, turn]), weight[there])
            self.add(f"theme{name}", sums)
            self.add(f"all{name}", [np.sum(weight[quarter == q]) for q in range(len(NAMES))])


def told(
    tally: Tally, *, customers: int, seed: int, calm: bool, reverse: bool, since: int, rows: dict[str, int]
) -> Truth:
    """Turn the totals into the truth."""
    return Truth(
        customers=customers,
        seed=seed,
        calm=calm,
        reverse=reverse,
        quarters=tuple(_quarter(tally, q, since) for q in range(len(NAMES))),
        planted=planted(calm=calm, reverse=reverse),
        realised=_realised(tally),
        rows=dict(sorted(rows.items())),
    )


def _quarter(tally: Tally, q: int, since: int) -> QuarterTruth:
    count = {name: int(values[q]) for name, values in tally.counts.items() if values.shape == (len(NAMES),)}
    answered = count["answered"]
    return QuarterTruth(
        quarter=NAMES[q],
        open=count["open"],
        joined=count["joined"],
        back=count["back"],
        left=count["left"],
        transferred=count["transferred"],
        left_net=count["left"] + count["transferred"] - count["back"],
        active=count["active"],
        revenue_amount=count["revenue"] if BOUNDS[q] >= since else None,
        invited=count["invited"],
        answered=answered,
        nps_points=round(100 * (count["promoters"] - count["detractors"]) / answered, 4) if answered else None,
    )


def _realised(tally: Tally) -> dict[str, Any]:
    plans = [plan.code for plan in company.PLANS]
    stayed, followed = tally.counts["newcomers_stayed"], tally.counts["newcomers_followed"]
    single = {name: int(value) for name, value in tally.counts.items() if value.ndim == 0}
    return {
        "stayed_12_months": {
            **{code: round(float(stayed[p] / followed[p]), 4) for p, code in enumerate(plans) if followed[p]},
            "all": round(float(stayed.sum() / max(followed.sum(), 1)), 4),
        },
        "active_by_plan": dict(zip(plans, tally.counts["active_by_plan"].tolist(), strict=True)),
        **voice_truth.realised(tally.counts),
        "effects": effects.realised({**tally.sums, "invited": tally.counts["invited"]}),
        "exits_by_reason": dict(zip(REASONS[1:], tally.counts["reason"].tolist()[1:], strict=True)),
        **single,
    }


def planted(*, calm: bool, reverse: bool) -> dict[str, Any]:
    """Return the parameters, by name; hazard ratios are against Én 90, no offer, and an answering passive."""
    season = hazard_ratios(calm=calm)
    return {
        "hazard_a_month": [list(band) for band in company.HAZARD_BANDS],
        "hazard_ratio": _ratios(reverse=reverse),
        "calendar_hazard_ratio": {
            name: {
                f"{company.PLANS[p].code}/{region}": float(season[q, p, r])
                for p in range(len(company.PLANS))
                for r, region in enumerate(company.REGIONS)
                if season[q, p, r] != 1
            }
            for q, name in enumerate(NAMES)
        },
        "en_nam_renewal_hazard": _renewal_hazard(),
        "sau150_month_13_hazard": company.SAU150_SPIKE,
        "returning_share": company.RETURN_SHARE,
        "transfers_a_year": company.TRANSFER_YEARLY,
        "score_money_amount": "VND with VAT inside, as paid; divide by 1.1 for revenue",
        "score_money": dict.fromkeys(company.SCORE_MONEY, 0) if reverse else company.SCORE_MONEY,
        "nps": {
            name: {"other": cells[0].tolist(), "en90_en120": cells[1].tolist()}
            for name, cells in zip(NAMES, targets(calm=calm).round(2), strict=True)
        },
        "answer_share": company.ANSWER_SHARE,
        "recharges_rule": "Poisson at an own rate, silences of 60 days broken; leaving by tenure, not by purchase",
        "recharges": {
            "r": company.RECHARGE_RATE_SHAPE,
            "alpha_days": company.RECHARGE_RATE_DAYS,
            "p": company.AMOUNT_P,
            "q": company.AMOUNT_Q,
            "gamma": company.AMOUNT_GAMMA,
        },
        "revenue_amount": "without VAT; bonus credit is no revenue",
        **voice_truth.planted(calm=calm),
    }


def _renewal_hazard() -> float:
    """Return the share of Én Năm customers who leave on their first renewal, before their own ratios."""
    hazard = accumulated()[company.EN_NAM]
    return round(float(-np.expm1(hazard[364] - hazard[365])), 4)


def _ratios(*, reverse: bool) -> dict[str, Any]:
    return {
        "plan": {plan.code: plan.hazard_ratio for plan in company.PLANS},
        "region": {code: hr for code, (_, hr) in company.REGIONS.items()},
        "acq_source": {code: hr for code, (_, _, hr) in company.SOURCES.items()},
        "offer": company.OFFERS,
        "segment": {"a": 1.0, "b": 1.0},
        "score": dict.fromkeys(company.SCORE_HAZARD_RATIO, 1.0) if reverse else company.SCORE_HAZARD_RATIO,
        "silent": company.SILENT_HAZARD_RATIO,
        "callback_in_time": company.CALLBACK_HAZARD_RATIO,
        "hotline_minute_above_3": company.WAIT_HAZARD_RATIO,
    }
