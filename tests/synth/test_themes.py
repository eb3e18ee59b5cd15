"""Themes drawn after scores and lives: the planted moments hold in the model, and come back from the tables."""

from __future__ import annotations

import numpy as np
import pytest

from cxlab.synth import themes, voice
from cxlab.synth.days import NAMES

PLANTED = {  # share of a usual quarter, points of score, ratio of leavers: written down, not read from the code
    "coverage": (0.12, -1.1, 1.10), "data_speed": (0.13, -0.9, 1.08), "outage": (0.02, -2.2, 1.15),
    "deductions": (0.09, -1.9, 1.30), "price": (0.09, -1.4, 1.25), "package_terms": (0.08, -1.2, 1.15),
    "app": (0.05, -1.3, 1.00), "topup": (0.04, -1.2, 1.05), "hotline_wait": (0.06, -1.3, 1.12),
    "complaint": (0.04, -2.6, 1.60), "shop_papers": (0.05, -1.0, 1.10), "spam": (0.10, -0.7, 1.00),
    "switching": (0.04, -2.0, 1.90), "wow": (0.09, 1.8, 0.75),
}  # fmt: skip
SAID = """(select t.*, r.nps, r.wave, c.region, p.plan from truth_texts t join verbatims v using (verbatim_id)
           join (select distinct on (response_id) * from survey_responses) r on r.response_id = v.response_id
           left join customers c on c.customer_id = r.customer_id
           left join (select distinct customer_id, plan from truth_spells) p on p.customer_id = r.customer_id)"""


def moments(calm: bool, reverse: bool = False):
    """Expected shares, differences of score and ratios of leavers: quarter x theme."""
    model = themes.theme_model(calm=calm, reverse=reverse)
    states = themes._states(calm, reverse)
    mentions = themes._inclusion(model.weight, model.counts)[0] * states[..., None]
    total, everyone = mentions.sum(axis=(1, 2, 3)), np.einsum("qcsl,s->q", states, themes.SCORES)[:, None]
    score = np.einsum("qcslk,s->qk", mentions, themes.SCORES)
    left, gone = mentions[:, :, :, 1].sum(axis=(1, 2)), states[..., 1].sum(axis=(1, 2))[:, None]
    named = np.where(total > 0, total, 1)
    return total, score / named - (everyone - score) / (1 - total), left / named / ((gone - left) / (1 - total))


@pytest.mark.parametrize(("calm", "reverse"), [(False, False), (True, False), (True, True)])
def test_the_model_holds_what_was_planted(calm, reverse):
    share, score, leaving = moments(calm, reverse)
    quiet = NAMES.index("2024Q3")
    for k, theme in enumerate(voice.THEMES):
        if not theme.share:
            continue
        assert share[quiet, k] == pytest.approx(theme.share, abs=0.002)
        assert score[:, k] == pytest.approx(theme.score, abs=0.02)
        assert leaving[:, k] == pytest.approx(theme.leaving, rel=0.01)


def test_what_is_planted_is_what_was_agreed():
    found = {theme.code: (theme.share, theme.score, theme.leaving) for theme in voice.THEMES}
    assert {code: found[code] for code in PLANTED} == PLANTED
    assert found["agent+"][0] + found["agent-"][0] == pytest.approx(0.07)


@pytest.mark.parametrize("code", PLANTED)
def test_shares_and_scores_come_back_from_the_tables(company, code):
    """Against the comments without the theme, quarter by quarter; a standard error and a half a share apart."""
    found = company.ask(f"""
        select wave, list_contains(themes, '{code}') as it, count(*) as n, avg(nps) as score, var_samp(nps) as v
        from {SAID} group by all""").set_index(["wave", "it"])
    has, rest = found.xs(True, level="it"), found.xs(False, level="it")
    gap = (has["score"] - rest["score"]) @ has["n"] / has["n"].sum()
    se = np.sqrt((has["v"].fillna(4) / has["n"] * (has["n"] / has["n"].sum()) ** 2).sum())
    share, points, _ = PLANTED[code]
    assert abs(gap - points) < 4 * se + 0.05
    quiet = has["n"]["2024Q3"] / (has["n"]["2024Q3"] + rest["n"]["2024Q3"])
    assert abs(quiet - share) < 4 * np.sqrt(share / rest["n"]["2024Q3"])


@pytest.mark.parametrize(
    ("code", "wave", "group", "share"),
    [
        ("outage", "2024Q4", "region = 'cch'", 0.38),
        ("outage", "2024Q4", "region <> 'cch'", 0.06),
        ("outage", "2025Q1", "region = 'cch'", 0.08),
        ("price", "2026Q3", "plan in ('en90', 'en120')", 0.30),
        ("price", "2026Q3", "plan not in ('en90', 'en120')", 0.11),
        ("app", "2025Q2", "true", 0.14),
        ("topup", "2025Q1", "true", 0.06),
        ("esim", "2025Q4", "true", 0.0),
        ("esim", "2026Q3", "true", 0.021),
    ],
)
def test_themes_move_when_and_where_something_happened(company, code, wave, group, share):
    said, named = company.engine.sql(f"""
        select count(*), count(*) filter (list_contains(themes, '{code}')) from {SAID}
        where wave = '{wave}' and {group}""").fetchone()
    assert abs(named / said - share) <= 4 * np.sqrt(share * (1 - share) / said)


def test_themes_go_with_leaving_and_app_errors_do_not(calm):
    """Leavers from the answer to the end of the next quarter, twelve quarters together."""
    found = calm.truth.realised["themes"]
    named = calm.one("select count(*) from truth_texts where list_contains(themes, 'complaint')")
    error = 1 / np.sqrt(0.12 * named)
    for code in ("complaint", "switching", "wow", "app"):
        assert abs(np.log(found[code]["leaving_ratio"] / PLANTED[code][2])) < 4 * error


def test_the_number_of_themes_is_as_planted_in_a_quiet_company(calm):
    share = calm.ask("select len(themes) as k, count(*) as n from truth_texts group by k order by k")["n"]
    assert (share / share.sum()).to_list() == pytest.approx(voice.THEME_COUNTS, abs=0.01)


def test_praise_is_as_frequent_as_planted_and_rises_with_the_score(calm):
    found = calm.ask(f"""
        select theme, avg((tone = 'positive')::int) as praise, corr((tone = 'positive')::int, nps) as r
        from (select unnest(themes) as theme, unnest(polarity) as tone, nps, planted from {SAID})
        where not list_contains(planted, 'contrary') group by theme""").set_index("theme")
    for theme in voice.THEMES:
        if theme.share and "agent" not in theme.code:
            assert found["praise"][theme.code] == pytest.approx(theme.positive, abs=0.05)
    assert found["r"]["coverage"] > 0.2


def test_elementary_symmetric_polynomials_match_their_definition():
    weight = np.array([0.3, 1.2, 2.0, 0.7])
    found = themes._symmetric(weight)
    assert found == pytest.approx(np.polynomial.polynomial.polyfromroots(-1 / weight)[:4] * weight.prod())
    assert themes._without(weight, found)[1] == pytest.approx(themes._symmetric(np.delete(weight, 1))[:3])
