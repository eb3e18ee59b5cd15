"""Messages, labels and their falling back."""

from datetime import date

import pytest

from cxlab.finding import Estimate, Label, Message
from cxlab.quarter import Quarter
from cxlab.wording import Wording

LABELS = {"plan": {"en90": {"en": "Én 90", "vi": "Én 90"}, "payg": {"vi": "Én Tự Do"}, "raw_code": {}}}
EN, VI = Wording("en", LABELS), Wording("vi", LABELS)


def test_a_message_is_said_in_the_language():
    message = Message("page.title", {"quarter": Quarter(2026, 3)})
    assert EN.say(message) == "Customer experience, Q3\u00a02026"
    assert VI.say(message) == "Trải nghiệm khách hàng quý\u00a0III/2026"


def test_singular_and_plural():
    day = date(2026, 11, 30)
    assert EN.text("page.provisional", n=1, day=day).replace("\u00a0", " ") == (
        "1 of them is provisional until 30 Nov 2026."
    )
    assert EN.text("page.provisional", n=640, day=day).startswith("640 of them are provisional")
    assert VI.text("page.provisional", n=1, day=day) == "1 trường hợp là số tạm tính, chốt ngày 30/11/2026."


def test_a_sentence_begins_with_a_capital_but_a_name_stays_as_it_is():
    old, new = (Estimate(value=v, low=v, high=v, unit="ratio") for v in (1.3, 1.4))
    assert VI.text("page.restated", old=old, new=new, reason="dữ liệu về muộn").startswith("Đã công bố gấp")
    assert VI.text("term.with_probability", p=0.999) == "xác suất trên 99%"
    assert EN.text("page.approved", role="head of CX", day=date(2026, 10, 12)).startswith("Approved by head of CX")
    named = EN.text(
        "page.ranks_overlap", first=Label(of="plan", code="small_plan"), others=(Label(of="plan", code="en90"),)
    )
    assert named.startswith("small plan comes first")


@pytest.mark.parametrize(
    ("of", "code", "en", "vi"),
    [
        ("plan", "en90", "Én 90", "Én 90"),
        ("plan", "payg", "Én Tự Do", "Én Tự Do"),
        ("plan", "raw_code", "raw code", "raw code"),
        ("plan", "new_one", "new one", "new one"),
        ("plan", "", "not known", "không rõ"),
        ("cause", "voluntary", "Left by choice", "Chủ động rời mạng"),
        ("nowhere", "a_b", "a b", "a b"),
    ],
)
def test_labels_fall_back_to_catalogue_other_language_and_code(of, code, en, vi):
    label = Label(of=of, code=code)
    assert (EN.label(label), VI.label(label)) == (en, vi)


def test_the_study_names_come_before_ours():
    named = Wording("en", {"cause": {"voluntary": {"en": "Went away"}}})
    assert named.label(Label(of="cause", code="voluntary")) == "Went away"


@pytest.mark.parametrize(
    ("codes", "en"), [(0, ""), (1, "Én 90"), (2, "Én 90 and Én 90"), (3, "Én 90, Én 90 and Én 90")]
)
def test_lists(codes, en):
    assert EN.number((Label(of="plan", code="en90"),) * codes, "list") == en


def test_text_of_the_data_is_no_template():
    assert EN.text("page.commentary_by", role="{quarter} {0.__class__}") == "Commentary, {quarter} {0.__class__}"


def test_an_unknown_message_names_id_and_language():
    with pytest.raises(KeyError) as missing:
        VI.say(Message("no.such"))
    assert missing.value.args == ("the 'vi' catalogue has no message 'no.such'; add it to cxlab/locale/vi.po",)
    assert not VI.knows("no.such")


def test_a_missing_value_is_named():
    with pytest.raises(KeyError) as missing:
        EN.text("page.title", year=2026)
    assert missing.value.args == ("the message 'page.title' needs a value 'quarter'; it was given year",)


def test_a_form_that_does_not_suit_names_the_message():
    with pytest.raises(ValueError, match=r"^message 'page\.title': the form 'quarter' cannot write 'soon'$"):
        EN.text("page.title", quarter="soon")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="a language is one of en, vi; got 'fr'"):
        Wording("fr")
