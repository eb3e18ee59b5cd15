"""Findings as the five questions record them, made up around one quarter; a test changes what it needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxlab.finding import Check, Estimate, Finding, Label, Message, Withheld
from cxlab.quarter import Quarter

Q3 = Quarter(2026, 3)
TAIL = ("estimate", "low", "high", "n")


def estimate(value, low, high, unit, n=None, kind="confidence"):
    return Estimate(value=value, low=low, high=high, unit=unit, n=n, kind=kind)


def finding(name, headline, *, message=None, rows=(), columns=(), checks=(), about=Q3, shape="number"):
    table = pd.DataFrame(list(rows), columns=[*columns, *TAIL])
    return Finding(
        name=name, about=about, definition="0" * 12, headline=headline, message=message or Message(name),
        table=table, shape=shape, method=Message("overview.method"), checks=checks,
    )  # fmt: skip


def score():
    number = estimate(24, 21, 27, "points", 2_280)
    return finding("nps.score", number, message=said("NPS is 24 (21 to 27).", number))


def change(
    name="nps.change",
    value=-7.0,
    low=-11.0,
    high=-3.0,
    verdict="real_change",
    *,
    unit="points",
    last=31.0,
    mde=6.0,
):
    if verdict is None:
        return finding(name, Withheld(Message("page.first_quarter")), columns=("against", "verdict"), shape="bars")
    number = estimate(value, low, high, unit, 2_280)
    rows = [
        ("last_quarter", verdict, value, low, high, 2_280),
        ("year_ago", "cannot_tell", value / 3, low / 3, high / 3 + abs(value), 2_100),
    ]
    message = Message(f"{name}.x", {"last": last, "mde": mde})
    return finding(name, number, message=message, rows=rows, columns=("against", "verdict"), shape="bars")


def parts():
    rows = [
        ("en90", -4.2, -6.9, -1.5, 1_100), ("en120", -2.0, -3.9, -0.1, 640), ("tu_do", -0.3, -1.9, 1.3, 700),
        ("sau150", -0.2, -0.9, 0.5, 210), ("en_nam", -0.1, -0.8, 0.6, 160), ("gia_dinh", 0.1, -0.5, 0.7, 120),
        ("mix_of_customers", -0.3, -0.9, 0.3, 2_280),
    ]  # fmt: skip
    return finding("nps.parts", estimate(-7, -11, -3, "points", 2_280), rows=rows, columns=("plan",), shape="bars")


def left():
    number = estimate(0.088, 0.083, 0.094, "share", 10_330)
    steps = {"open": 10_330, "joined": 871, "lost_voluntary": 790, "lost_involuntary": 118, "close": 10_207}
    rows = [(step, n, np.nan, np.nan, n) for step, n in steps.items()]
    message = Message("churn.left", {"left": number, "n": 908, "start": 10_330, "quarter": Q3})
    return finding("churn.left", number, message=message, rows=rows, columns=("step",), shape="flow")


def where(case="real_rise"):
    groups = (Label(of="plan", code="en90"), Label(of="plan", code="en120"))
    moved = estimate(0.020, 0.010, 0.030, "share_points", 4_000)
    values = {"groups": groups, "left": estimate(0.096, 0.087, 0.106, "share", 4_000), "change": moved}
    return finding("churn.left_where", moved, message=Message(f"churn.left_where.{case}", values), shape="bars")


def said(words, number):
    return Message("page.no_material_change", {"what": words, "value": number, "band": "3"})


def price(*, vetoed=False):
    reason = Message("overview.answer.nothing")
    rows = [
        ("detractor_passive", 22_000, 17_000, 28_000, 2_000),
        ("passive_promoter", 12_000, 7_000, 16_000, 2_000),
    ]
    headline = Withheld(reason) if vetoed else estimate(22_000, 17_000, 28_000, "amount", 2_000)
    return finding("revenue.price", headline, rows=[] if vetoed else rows, columns=("step",), shape="forest")


def revenue_checks():
    checks = tuple(
        Check(name=name, passed=True, message=Message("sure.linked"))
        for name in ("before", "placebo", "linear", "enough", "joined")
    )
    return finding("revenue.checks", estimate(22_000, 17_000, 28_000, "amount", 2_000), checks=checks)


def change_cost():
    number = estimate(-12e6, -20e6, -6e6, "amount", 10_207)
    values = {"amount": number, "year": estimate(-75e6, -120e6, -35e6, "amount", 10_207)}
    return finding(
        "revenue.change_cost",
        number,
        message=Message("overview.answer.cost.less.year", {"amount": values["year"]} | values),
    )


def themes(verdict="real_change"):
    rows = [
        ("charges", 0.08, 0.01, verdict_or(verdict), 0.09, 0.07, 0.11, 1_640),
        ("price", 0.09, 0.10, verdict, 0.19, 0.16, 0.22, 1_640),
        ("app", 0.12, -0.07, "real_change", 0.05, 0.04, 0.07, 1_640),
    ]
    number = estimate(0.19, 0.16, 0.22, "share", 1_640)
    return finding("voc.themes", number, rows=rows, columns=("theme", "last", "change", "verdict"), shape="bars")


def verdict_or(verdict):
    return "cannot_tell" if verdict == "real_change" else verdict


def theme_scores():
    rows = [("price", -31, -38, -24, 310), ("app", -24, -33, -15, 82)]
    return finding(
        "voc.score", estimate(-31, -38, -24, "points", 310), rows=rows, columns=("theme",), shape="bars"
    )


def voices():
    nan = np.nan
    esim = "Chuyển eSIM mất nguyên buổi sáng ngoài cửa hàng"
    dear = "tăng giá mà k báo trước, đang xài 90k tự nhiên lên 99k, data vẫn v"
    fine = "Tăng có 9 nghìn mà sóng ở quê khỏe, mình thấy ok."
    rows = [
        ("new", "esim", esim, "vi", "detractor", "sau150", 5, nan, nan, 34),
        ("typical", "price", dear, "vi", "detractor", "en90", 4, nan, nan, 310),
        ("contrary", "price", fine, "vi", "promoter", "en120", 9, nan, nan, 310),
        ("typical", "app", "App <b>treo</b>", "vi", "detractor", "en90", 3, nan, nan, 82),
        ("typical", "rare", "Only one of seven said so", "en", "detractor", "en90", 3, nan, nan, 7),
    ]  # fmt: skip
    columns = ("kind", "theme", "text", "language", "grp", "plan")
    return finding("voc.quotes", estimate(3, 3, 3, "count", 5), rows=rows, columns=columns)


def company():
    """Everything five questions recorded in a quarter in which much happened."""
    share = estimate(0.34, 0.33, 0.35, "share", 6_700)
    base = estimate(17.4e9, 16.6e9, 18.3e9, "amount", 10_207)
    grown = estimate(0.3e9, -0.1e9, 0.7e9, "amount", 10_207)
    stay = estimate(0.46, 0.45, 0.48, "share", 5_228)
    risk = estimate(232e6, 210e6, 255e6, "amount", 10_207)
    bound = estimate(14, 11, 17, "points", 2_280)
    forecast = estimate(960, 860, 1_060, "count", 10_207, "prediction")
    found = [
        score(), change(), parts(), finding("nps.bound", bound, message=said("The NPS of all customers", bound)),
        finding("nps.response", share, message=said("The share who answered", share), shape="flow"),
        finding("nps.touchpoints", bound, message=said("Complaint handling", bound)), left(),
        change(
            "churn.left_change", 0.003, -0.004, 0.011, "cannot_tell", unit="share_points", last=None, mde=0.011
        ),
        where(), finding("churn.retention", stay, message=Message("churn.retention", {})),
        finding("churn.at_risk", risk, message=Message("churn.at_risk", {"share": 0.071, "flat": 292e6})),
        finding("churn.next_quarter", forecast, about=Q3 + 1),
        price(), revenue_checks(), change_cost(),
        finding("clv.base", base, message=Message("clv.base", {"change": grown})),
        finding("clv.payback", share, message=said("The share gone before payback", share)),
        finding("clv.bought", risk, message=said("One point more retention", risk)),
        themes(), theme_scores(), voices(),
    ]  # fmt: skip
    return {one.name: one for one in found}


def forecast_of_last_quarter(low=860.0, high=1_000.0):
    """What the report of the second quarter said about the third."""
    number = estimate((low + high) / 2, low, high, "count", 10_000, "prediction")
    message = Message("churn.next_quarter", {"graded_on": "churn.left:lost_voluntary+lost_involuntary"})
    return {"churn.next_quarter": finding("churn.next_quarter", number, message=message)}


def decisions():
    columns = ["decision_id", "quarter", "role", "due", "done_at", "text_en", "text_vi", "cost_amount"]
    rows = [
        ("1", "2026Q3", "Head of prepaid", date(2026, 11, 15), None,
         "Hold the old price for two renewals for Én 90 users of more than 12 months.",
         "Giữ giá cũ hai kỳ gia hạn cho khách Én 90 dùng trên 12 tháng.", 27_000_000),
        ("2", "2026Q3", "Head of digital", date(2026, 12, 15), None,
         "Warn 7 days before a package renews; cancel in one tap.",
         "Báo trước 7 ngày khi gia hạn gói, hủy bằng một chạm.", 60_000_000),
        ("3", "2026Q3", "Head of care", date(2026, 12, 31), None,
         "Do not extend the callback pilot yet; test it fairly in two more regions.",
         "Chưa nhân rộng thí điểm gọi lại; thử nghiệm có đối chứng thêm hai vùng.", 0),
        ("4", "2026Q2", "Head of care", date(2026, 9, 30), None, "Call back.", "Gọi lại.", 20_000_000),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def events():
    rows = [
        (pd.Timestamp("2025-07-01"), "price", "plan=tu_do"),
        (pd.Timestamp("2026-07-01"), "price", "plan=en90,en120"),
        (pd.Timestamp("2026-08-01"), "season", None),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "kind", "scope"])


def labels():
    plans = {"en90": "Én 90", "en120": "Én 120", "tu_do": "Én Tự Do", "sau150": "Én Sau 150", "en_nam": "Én Năm"}
    plans |= {"gia_dinh": "Én Gia Đình"}
    words = {
        "price": ("Price", "giá cước"), "charges": ("Unexplained charges", "trừ tiền không rõ"),
        "app": ("App errors", "lỗi ứng dụng"), "esim": ("eSIM", "eSIM"),
    }  # fmt: skip
    return {
        "plan": {code: {"en": name, "vi": name} for code, name in plans.items()},
        "theme": {code: {"en": en, "vi": vi} for code, (en, vi) in words.items()},
    }


def study(**changes):
    targets = pd.DataFrame(
        [("nps.score", "all", "2026Q4", 35.0), ("churn.retention", "all", "2026Q4", 0.50)],
        columns=["metric", "segment", "period", "target"],
    )
    notes = [
        ("c1", "2026Q3", None, "Head of CX research", "en",
         "The price rise pays for itself; we propose to keep it and soften it for long-standing users."),
        ("c1", "2026Q3", None, "Head of CX research", "vi",
         "Bản thân việc tăng giá có lãi; chúng tôi đề xuất giữ giá mới nhưng giảm sốc cho khách lâu năm."),
    ]  # fmt: skip
    columns = ["commentary_id", "quarter", "question", "role", "language", "text"]
    settings = {
        "quarter": Q3, "team_as_of": date(2026, 10, 12), "as_of": date(2026, 10, 5), "events": events(),
        "targets": targets, "decisions": decisions(), "commentary": pd.DataFrame(notes, columns=columns),
        "load": SimpleNamespace(joined={"responses_to_money": 0.93, "responses_to_customers": 0.98}),
        "config": SimpleNamespace(
            minimum_n=10, languages=("en", "vi"), labels=labels(), currency="VND", level=0.95, name="Cánh Én",
        ),
    }  # fmt: skip
    return SimpleNamespace(**(settings | changes))


@pytest.fixture(scope="session")
def make():
    """What makes the findings and the study of a page."""
    names = (
        change, change_cost, company, decisions, estimate, events, finding, forecast_of_last_quarter, left, parts,
        price, revenue_checks, said, score, study, themes, voices, where,
    )  # fmt: skip
    return SimpleNamespace(replace=replace, **{name.__name__: name for name in names})


@pytest.fixture
def found():
    return company()
