"""All banks by theme."""

from __future__ import annotations

from cxlab.synth.comments import (
    agent,
    app,
    complaint,
    coverage,
    data_speed,
    deductions,
    esim,
    hotline_wait,
    outage,
    package_terms,
    price,
    shop_papers,
    spam,
    switching,
    topup,
    wow,
)
from cxlab.synth.comments.bank import Bank

_FILES = {
    "coverage": coverage, "data_speed": data_speed, "outage": outage, "deductions": deductions, "price": price,
    "package_terms": package_terms, "app": app, "topup": topup, "hotline_wait": hotline_wait, "agent": agent,
    "complaint": complaint, "shop_papers": shop_papers, "spam": spam, "switching": switching, "wow": wow,
    "esim": esim,
}  # fmt: skip
VI_BANKS: dict[str, Bank] = {code: file.VI for code, file in _FILES.items()}
EN_BANKS: dict[str, Bank] = {code: file.EN for code, file in _FILES.items()}
