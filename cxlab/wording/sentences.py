"""Messages to sentences in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from numbers import Integral, Real
from string import Formatter
from typing import Any

from babel.core import Locale
from babel.dates import format_date
from babel.numbers import get_decimal_symbol

from cxlab.finding import Estimate, Label, Message
from cxlab.quarter import Quarter
from cxlab.wording.catalogue import catalogue, knows, pattern
from cxlab.wording.forms import FORMS, unit_and_style, usual_form
from cxlab.wording.quantity import MINUS, NBSP, Quantity

Labels = Mapping[str, Mapping[str, Mapping[str, str]]]
"""``labels[of][code][language]``, as in study.toml."""

_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    r"""What a study says in one language.

    Parameters
    ----------
    language : {"en", "vi"}
        Language of the words.
    labels : mapping
        ``labels[of][code][language]``, as in study.toml.
    currency : str
        ISO 4217 code; amounts are in its minor unit.

    Examples
    --------
    >>> left = Estimate(value=0.088, low=0.083, high=0.094, unit="share")
    >>> Wording("en").number(left, "ci"), Wording("vi").number(left, "ci")
    ('8.8% (8.3\xa0to\xa09.4)', '8,8% (8,3\xa0đến\xa09,4)')
    """

    language: str
    labels: Labels = field(default_factory=dict)
    currency: str = "VND"

    def __post_init__(self) -> None:
        catalogue(self.language)

    def say(self, message: Message) -> str:
        """Write a message as a sentence.

        Raises
        ------
        KeyError
            If the catalogue has no such message, or the message lacks a value the sentence needs.
        ValueError
            If a form does not suit its value.
        """
        return self.text(message.id, **message.values)

    def text(self, id: str, /, **values: object) -> str:  # noqa: A002
        """Write the message ``id`` with these values; ``n`` chooses between singular and plural."""
        n = values.get("n")
        words = pattern(self.language, id, one=(n.value if isinstance(n, Estimate) else n) == 1)
        written = _Sentence(self, id).vformat(words, (), values)
        return written[:1].upper() + written[1:] if _begins_with_our_words(words) else written

    def knows(self, id: str, /) -> bool:  # noqa: A002
        """Whether the catalogue has a message of this id."""
        return knows(self.language, id)

    def label(self, label: Label) -> str:
        """Name a code: as the study does, else the catalogue, else the other language, else by the code itself."""
        names = self.labels.get(label.of, {}).get(label.code, {})
        if self.language in names:
            return names[self.language]
        if self.knows(f"{label.of}.{label.code}"):
            return pattern(self.language, f"{label.of}.{label.code}")
        if not label.code:
            return pattern(self.language, "term.not_known")
        return next(iter(names.values()), label.code.replace("_", " "))

    def number(self, value: object, form: str) -> str:
        """Write one value in one of the `FORMS`.

        Raises
        ------
        ValueError
            If there is no such form, or it does not suit the value.
        """
        if form not in FORMS:
            raise ValueError(f"no form {form!r}; the forms are {', '.join(sorted(FORMS))}")
        match value, form:
            case str(), "text":
                return value
            case Label(), "label" | "text":
                return self.label(value)
            case tuple() | list(), "list":
                return self._listed([self.number(item, "text") for item in value])
            case Quarter(), "quarter" | "quarter_short":
                return self._quarter(value, form)
            case date(), "date" | "date_short" | "month":
                shape = pattern(self.language, f"number.{form}")
                return format_date(value, format=shape, locale=self.language).replace(" ", NBSP)
            case bool(), _:
                pass
            case Integral(), "rank":
                return self._rank(int(value))
            case Estimate() | Real(), _:
                quantity = value if isinstance(value, Estimate) else float(value)
                unit, style = unit_and_style(quantity, form)
                written = Quantity.of(quantity, unit=unit, language=self.language, currency=self.currency)
                return written.written(style)
        raise ValueError(f"the form {form!r} cannot write {value!r}")

    def digits(self, text: str) -> str:
        """Write digits as they are printed elsewhere, none added and none rounded: only the marks are ours.

        >>> Wording("vi").digits("-729.2301214")
        '−729,2301214'
        """
        return text.replace(".", get_decimal_symbol(self.language)).replace("-", MINUS)

    def _listed(self, words: Sequence[str]) -> str:
        if len(words) < 2:
            return "".join(words)
        between = "; " if any(", " in word for word in words) else ", "
        return pattern(self.language, "number.list").format(first=between.join(words[:-1]), last=words[-1])

    def _rank(self, place: int) -> str:
        shape = pattern(self.language, f"number.rank.{Locale(self.language).ordinal_form(place)}")
        return shape.replace(" ", NBSP).format(number=place)

    def _quarter(self, quarter: Quarter, form: str) -> str:
        if quarter.interim:
            return self._three_months(quarter, form)
        shape = pattern(self.language, f"number.{form}").replace(" ", NBSP)
        return shape.format(number=quarter.number, roman=_ROMAN[quarter.number - 1], year=quarter.year)

    def _three_months(self, quarter: Quarter, form: str) -> str:
        """Write the first and the last month; both years where there are two."""
        across = "_across" if quarter.start.year != quarter.last_month.year else ""
        shape = pattern(
            self.language, "number.interim_short" if form == "quarter_short" else f"number.interim{across}"
        )
        month = pattern(self.language, "number.interim_month")
        first, last = (
            format_date(day, format=month, locale=self.language) for day in (quarter.start, quarter.last_month)
        )
        years = {"first_year": quarter.start.year, "last_year": quarter.last_month.year}
        return shape.replace(" ", NBSP).format(first=first, last=last, year=quarter.last_month.year, **years)


class _Sentence(Formatter):
    """Fills the placeholders of one message; they hold a name and a form, nothing that reaches into a value."""

    def __init__(self, wording: Wording, id: str) -> None:  # noqa: A002
        self.wording, self.id = wording, id

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if field_name not in kwargs:
            given = ", ".join(kwargs) or "none"
            raise KeyError(f"the message {self.id!r} needs a value {field_name!r}; it was given {given}")
        return kwargs[field_name], field_name

    def format_field(self, value: object, format_spec: str) -> str:
        try:
            return self.wording.number(value, format_spec or usual_form(value))
        except ValueError as error:
            raise ValueError(f"message {self.id!r}: {error}") from None


def _begins_with_our_words(words: str) -> bool:
    """Whether a sentence begins with a number or a date, which may take a capital; a name is left as it is."""
    form = words.partition("}")[0].rpartition(":")[2]
    return words.startswith("{") and form in FORMS - {"label", "text", "list"}
