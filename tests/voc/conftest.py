"""Texts of a made-up panel, and coders whose errors are known."""

from __future__ import annotations

from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pytest

from cxlab.evidence.readings import readings
from cxlab.evidence.terms import term_table
from cxlab.evidence.themes import text_table, theme_table
from cxlab.evidence.verbatims import read_texts
from cxlab.quarter import Quarter

NOW = Quarter.parse("2026Q3")
TYPES = {
    "verbatim_id": "string", "response_id": "string", "customer_id": "string", "account_id": "string",
    "quarter_number": "int32", "day": "int32", "source": "string", "language": "string", "text": "string",
    "text_hash": "string", "words": "int32", "nps": "int8", "csat": "float64", "scale_max": "float64",
    "grp": "string", "touchpoint_id": "string", "plan": "string", "region": "string", "segment": "string",
    "tenure_days": "int32",
}  # fmt: skip
ACTS = (
    "event_id", "verbatim_id", "code_id", "coder_id", "codebook_version", "value", "polarity", "origin",
    "sample_design", "inclusion_probability", "at", "undoes",
)  # fmt: skip
SAID = {
    "price": ["the price went up in July and the service did not", "price rise again and nothing better for it"],
    "coverage": ["no signal in the bedroom at all", "the signal drops every time the lift closes"],
    "package": ["too many packages with almost the same name", "the package renewed itself without asking me"],
    "wow": ["ten years with you and never let down once", "they blocked my stolen phone at once thank you"],
}
ESIM = [
    "the esim code said already used",
    "moved phones and lost my esim",
    "no esim for tablets",
    "esim took a morning",
]
NOTHING = ["I have nothing more to say here really", "no comment from me on this at all", "ok", "fine"]


def _as_texts(frame: pd.DataFrame) -> object:
    """Fill in the columns a test does not care about."""
    rows = frame.reset_index(drop=True)
    if "text" not in rows:
        rows["text"] = [f"text number {place} says it" for place in range(len(rows))]
    grp = pd.cut(rows["nps"], [-1, 6, 8, 10], labels=["detractor", "passive", "promoter"]) if "nps" in rows else ""
    defaults = {
        "verbatim_id": [f"v{place}" for place in range(len(rows))], "response_id": "", "account_id": "", "day": 1,
        "customer_id": [f"c{place}" for place in range(len(rows))], "quarter_number": NOW.ordinal,
        "source": "survey", "language": "en", "nps": None, "csat": np.nan, "scale_max": np.nan,
        "grp": pd.Series(grp, index=rows.index).astype("object").fillna(""), "touchpoint_id": "", "plan": "a",
        "region": "x", "segment": "", "tenure_days": 400,
        "text_hash": [f"{abs(hash(('voc', text, place))):032x}" for place, text in enumerate(rows["text"])],
        "words": rows["text"].str.split().str.len(),
    }  # fmt: skip
    for name, value in defaults.items():
        if name not in rows:
            rows[name] = value
    rows["nps"] = rows["nps"].astype("Int8")
    return ibis.memtable(rows[list(TYPES)], schema=ibis.schema(TYPES))


def _as_codings(acts: list[dict[str, object]]) -> pd.DataFrame:
    """Acts of coding in a random sample, by people, under the first codebook."""
    usual = {
        "codebook_version": 1, "value": True, "polarity": None, "origin": "human",
        "sample_design": "random:2026Q3", "inclusion_probability": 0.5, "undoes": "",
    }  # fmt: skip
    rows = [{"event_id": f"e{place}", "at": place, **usual, **act} for place, act in enumerate(acts)]
    return pd.DataFrame(rows, columns=list(ACTS))


def codebook(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"code_id": list(codes), "version": 1, "replaced_by": None})


SHARES = {"price": 0.10, "coverage": 0.12, "package": 0.10, "wow": 0.09}
ERRORS = {"A": (0.88, 0.98), "B": (0.84, 0.97)}
"""Sensitivity and specificity."""


def _panel(
    *, seed: int, texts: int, read: int, judged: int, shares: dict[str, dict[str, float]]
) -> SimpleNamespace:
    """Draw quarters of comments; ``shares`` gives the truth of each quarter named."""
    rng = np.random.default_rng(seed)
    frames, acts = [], []
    for quarter, truth in shares.items():
        frame, found = _quarter(Quarter.parse(quarter), truth, texts=texts, rng=rng)
        frames.append(frame)
        acts += _coded(frame, found, read=read, judged=judged, rng=rng, quarter=quarter)
    table, codings = _as_texts(pd.concat(frames)), _as_codings(acts)
    codes = sorted({code for truth in shares.values() for code in truth} - {"esim"})
    return SimpleNamespace(
        texts=table, codings=codings, codebook=codebook(*codes), frame=pd.concat(frames, ignore_index=True),
        quarters=[Quarter.parse(quarter) for quarter in shares], now=Quarter.parse(list(shares)[-1]),
    )  # fmt: skip


def _quarter(quarter, truth, *, texts, rng):
    plan = rng.choice(["a", "b", "c"], texts, p=[0.5, 0.4, 0.1])
    named = {
        code: rng.random(texts) < share * np.where((plan == "b") & (code == "package"), 2.5, 1.0)
        for code, share in truth.items()
    }
    wow = named.get("wow", np.zeros(texts, dtype=bool))
    ill = sum(named[code] for code in truth if code != "wow")
    liking = rng.normal(7.5, 2, texts) + 1.8 * wow - 2.5 * ill
    said = []
    for place in range(texts):
        parts = [str(rng.choice(SAID[code])) for code in truth if code in SAID and named[code][place]]
        parts += [str(rng.choice(ESIM))] if named.get("esim", wow & False)[place] else []
        said.append(", ".join(parts) or str(rng.choice(NOTHING)))
    name = [f"{quarter}-{place}" for place in range(texts)]
    frame = pd.DataFrame(
        {
            "verbatim_id": name, "customer_id": name, "quarter_number": quarter.ordinal, "plan": plan,
            "text": said, "nps": np.clip(np.rint(liking), 0, 10).astype(int),
        }
    )  # fmt: skip
    for code in truth:
        frame[f"is_{code}"] = named[code]
    return frame, {code: flags for code, flags in named.items() if code != "esim"}


def _coded(frame, found, *, read, judged, rng, quarter):
    """A reads the sample; B and the adjudicator the same random part of it."""
    sample = rng.permutation(len(frame))[:read]
    acts = []
    for coder in ("A", "B", "team"):
        seen = sample if coder == "A" else sample[:judged]
        hit, right = ERRORS.get(coder, (1.0, 1.0))
        given = {
            c: np.where(f[seen], rng.random(len(seen)) < hit, rng.random(len(seen)) > right)
            for c, f in found.items()
        }
        if coder == "B" and "package" in given:
            given["package"] &= rng.random(len(seen)) < 0.6
        for place, row in enumerate(seen):
            codes = [code for code in given if given[code][place]] or [""]
            common = {"verbatim_id": frame["verbatim_id"].iloc[row], "coder_id": coder}
            acts += [{**common, "code_id": code, "sample_design": f"random:{quarter}"} for code in codes]
    return acts


@pytest.fixture(scope="session")
def as_texts():
    return _as_texts


@pytest.fixture(scope="session")
def as_codings():
    return _as_codings


@pytest.fixture(scope="session")
def panel():
    """A year and a quarter: price doubles at the end, eSIM appears."""
    usual = {**SHARES, "esim": 0.0}
    quarters = dict.fromkeys(["2025Q3", "2025Q4", "2026Q1", "2026Q2"], usual)
    shares = {**quarters, "2026Q3": {**usual, "price": 0.20, "esim": 0.03}}
    return _panel(seed=3, texts=1600, read=600, judged=300, shares=shares)


def evidence_of(panel):
    read = readings(panel.codings, codebook=panel.codebook)
    return SimpleNamespace(
        now=panel.now, read=read, panel=panel,
        counts=theme_table(panel.texts, read, quarters=panel.quarters),
        texts=text_table(panel.texts, read, quarters=panel.quarters),
        by=theme_table(panel.texts, read, quarters=[panel.now], by=["plan"]),
        texts_by=text_table(panel.texts, read, quarters=[panel.now], by=["plan"]),
        bucketed=theme_table(panel.texts, read, quarters=[panel.now], bucket=True),
        terms=term_table(panel.texts, read, quarters=[panel.now - 4, panel.now]),
        said=read_texts(panel.texts, read, quarter=panel.now),
    )  # fmt: skip


@pytest.fixture(scope="session")
def evidence(panel):
    return evidence_of(panel)
