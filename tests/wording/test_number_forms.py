"""The table of number forms that the report promises its readers, line by line."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxlab.finding import Estimate, Label
from cxlab.quarter import Quarter
from cxlab.wording import FORMS, Wording
from cxlab.wording.forms import FINER, STYLES, UNITS
from cxlab.wording.rounding import rounding

EN, VI = Wording("en"), Wording("vi")


def estimate(value, low, high, unit):
    return Estimate(value=value, low=low, high=high, unit=unit)


FORMS_TABLE = [
    (Quarter(2026, 3), "quarter", "Q3 2026", "quý III/2026"),
    (Quarter(2026, 3), "quarter_short", "Q3", "quý III"),
    (Quarter.parse("2026-08"), "quarter", "Jun–Aug 2026", "tháng 6–8/2026"),
    (Quarter.parse("2026-08"), "quarter_short", "Jun–Aug", "tháng 6–8"),
    (Quarter.parse("2026-01"), "quarter", "Nov 2025–Jan 2026", "tháng 11/2025–1/2026"),
    (date(2026, 9, 30), "date", "30 Sep 2026", "30/09/2026"),
    (date(2026, 7, 1), "date_short", "1 Jul", "01/07"),
    (date(2026, 9, 30), "month", "Sep 2026", "tháng 9/2026"),
    (950, "amount", "950 VND", "950 đồng"),
    (22_000, "amount", "22,000 VND", "22.000 đồng"),
    (190_000, "amount", "190,000 VND", "190.000 đồng"),
    (232_000_000, "amount", "232 m VND", "232 triệu đồng"),
    (12_000_000, "amount", "12 m VND", "12 triệu đồng"),
    (17_400_000_000, "amount", "17.4 bn VND", "17,4 tỷ đồng"),
    (10_100_000_000_000, "amount", "10,100 bn VND", "10.100 tỷ đồng"),
    (0.088, "share", "8.8%", "8,8%"),
    (0.5, "share", "50%", "50%"),
    (0.003, "points_change", "+0.3 points", "tăng 0,3 điểm phần trăm"),
    (-0.012, "points_change", "−1.2 points", "giảm 1,2 điểm phần trăm"),
    (0.003, "points", "+0.3 points", "+0,3 điểm phần trăm"),
    (0.01, "points_size", "1 point", "1 điểm phần trăm"),
    (24, "nps", "24", "24"),
    (-31, "nps", "−31", "−31"),
    (-7, "nps_change", "−7", "giảm 7 điểm"),
    (-7, "nps_size", "7 points", "7 điểm"),
    (-6.2, "nps_part", "−6.2", "−6,2"),
    (-6.2, "nps_part_change", "−6.2", "giảm 6,2 điểm"),
    (-0.3, "nps_part_size", "0.3 points", "0,3 điểm"),
    (1.4, "ratio", "1.4 times", "gấp 1,4 lần"),
    (0.93, "ratio", "0.93 times", "bằng 0,93 lần"),
    (1.3, "ratio_short", "1.3×", "1,3 lần"),
    (0.84, "probability", "84%", "84%"),
    (10_207, "count", "10,207", "10.207"),
    (14.2, "months", "14.2 months", "14,2 tháng"),
    (1, "months", "1 month", "1 tháng"),
    (10, "days", "10 days", "10 ngày"),
    (2.9, "score", "2.9", "2,9"),
    (4.0, "score", "4", "4"),
    (-0.34, "score_change", "−0.3", "giảm 0,3 điểm"),
    (0.0, "score_change", "±0.0", "chênh 0,0 điểm"),
    (0.2, "score_size", "0.2 on the scale", "0,2 điểm"),
    (0.8, "agreement", "0.80", "0,80"),
    (22_000, "amount_each", "22,000 VND a customer", "22.000 đồng/khách"),
    (3_400_000, "amount_each", "3.4 m VND a customer", "3,4 triệu đồng/khách"),
    (1, "rank", "1st", "thứ nhất"),
    (2, "rank", "2nd", "thứ 2"),
    (3, "rank", "3rd", "thứ 3"),
    (11, "rank", "11th", "thứ 11"),
    (23, "rank", "23rd", "thứ 23"),
]

INTERVALS_TABLE = [
    ((0.088, 0.083, 0.094, "share"), "8.8% (8.3 to 9.4)", "8,8% (8,3 đến 9,4)"),
    ((0.46, 0.45, 0.48, "share"), "46% (45 to 48)", "46% (45 đến 48)"),
    ((0.084, 0.08389, 0.08411, "share"), "8.40% (8.39 to 8.41)", "8,40% (8,39 đến 8,41)"),
    ((0.084, 0.083991, 0.084009, "share"), "8.400% (8.399 to 8.401)", "8,400% (8,399 đến 8,401)"),
    ((0.084, 0.0839999, 0.0840001, "share"), "8.400% (8.400 to 8.400)", "8,400% (8,400 đến 8,400)"),
    ((0.084, 0.084, 0.084, "share"), "8.4% (8.4 to 8.4)", "8,4% (8,4 đến 8,4)"),
    ((0.341, 0.3398, 0.3422, "ratio"), "0.341 times (0.340 to 0.342)", "bằng 0,341 lần (0,340 đến 0,342)"),
    ((24, 21, 27, "points"), "24 (21 to 27)", "24 (21 đến 27)"),
    ((-7, -11, -3, "points"), "−7 (−11 to −3)", "−7 (từ −11 đến −3)"),
    ((0.003, -0.004, 0.01, "share_points"), "+0.3 points (−0.4 to 1.0)", "+0,3 điểm phần trăm (từ −0,4 đến 1,0)"),
    ((232e6, 210e6, 255e6, "amount"), "232 m VND (210 to 255)", "232 triệu đồng (210 đến 255)"),
    ((22e3, 17e3, 28e3, "amount"), "22,000 VND (17,000 to 28,000)", "22.000 đồng (17.000 đến 28.000)"),
    ((17.4e9, 16.6e9, 18.3e9, "amount"), "17.4 bn VND (16.6 to 18.3)", "17,4 tỷ đồng (16,6 đến 18,3)"),
    ((96e6, 41e6, 170e6, "amount"), "96 m VND (41 to 170)", "96 triệu đồng (41 đến 170)"),
    ((1.4, 1.2, 1.6, "ratio"), "1.4 times (1.2 to 1.6)", "gấp 1,4 lần (1,2 đến 1,6)"),
    ((0.93, 0.62, 1.38, "ratio"), "0.93 times (0.62 to 1.38)", "bằng 0,93 lần (0,62 đến 1,38)"),
    ((2.9, 2.7, 3.1, "score"), "2.9 (2.7 to 3.1)", "2,9 (2,7 đến 3,1)"),
    ((2.91, 2.88, 2.94, "score"), "2.91 (2.88 to 2.94)", "2,91 (2,88 đến 2,94)"),
    ((0.61, 0.52, 0.7, "agreement"), "0.61 (0.52 to 0.70)", "0,61 (0,52 đến 0,70)"),
    ((908, 860, 960, "count"), "908 (860 to 960)", "908 (860 đến 960)"),
    ((14.2, 11.0, None, "months"), "14.2 months (at least 11.0)", "14,2 tháng (ít nhất 11,0)"),
    ((14.2, None, 19.5, "months"), "14.2 months (at most 19.5)", "14,2 tháng (nhiều nhất 19,5)"),
]


def spaces(text):
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("value", "form", "en", "vi"), FORMS_TABLE)
def test_each_line_of_the_table(value, form, en, vi):
    assert (spaces(EN.number(value, form)), spaces(VI.number(value, form))) == (en, vi)


@pytest.mark.parametrize(("numbers", "en", "vi"), INTERVALS_TABLE)
def test_each_interval_of_the_table(numbers, en, vi):
    written = estimate(*numbers)
    assert (spaces(EN.number(written, "ci")), spaces(VI.number(written, "ci"))) == (en, vi)


def test_ratio_and_probability_have_words_around_them():
    likely = estimate(1.4, 1.2, 1.6, "ratio")
    assert spaces(EN.text("term.as_likely_ci", ratio=likely)) == "1.4 times (1.2 to 1.6) as likely"
    assert spaces(VI.text("term.as_likely_ci", ratio=likely)) == "nguy cơ gấp 1,4 lần (1,2 đến 1,6)"
    assert VI.text("term.with_probability", p=0.84) == "xác suất 84%"


def test_ranges_and_spans():
    risk = estimate(232e6, 210e6, 255e6, "amount")
    assert (spaces(EN.number(risk, "range")), spaces(EN.number(risk, "span"))) == (
        "210 to 255",
        "210 to 255 m VND",
    )
    assert spaces(VI.number(estimate(1.4, 1.2, 1.6, "ratio"), "span")) == "1,2 đến 1,6 lần"


def test_parts_of_a_change_have_one_decimal_more_than_the_change():
    part = estimate(-6.2, -8.1, -4.3, "points")
    assert spaces(EN.number(part, "nps_part_ci")) == "−6.2 (−8.1 to −4.3)"
    assert spaces(VI.number(part, "ci")) == "−6 (từ −8 đến −4)"


def test_a_score_stands_on_its_scale():
    score = estimate(2.9, 2.7, 3.1, "score")
    for wording, words, written in ((EN, " of ", "2.9 of 5 (2.7 to 3.1)"), (VI, "/", "2,9/5 (2,7 đến 3,1)")):
        pieces = wording.number(score, "score"), wording.number(5, "count"), wording.number(score, "range")
        assert spaces(f"{pieces[0]}{words}{pieces[1]} ({pieces[2]})") == written


def test_number_and_unit_are_held_together():
    assert EN.number(232e6, "amount") == "232\u00a0m\u00a0VND"
    assert VI.number(0.003, "points_change") == "tăng 0,3\u00a0điểm\u00a0phần\u00a0trăm"
    assert VI.number(Quarter(2026, 3), "quarter") == "quý\u00a0III/2026"


def test_rounding_never_promises_certainty():
    assert (EN.number(0.9999, "share"), EN.number(0.0002, "share")) == ("over 99.9%", "under 0.1%")
    assert (VI.number(0.999, "probability"), VI.number(0.001, "probability")) == ("trên 99%", "dưới 1%")
    assert (EN.number(0.0, "share"), EN.number(1.0, "probability")) == ("0%", "100%")


def test_large_counts_are_written_no_finer_than_their_interval_bears():
    for value, low, high, digits in [
        (1_526_917, 541_305, 2_512_529, (1_500_000, 500_000, 2_500_000)),
        (41_121_050, 41_039_030, 41_203_234, (41_120_000, 41_040_000, 41_200_000)),
        (25_885_929, None, None, (25_885_929,)),
        (99_938, 50_000, 150_000, (99_938, 50_000, 150_000)),
    ]:
        how = rounding("count", value, low, high)
        assert tuple(how(number) for number in (value, low, high) if number is not None) == digits


def test_a_change_that_rounds_to_nothing_has_no_direction():
    assert spaces(EN.number(-0.0001, "points_change")) == "±0.0 points"
    assert spaces(VI.number(-0.0001, "points_change")) == "chênh 0,0 điểm phần trăm"


def test_amounts_move_to_the_next_unit_when_rounding_does():
    assert spaces(EN.number(999_600_000, "amount")) == "1 bn VND"
    assert spaces(EN.number(999_400_000, "amount")) == "999 m VND"


@pytest.mark.parametrize(("currency", "minor", "en"), [("USD", 950, "9.5 USD"), ("USD", 2_200_000, "22,000 USD")])
def test_other_currencies_go_by_their_code_and_minor_unit(currency, minor, en):
    assert spaces(Wording("en", currency=currency).number(minor, "amount")) == en


def test_ends_near_one_are_not_rounded_onto_it():
    assert spaces(EN.number(estimate(1.3, 1.02, 1.6, "ratio"), "range")) == "1.02 to 1.60"


def test_numbers_of_numpy_are_numbers():
    assert EN.number(np.int64(10207), "count") == EN.number(np.float64(10207), "count") == "10,207"


@pytest.mark.parametrize(
    ("value", "form", "message"),
    [
        (0.1, "percent", "no form 'percent'; the forms are "),
        (0.1, "ci", "the form 'ci' needs an estimate, or a unit before it; got 0.1"),
        (0.1, "share_range", "the style 'range' needs an estimate with an interval; got 0.1"),
        (estimate(1, 0, 2, "count"), "share", "the form 'share' cannot write an estimate of unit 'count'"),
        (estimate(1, 0, 2, "count"), "date", "the form 'date' cannot write an estimate of unit 'count'"),
        (float("nan"), "share", "only a finite number can be written; got nan"),
        (True, "rank", "the form 'rank' cannot write True"),
        (1.5, "rank", "the form 'rank' needs an estimate, or a unit before it; got 1.5"),
        (True, "count", "the form 'count' cannot write True"),
        ("text", "share", "the form 'share' cannot write 'text'"),
        (Label(of="plan", code="a"), "count", "the form 'count' cannot write Label(of='plan', code='a')"),
    ],
)
def test_what_does_not_suit_is_refused(value, form, message):
    with pytest.raises(ValueError) as refused:  # noqa: PT011 the whole message is compared below
        EN.number(value, form)
    assert str(refused.value) == message or (message.endswith(" ") and str(refused.value).startswith(message))


@pytest.mark.parametrize("name", sorted(UNITS))
def test_every_style_of_every_unit_writes_something_in_both_languages(name):
    sample = estimate(0.4, 0.3, 0.6, FINER.get(UNITS[name], UNITS[name]))
    for form in (name, *(f"{name}_{style}" for style in STYLES)):
        assert form in FORMS
        assert EN.number(sample, form)
        assert VI.number(sample, form)


numbers = st.floats(min_value=-1e13, max_value=1e13, allow_nan=False)


@given(st.lists(numbers, min_size=3, max_size=3), st.sampled_from(sorted(set(UNITS.values()))), st.integers(0, 3))
def test_rounding_keeps_the_value_inside_its_interval(drawn, unit, minor_digits):
    low, value, high = sorted(drawn)
    how = rounding(unit, value, low, high, minor_digits=minor_digits)
    assert how(low) <= how(value) <= how(high)


@given(numbers, st.sampled_from(sorted(set(UNITS.values()))))
def test_rounding_is_odd_so_that_a_loss_reads_like_a_gain(value, unit):
    assert abs(rounding(unit, value, None, None)(-value)) == abs(rounding(unit, value, None, None)(value))


@given(
    st.floats(min_value=1, max_value=1e15),
    st.floats(min_value=0, max_value=1),
    st.floats(min_value=0, max_value=1),
)
def test_amounts_show_two_or_three_digits_and_stay_close(value, below, above):
    how = rounding("amount", value, value * (1 - below), value * (1 + above))
    shown = how(value).scaleb(how.power)
    assert abs(float(shown) - value) <= 0.05 * value + 0.5


@given(numbers)
def test_vietnamese_numbers_hold_no_decimal_point_and_no_ascii_minus(value):
    for form in ("share", "nps", "count", "amount", "ratio", "points_change"):
        english, vietnamese = EN.number(value, form), VI.number(value, form)
        assert "-" not in english + vietnamese
        decimals = english.rpartition(".")[2].split("\u00a0")[0] if "." in english else ""
        assert not decimals or "," in vietnamese
