"""Numbers and messages to words, in English and Vietnamese: the only place that rounds.

The catalogues ``locale/en.po`` and ``locale/vi.po`` map the id of a message to a sentence whose placeholders
name a value and its form, ``"{left:share_ci} of {plan:label} customers"``. A form is

- a unit: ``share``, ``points`` (difference of shares), ``nps``, ``nps_part`` (one decimal: parts of a change),
  ``score`` (a mean on a scale), ``count``, ``amount``, ``ratio``, ``months``, ``days``, ``probability``,
  ``agreement`` (of coders); with an `Estimate` the unit is known and ``value`` will do;
- optionally with a style, or a style alone where an `Estimate` brings the unit: ``ci`` (value and interval),
  ``range`` (the ends, as in brackets after the value), ``span`` (the ends with their unit), ``change`` (with
  its direction), ``size`` (without direction), ``short`` (for tables and figures, no currency), ``digits``
  (no unit at all), ``each`` (an amount of one customer);
- or ``rank`` (of a whole number), ``quarter``, ``quarter_short``, ``date``, ``date_short``, ``month``, ``label``,
  ``list``, ``text``.

The words around numbers (``number.*``) are messages too. What is never broken over two lines is held together
by non-breaking spaces; the output is plain text and has to be escaped where it becomes a page.
"""

from cxlab.wording.catalogue import LANGUAGES, family
from cxlab.wording.forms import FORMS
from cxlab.wording.sentences import Labels, Wording

__all__ = ["FORMS", "LANGUAGES", "Labels", "Wording", "family"]
