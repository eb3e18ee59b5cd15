"""Every planted number of Cánh Én Mobile, with its unit. Change a number here and nowhere else.

Amounts are VND with 10% VAT inside; hazards are probabilities a month; shares are 0 to 1. Numbers are
expected values at 20,000 customers; counts grow in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cxlab.quarter import Quarter

FIRST_QUARTER, LAST_QUARTER = Quarter(2023, 4), Quarter(2026, 3)
REFERENCE_SIZE = 20_000
"""Customers the counts below are written for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A tariff: what it costs and how fast its customers leave.

    ``newcomers`` and ``stock`` are its shares of those who join in the window and of those present at its
    opening; ``hazard_ratio`` is against Én 90; ``cycle_days`` is the time between two charges.
    """

    code: str
    newcomers: float
    stock: float
    hazard_ratio: float
    price: int
    cycle_days: float
    paid: Literal["recharge", "prepaid", "postpaid"]
    term_days: int | None = None


PLANS = (
    Plan(code="tu_do", newcomers=0.34, stock=0.4, hazard_ratio=1.60, price=0, cycle_days=0, paid="recharge"),
    Plan(
        code="en90",
        newcomers=0.28,
        stock=0.26,
        hazard_ratio=1.00,
        price=90_000,
        cycle_days=30,
        paid="prepaid",
        term_days=30,
    ),
    Plan(
        code="en120",
        newcomers=0.16,
        stock=0.145,
        hazard_ratio=0.80,
        price=120_000,
        cycle_days=30,
        paid="prepaid",
        term_days=30,
    ),
    Plan(
        code="en_nam",
        newcomers=0.08,
        stock=0.055,
        hazard_ratio=0.35,
        price=900_000,
        cycle_days=365,
        paid="prepaid",
        term_days=365,
    ),
    Plan(
        code="sau150",
        newcomers=0.10,
        stock=0.085,
        hazard_ratio=0.55,
        price=150_000,
        cycle_days=365.25 / 12,
        paid="postpaid",
        term_days=365,
    ),
    Plan(
        code="gia_dinh",
        newcomers=0.04,
        stock=0.035,
        hazard_ratio=0.40,
        price=260_000,
        cycle_days=365.25 / 12,
        paid="postpaid",
        term_days=365,
    ),
)
TU_DO, EN90, EN120, EN_NAM, SAU150, GIA_DINH = range(6)

REGIONS = {  # share of customers, hazard ratio
    "hn": (0.16, 1.10),
    "rrd": (0.17, 1.00),
    "nmm": (0.09, 0.90),
    "cch": (0.15, 1.05),
    "hcm": (0.20, 1.15),
    "se": (0.09, 1.00),
    "mkd": (0.14, 0.95),
}
SOURCES = {  # share of customers, cost a head in VND, hazard ratio
    "shop": (0.38, 190_000, 1.0),
    "dealer": (0.24, 95_000, 1.0),
    "web_app": (0.17, 120_000, 1.0),
    "referral": (0.21, 60_000, 0.70),
}
OFFERS = {"": 1.0, "nua_gia_thang_dau": 1.6, "sim_tet": 1.3}
"""Hazard ratio by offer: none, half price in the first month, the Tet starter SIM (Én Tự Do only)."""
HALF_PRICE_SHARE = 0.10
"""Share of the half-price offer among newcomers to Én 90, Én 120 and Én Sau 150."""

HAZARD_BANDS = ((1, 0.14), (3, 0.09), (6, 0.055), (12, 0.035), (24, 0.0205), (None, 0.0135))
"""Én 90 leavers a month, by last month of the tenure band."""
EN_NAM_IN_TERM = 0.03
"""Én Năm leaves almost only at renewal: this share of its hazard acts inside the term, the rest on day 365 k."""
EN_NAM_RENEWAL = 1.3
"""What the hazard moved to a renewal is multiplied by: many are not followed until theirs, and in the three
years seen their exits shall be 0.35 of what Én 90 would lose. Of those who come to their first renewal 27%
leave, later 10% and 7%; 72% stay twelve months."""
SAU150_SPIKE = 0.06
"""Én Sau 150 leavers in month 13, when the term ends."""
TRANSFER_YEARLY = 0.01
RETURN_SHARE, RETURN_DAYS = 0.05, (20, 120)
RECYCLED_SHARE, RECYCLED_AFTER_DAYS = 0.03, 120
OLDEST_YEARS = 12
"""Age of the company when the window opens."""
STOCK_SHARE = 0.48
"""Share of customers who joined before the window."""

JOINED = (800, 980, 820, 830, 760, 1010, 850, 860, 820, 1030, 900, 740)
TET_EXTRA = 0.20
"""Share of the first quarter's newcomers who come for Tet (25% on top of the others)."""
TET_DAYS = ("2024-02-10", "2025-01-29", "2026-02-17")
TET_BEFORE, TET_AFTER = (21, 1.35), (14, 0.72)
"""Days around Tet and what recharges are multiplied by."""

PRICE_RISE, PRICE_RISE_DAY, PRICE_RISE_HAZARD_RATIO = 0.10, "2026-07-01", 1.25
OUTAGE_HAZARD_RATIOS = {"2024Q4": 1.35, "2025Q1": 1.15}
"""In `cch`."""

REASONS = {  # how a leaver leaves, by what the plan is paid with; sums over the base: 58, 20, 10, 12%
    "recharge": {"lapsed": 1.0},
    "prepaid": {"lapsed": 0.22, "port_out": 0.42, "cancelled": 0.16, "papers": 0.20},
    "postpaid": {"port_out": 0.34, "cancelled": 0.36, "unpaid": 0.24, "papers": 0.06},
}
INVOLUNTARY = frozenset({"unpaid", "papers"})

RECHARGE_RATE_SHAPE, RECHARGE_RATE_DAYS = 1.6, 30.0
"""Recharges a day are Gamma(shape, scale 1/days)."""
DROP_A, DROP_B = 1.2, 12.0
"""Where a population shall buy as the model of repeat buying assumes, a customer stops for good after a repeat
purchase with a chance that is Beta(a, b); here, hazards say who leaves when."""
AMOUNT_P, AMOUNT_Q, AMOUNT_GAMMA = 6.0, 4.0, 12_000.0
DENOMINATIONS = (10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
VALID_DAYS = 60
BONUS_SHARE, BONUS_EVERY_DAYS, BONUS_FIRST = 0.20, 14, "2023-07-07"
"""Every second Friday a recharge brings bonus credit."""
VAT = 0.10
ADDON_FLOOR, ADDON_MEDIAN, ADDON_LOG_SD = 45_000, 28_500, 1.2
"""Extras a customer buys in a quarter: floor + median x exp(sd x taste), VND. The floor leaves
room for the price of a bad answer, so that amounts cut at zero hardly weaken it."""
SECOND_SIM_SHARE, FADING_DAYS, FADING_SPEND = 0.18, 91, 0.5
"""Customers with a second SIM elsewhere (unseen); before they leave their extras fall to this share."""
SPEND_LIKING_CORRELATION = 0.5
SPEND_SHOCK = 12_000
"""Standard deviation of a quarter's own up and down, VND."""
REFUND_SHARE = 0.003

SCORE_MONEY = {"detractor": -18_000, "passive": 0, "promoter": 9_000}
"""VND in the quarter after the answer, while active."""
SCORE_HAZARD_RATIO = {"detractor": 1.40, "passive": 1.0, "promoter": 0.78}
SILENT_HAZARD_RATIO = 1.3
CALLBACK_HAZARD_RATIO, CALLBACK_SCORE = 0.90, 0.6
WAIT_FREE_MINUTES, WAIT_CES, WAIT_HAZARD_RATIO = 3.0, -0.25, 1.02
"""Each minute above the free ones: points of CES, hazard ratio in the next quarter."""

NPS = (29, 28, 29, 30, 27, 28, 25, 26, 30, 30, 31, 24)
"""NPS of those who answer, by quarter."""
NPS_CCH = {"2024Q4": 12, "2025Q1": 22}
"""NPS of `cch` after the outage; elsewhere such that the quarter's total holds."""
NPS_EN = (2.0, -2.0)
"""How far Én 90 and Én 120, and all other plans, usually are from the total."""
NPS_PRICE_RISE = {"2026Q3": (20, 28)}
"""The same two after the price rise, as NPS."""
NPS_CALM = 29
SCORE_PERSON_SD, SCORE_NOISE_SD = 1.45, 1.45
"""Of a 0 to 10 score before rounding: between customers, and from answer to answer."""
SCORE_LONG_TENURE, LONG_TENURE_DAYS = 0.25, 731
"""Points by which customers of more than 24 months score higher."""
LONG_TENURE_SILENT = {"2026Q3": 0.85}
"""Their chance to answer is multiplied by this (effect 10)."""
INVITED_SHARE, INVITED_TENURE_DAYS, DELIVERED_SHARE = 0.70, 30, 0.9486
MAX_INVITATIONS_SIZE = 1_000_000
"""Above this size surveys stay a sample."""
ANSWER_SHARE = {"detractor": 0.265, "passive": 0.331, "promoter": 0.3975}
"""Chance of an answer once delivered: promoters 1.5 times as often as detractors."""
ANSWER_HABIT_SD, MOST_ANSWER = 0.6, 0.95
"""Some answer every survey, others never do: a log-normal of mean 1 multiplies the chance, up to the most."""
MODES = {"sms": (0.55, 0.0), "app": (0.30, 0.0), "call": (0.15, 0.5)}
"""Share of invitations, points added to the score."""
ENGLISH_SHARE = 0.12
INVITED_LEVEL = 0.84
"""Hazard ratio of an invited passive against one not invited; keeps the mean of the invited at 1."""
REVERSE_SCORE = 4.0
"""With ``reverse``: points lost per standard deviation of last quarter's revenue drop."""
CALLBACK_DAYS = 10
CALLBACK_ON_TIME = {"usual": 0.31, "pilot": 0.74}
CALLBACK_PILOT_FROM = "2025Q4"
"""In `mkd`."""

TOUCHPOINTS = {  # code: English, Vietnamese, stage, owner, channel, scale, mean answer, surveyed share
    "activation": ("Activation", "Kích hoạt", "decision", "sales", "shop", "csat", 4.2, 0.30),
    "first_topup": ("First top-up", "Nạp tiền lần đầu", "decision", "sales", "app", "ces", 5.8, 0.30),
    "hotline": ("Hotline call", "Gọi tổng đài", "retention", "care", "phone", "ces", 5.4, 0.25),
    "shop": ("Shop visit", "Đến cửa hàng", "retention", "sales", "shop", "csat", 3.9, 0.25),
    "app_payment": (
        "Payment in the app",
        "Thanh toán trên ứng dụng",
        "retention",
        "digital",
        "app",
        "ces",
        5.6,
        0.25,
    ),
    "complaint": ("Complaint closed", "Xử lý khiếu nại", "retention", "care", "phone", "csat", 2.9, 0.50),
    "leaving_call": ("Leaving call", "Cuộc gọi rời mạng", "retention", "care", "phone", "csat", 2.7, 0.20),
    "dealer": ("Dealer", "Đại lý", "decision", "sales", "dealer", "", 0.0, 0.0),
    "port_out": ("Port-out", "Chuyển mạng giữ số", "retention", "care", "shop", "", 0.0, 0.0),
    "roaming": ("Roaming", "Chuyển vùng", "consideration", "network", "network", "", 0.0, 0.0),
}
TOUCHPOINT_ANSWER_SHARE, TOUCHPOINT_SD, TOUCHPOINT_LIKING = 0.35, 1.0, 0.35
"""Chance of an answer; spread of a 1 to 5 scale; points per standard deviation of liking."""
APP_BROKEN, APP_BROKEN_CES = ("2025Q2", "2025Q3"), -1.4
CONTACTS = {"hotline": 0.12, "shop": 0.05, "app_payment": 0.08, "complaint": 0.03}
"""Chance of a contact in a quarter."""
WAIT_MEDIAN_S, WAIT_LOG_SD, TET_WAIT, TET_WAIT_DAYS = 150, 0.8, 2.0, 10

NO_CUSTOMER_SHARE, DUPLICATE_SHARE = 0.02, 0.003
"""Of survey rows: ids that belong to nobody, and rows that come twice."""
AFTER_CLOSE, LATE_RECHARGES, LATE_DAYS = 40, 200, 9
"""At 20,000 customers: answers dated after the close; recharges that reach the warehouse nine days late."""
