"""The audit is a simple random sample, and coders err as often as planted, together as often as planted."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pytest

from cxlab.quarter import Quarter
from cxlab.redact import kept
from cxlab.synth import make_company, voice
from cxlab.synth.coding import CODED, planted_alpha, together
from cxlab.synth.days import NAMES


def marks(company, coder: str) -> pd.DataFrame:
    """Text x code: what one coder marked in the random audit."""
    events = company.ask(f"""select verbatim_id, code_id from codings
        where coder_id = '{coder}' and sample_design like 'random:%' order by verbatim_id""")
    wide = pd.crosstab(events["verbatim_id"], events["code_id"]).reindex(columns=list(CODED), fill_value=0)
    return wide > 0


def true_marks(company, texts: pd.Index) -> pd.DataFrame:
    said = company.ask("select verbatim_id, themes from truth_texts").set_index("verbatim_id")["themes"].loc[texts]
    return pd.DataFrame({code: [code in themes for themes in said] for code in CODED}, index=texts)


def alpha(a: pd.Series, b: pd.Series) -> float:
    """Krippendorff's alpha of two coders, nominal, by its definition."""
    values = np.concatenate([a, b]).astype(float)
    n, mean = len(values), values.mean()
    return 1 - (a != b).mean() / (2 * mean * (1 - mean) * n / (n - 1))


def test_the_audit_is_a_random_sample_of_each_quarter(company):
    found = company.ask("""
        select sample_design, coder_id, count(distinct verbatim_id) as n, min(inclusion_probability) as low,
               max(inclusion_probability) as high from codings where sample_design like 'random:%' group by all""")
    texts = company.ask("""select r.wave, count(*) as n from verbatims v
        join (select distinct on (response_id) * from survey_responses) r using (response_id)
        where v.at < '2026-10-01' group by wave""").set_index("wave")["n"]
    assert len(found) == 3 * len(NAMES)
    for row in found.itertuples():
        assert row.n == (600 if row.coder_id == "A" else 300)
        assert row.low == row.high == pytest.approx(row.n / texts[row.sample_design.removeprefix("random:")])


def test_b_and_the_team_read_the_same_texts_which_a_read_too(company):
    a, b, team = (set(marks(company, coder).index) for coder in ("A", "B", "team"))
    assert b == team
    assert b < a


def test_a_text_in_which_nothing_applies_has_one_event_without_a_code(company):
    assert (
        company.one("""
        with read as (select verbatim_id, coder_id, count(*) as n, count(*) filter (code_id = '') as nothing
                      from codings where sample_design like 'random:%' group by all)
        select count(*) from read where nothing > 0 and n > 1""")
        == 0
    )
    assert company.one("select count(*) from codings where code_id = '' and coder_id = 'team'") > 500


def test_the_team_codes_the_truth_but_esim_which_has_no_code(company):
    team = marks(company, "team")
    assert (team == true_marks(company, team.index)).all(axis=None)
    assert company.one("select count(*) from codings where code_id = 'esim'") == 0


@pytest.mark.parametrize(("coder", "sensitivity", "specificity"), [("A", 0.88, 0.98), ("B", 0.84, 0.97)])
def test_sensitivity_and_specificity_are_the_planted_ones(company, coder, sensitivity, specificity):
    found = marks(company, coder)
    truth = true_marks(company, found.index)
    clear = [code for code in CODED if code != "package_terms"]
    hits, there = (found & truth)[clear].to_numpy().sum(), truth[clear].to_numpy().sum()
    assert hits / there == pytest.approx(sensitivity, abs=4 * np.sqrt(sensitivity * (1 - sensitivity) / there))
    silent = ~truth[clear]
    assert (~found[clear] & silent).to_numpy().sum() / silent.to_numpy().sum() == pytest.approx(
        specificity, abs=0.003
    )


def test_agreement_is_high_on_clear_themes_and_low_on_package_terms(company):
    b = marks(company, "B")
    a = marks(company, "A").loc[b.index]
    agreement = {code: alpha(a[code], b[code]) for code in CODED}
    assert agreement["package_terms"] == pytest.approx(0.61, abs=0.09)
    clear = [agreement[code] for code in CODED if code != "package_terms"]
    assert np.mean(clear) == pytest.approx(0.82, abs=0.02)
    assert agreement["deductions"] == pytest.approx(0.82, abs=0.07)


def test_planted_agreement_follows_from_the_shared_part_of_errors():
    theme = next(theme for theme in voice.THEMES if theme.code == "deductions")
    assert planted_alpha(theme, together=together("deductions")) == pytest.approx(0.82, abs=1e-6)
    assert planted_alpha(theme, together=0) < planted_alpha(theme, together=1)
    package = next(theme for theme in voice.THEMES if theme.code == "package_terms")
    assert planted_alpha(package, together=together("package_terms")) == pytest.approx(0.61, abs=0.02)


def test_spans_stand_in_the_kept_text_and_are_told_by_print_only(company):
    spans = company.ask("""
        select text, span_start, span_end, span_hash from codings join verbatims using (verbatim_id)
        where span_start is not null""")
    assert len(spans) > 5_000
    for row, text in zip(spans.itertuples(), kept(spans["text"]), strict=True):
        assert hashlib.sha256(text[row.span_start : row.span_end].encode()).hexdigest()[:16] == row.span_hash
    assert "text" not in company.ask("select * from codings limit 0").columns


def test_targeted_and_model_codings_and_those_taken_back_are_told_apart(company):
    others = company.ask("""select origin, coder_id, count(distinct verbatim_id) as n from codings
        where sample_design = 'targeted' and undoes is null group by all order by coder_id""")
    assert set(others["origin"]) == {"human", "model"}
    assert others.set_index("origin")["n"]["model"] == 20
    undone = company.ask("""select u.*, e.code_id as code, e.coder_id as coder, e."at" as earlier from codings u
        join codings e on e.event_id = u.undoes""")
    assert len(undone) == 10
    assert (undone["code"] == undone["code_id"]).all()
    assert (undone["coder"] == undone["coder_id"]).all()
    assert (undone["at"] > undone["earlier"]).all()


def test_everything_is_coded_after_the_quarter_has_closed(company):
    started = company.ask("""select sample_design[8:] as quarter, min("at") as first from codings
        where sample_design like 'random:%' group by all""")
    for row in started.itertuples():
        assert row.first.date() > Quarter.parse(row.quarter).end


def test_a_small_company_has_a_small_audit(tmp_path):
    made = make_company(tmp_path, customers=2_000, seed=3)
    events = pd.read_parquet(tmp_path / "codings.parquet")
    read = events[events["sample_design"] == "random:2024Q3"].groupby("coder_id")["verbatim_id"].nunique()
    assert read["A"] == made.realised["comments"]["2024Q3"]
    assert read["B"] == read["team"] == read["A"] // 2


def test_the_audit_does_not_depend_on_the_chunks_texts_came_in(tmp_path, monkeypatch):
    monkeypatch.setattr("cxlab.synth.make.CHUNK", 1_500)
    make_company(tmp_path, customers=2_500)
    events = pd.read_parquet(tmp_path / "codings.parquet")
    texts = pd.read_parquet(tmp_path / "verbatims.parquet", columns=["verbatim_id"])["verbatim_id"]
    assert texts.is_unique
    assert set(events["verbatim_id"]) <= set(texts)
