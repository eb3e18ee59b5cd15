"""Banks and the ways of writing: enough of everything, and each rule by an example."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest

from cxlab.synth import company, voice
from cxlab.synth.comments import EN_BANKS, VI_BANKS, Dice, Order, Person, comment, frames, planted, writing
from cxlab.synth.comments.dialect import spoken
from cxlab.synth.comments.wordings import otherwise

KINDS = ("short", "short_good", "bad", "good", "detail", "effect", "versus", "ask", "sly")
PLAIN = Person(region="hn", writing="marks", new_marks=False, dialect=False, hurry=False, me="mình")


def dice(seed: int = 0) -> Dice:
    return Dice(np.random.default_rng(seed))


def order(**changes: object) -> Order:
    usual = {"language": "vi", "themes": (("coverage", False),), "score": 4, "words": (13, 30)}
    return Order(**{**usual, **changes})


@pytest.mark.parametrize("code", voice.CODES)
@pytest.mark.parametrize("banks", [VI_BANKS, EN_BANKS], ids=["vi", "en"])
def test_every_bank_has_twenty_five_clauses_and_more_all_different(banks, code):
    clauses = [clause for kind in KINDS for clause in getattr(banks[code], kind)]
    assert banks[code].size == len(clauses) >= 25
    once = set(clauses) | set(banks[code].short_good)
    assert len(once) >= len(clauses) - len(banks[code].short_good)


@pytest.mark.parametrize(("banks", "slots"), [(VI_BANKS, frames.SLOTS), (EN_BANKS, frames.EN_SLOTS)])
def test_slots_are_known_and_texts_are_composed_letters(banks, slots):
    for bank in banks.values():
        for kind in KINDS:
            for clause in getattr(bank, kind):
                assert set(re.findall(r"{(\w*)}", clause)) <= {*slots, "province"}
                assert clause == unicodedata.normalize("NFC", clause)
                assert clause == clause.strip(" .,")


def test_short_clauses_are_short_and_english_ones_are_english():
    for bank in VI_BANKS.values():
        assert all(clause.count(" ") < 5 for clause in (*bank.short, *bank.short_good))
    letters = set("ăâđêôơư")
    for bank in EN_BANKS.values():
        for kind in KINDS:
            assert not any(letters & set(clause.lower()) for clause in getattr(bank, kind))


def test_every_region_has_provinces():
    assert set(frames.PROVINCES) == set(company.REGIONS)


def test_a_comment_names_its_themes_in_as_many_words_as_ordered():
    for seed in range(200):
        said = comment(dice(seed), PLAIN, order(themes=(("price", False), ("wow", True))))
        assert {theme for _, theme in said.parts} >= {0, 1}
        assert 8 <= len(said.text.split()) <= 40
        assert "{" not in said.text


def test_parts_joined_are_the_text_but_for_emoji():
    for seed in range(100):
        said = comment(dice(seed), PLAIN, order())
        assert said.text.startswith("".join(words for words, _ in said.parts))


def test_three_words_stay_three_words():
    said = [comment(dice(seed), PLAIN, order(words=(1, 3))) for seed in range(100)]
    assert max(len(one.text.split()) for one in said) <= 8
    assert np.median([len(one.text.split()) for one in said]) <= 3


def test_a_mixed_comment_speaks_both_languages():
    said = [comment(dice(seed), PLAIN, order(language="mixed")).text for seed in range(50)]
    both = [bool(re.search("[ăâđêôơưáàạảãéèẹẻẽíìị]", one)) and bool(re.search(r"\b(the|my|is|you|it|I)\b", one))
            for one in said]  # fmt: skip
    assert np.mean(both) > 0.5


def test_noise_is_no_word_and_nothing_is_planted_in_what_is_plain():
    assert comment(dice(), PLAIN, order(themes=(), noise=True)).kinds == ("noise",)
    assert comment(dice(), PLAIN, order()).kinds == ()


def test_what_is_planted_is_told():
    said = comment(dice(3), PLAIN, order(personal=True, hostile=True, contrary=True))
    assert said.kinds[0] == "contrary"
    assert said.kinds[1] in planted.PERSONAL
    assert said.kinds[2] in {kind for kind, _ in planted.HOSTILE}


def test_the_six_spellings_of_phones_all_occur():
    found = {re.sub(r"\d", "9", planted.phone(dice(seed))) for seed in range(100)}
    assert found == {
        "9999999999",
        "9999 999 999",
        "9999.999.999",
        "+99 99 999 9999",
        "99999999999",
        "999-999-9999",
    }


def test_cards_pass_the_check_of_luhn():
    for seed in range(50):
        digits = [int(d) for d in planted.card(dice(seed)) if d.isdigit()]
        doubled = [d if place % 2 else d * 2 - 9 * (d > 4) for place, d in enumerate(digits)]
        assert len(digits) == 16
        assert sum(doubled) % 10 == 0


@pytest.mark.parametrize(
    ("region", "said"),
    [("hn", "đắt thế, dùng làm gì"), ("mkd", "mắc vậy, xài làm gì"), ("cch", "đắt rứa, dùng làm chi")],
)
def test_regions_have_their_words(region, said):
    assert spoken("đắt thế, dùng làm gì", region=region) == said


def test_words_inside_other_words_stay():
    assert spoken("chú bảo vệ, vay không thế chấp", region="hcm") == "chú bảo vệ, vay không thế chấp"


def test_people_call_themselves_by_one_name_and_stay_angry():
    said = otherwise("bực mình, nhà mình mất sóng", dice=dice(1), english=False, me="em")
    assert said.endswith("mình, nhà em mất sóng")


def test_other_words_leave_some_as_they_are():
    said = {otherwise("rất nhanh", dice=dice(seed), english=False, me="mình") for seed in range(60)}
    assert "rất nhanh" in said
    assert len(said) > 4


def test_partly_marked_text_keeps_its_words():
    text = "mất sóng cả ngày không gọi được cho ai"
    said = writing.partly(text, dice=dice(2))
    assert said != text
    assert writing.without_marks(said) == writing.without_marks(text)


def test_a_slip_changes_at_most_two_letters():
    text = "mạng chậm quá trời"
    slips = {writing.slip(text, dice=dice(seed)) for seed in range(80)}
    assert len(slips) > 20
    assert all(abs(len(said) - len(text)) <= 1 for said in slips)
    assert writing.slip("ok", dice=dice()) == "ok"


def test_english_in_a_hurry_has_no_apostrophes():
    assert "'" not in writing.english_short("I can't, you don't", dice=dice())


def test_dice_are_uniform_and_pick_everything():
    some = dice(4)
    rolls = [some.roll() for _ in range(70_000)]  # more than one block
    assert min(rolls) >= 0
    assert max(rolls) < 1
    assert np.mean(rolls) == pytest.approx(0.5, abs=0.01)
    assert {some.pick("abc") for _ in range(50)} == set("abc")
    assert {some.below(3) for _ in range(50)} == {0, 1, 2}
