"""What both catalogues must keep: same ids, same values, house rules of language."""

import re
from collections import Counter
from importlib.resources import files
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from cxlab.wording import FORMS, LANGUAGES


def read(language):
    with (files("cxlab") / "locale" / f"{language}.po").open("rb") as lines:
        return {message.id: message for message in read_po(lines, locale=language) if message.id}


def flat(message):
    return [message.string] if isinstance(message.string, str) else list(message.string)


def name(message_id):
    return message_id if isinstance(message_id, str) else message_id[0]


def sentences(language):
    return [(name(id_), text) for id_, message in read(language).items() for text in flat(message)]


def placeholders(text):
    return sorted({(field, form or "") for _, field, form, _ in Formatter().parse(text) if field is not None})


ENGLISH, VIETNAMESE = read("en"), read("vi")
EVERY_SENTENCE = [(language, id_, text) for language in LANGUAGES for id_, text in sentences(language)]


def broken(rule):
    """Ids and texts that a rule finds, so that a failing test shows all at once."""
    return [f"{language} {id_}: {text}" for language, id_, text in EVERY_SENTENCE if rule(language, id_, text)]


def test_both_catalogues_have_the_same_messages():
    assert sorted(map(str, ENGLISH)) == sorted(map(str, VIETNAMESE))


def test_no_id_is_written_twice():
    for language in LANGUAGES:
        source = (files("cxlab") / "locale" / f"{language}.po").read_text(encoding="utf-8")
        twice = [id_ for id_, times in Counter(re.findall(r'^msgid "(.+)"$', source, re.M)).items() if times > 1]
        assert twice == []


def test_ids_are_dotted_words():
    # a part may be a code of the data or of a currency
    assert [i for i in map(name, ENGLISH) if not re.fullmatch(r"[a-z_]+(\.[a-zA-Z0-9_+-]+)+", i)] == []


def test_nothing_is_empty_or_doubtful():
    assert broken(lambda language, id_, text: not text.strip() or text != text.strip()) == []
    assert [id_ for message in (ENGLISH, VIETNAMESE) for id_, m in message.items() if m.fuzzy] == []


def test_every_form_is_known():
    def unknown(language, id_, text):
        return any(form and form not in FORMS for _, form in placeholders(text))

    assert broken(unknown) == []


def test_both_languages_use_the_same_values():
    differing = [
        id_
        for id_, message in ENGLISH.items()
        if id_ in VIETNAMESE
        and {n for text in flat(message) for n, _ in placeholders(text)}
        != {n for text in flat(VIETNAMESE[id_]) for n, _ in placeholders(text)}
    ]
    assert [id_ for id_ in differing if not str(id_).startswith(("number.quarter", "number.rank"))] == []


def test_plurals_ask_for_n_or_are_units():
    plural = [(id_, m) for id_, m in ENGLISH.items() if not isinstance(id_, str)]
    assert plural
    assert [
        id_
        for id_, m in plural
        if not name(id_).startswith("number.") and "n" not in {n for t in flat(m) for n, _ in placeholders(t)}
    ] == []
    assert all(len(flat(m)) == 2 for _, m in plural)
    assert all(len(flat(m)) == 1 for m in VIETNAMESE.values())


def test_no_ascii_minus_before_a_digit():
    assert broken(lambda language, id_, text: re.search(r"(?<![\w-])-[\d{]", text)) == []


def test_vietnamese_has_a_decimal_comma():
    assert broken(lambda language, id_, text: language == "vi" and re.search(r"\d\.\d(?!\d\d)", text)) == []


CAUSAL = {
    "en": r"\b(drives?|driven by|drove|leads? to|led to|causes?|caused|thanks to|results? in|impacts?)\b",
    "vi": r"\b(dẫn đến|dẫn tới|nhờ|khiến|gây ra|làm cho|tác động đến)\b",
}


def test_no_sentence_claims_a_cause():
    assert broken(lambda language, id_, text: re.search(CAUSAL[language], text, re.IGNORECASE)) == []


LEFT_IN_ENGLISH = re.compile(
    r"\b(churn\w*|detractors?|promoters?|passives?|touchpoints?|journey|retention|hazard|survival|cohorts?|tenure|"
    r"payback|placebo|holdout|driver|theme|codebook|verbatim|baseline|forecast|report|dashboard|customers?|p-value)\b",
    re.IGNORECASE,
)


def test_vietnamese_uses_the_vietnamese_terms():
    assert (
        broken(lambda language, id_, text: language == "vi" and LEFT_IN_ENGLISH.search(re.sub(r"{.*?}", "", text)))
        == []
    )


def test_no_sentence_speaks_the_language_of_statistics():
    words = r"statistically|p-value|p ?<|coefficient|có ý nghĩa thống kê|hệ số hồi quy"
    assert broken(lambda language, id_, text: re.search(words, text, re.IGNORECASE)) == []


def test_vietnamese_does_not_address_the_reader():
    assert (
        broken(lambda language, id_, text: language == "vi" and re.search(r"\bbạn\b(?! bè)", text, re.IGNORECASE))
        == []
    )


def test_each_glossary_term_has_a_meaning():
    names = {id_.rsplit(".", 1)[0] for id_ in map(name, ENGLISH) if id_.startswith("glossary.")}
    assert len(names) >= 60
    assert [n for n in sorted(names) if {f"{n}.name", f"{n}.meaning"} - set(map(name, ENGLISH))] == []


@pytest.mark.parametrize(
    "family", ["page", "term", "verdict", "step", "cause", "reason", "axis", "sure", "number"]
)
def test_the_families_every_page_needs_are_there(family):
    assert any(name(id_).startswith(f"{family}.") for id_ in ENGLISH)
