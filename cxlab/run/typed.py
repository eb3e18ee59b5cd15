"""Words a person types that come to stand on pages: who approves, and why a report takes another's place."""

from __future__ import annotations

import unicodedata

from cxlab.errors import UsageError

LONGEST_ROLE, LONGEST_REASON = 80, 300
"""Characters."""

NO_ROLE = "auto_publish"
"""What a manifest says where the study file approved; nobody is called that."""


def role_of(approved_by: str) -> str:
    """Return a role as it may stand on a page.

    Raises
    ------
    UsageError
        If it is empty, too long, or the word for nobody.
    """
    role = one_line(approved_by, name="--approved-by", longest=LONGEST_ROLE)
    if role == NO_ROLE:
        raise UsageError(f"--approved-by names a role; {NO_ROLE!r} is what stands where nobody approved")
    return role


def reason_of(because: str | None) -> str | None:
    """Return a reason as it may stand on a page; None if none was given.

    Raises
    ------
    UsageError
        If it is empty or too long.
    """
    return None if because is None else one_line(because, name="--because", longest=LONGEST_REASON)


def one_line(text: str, *, name: str, longest: int) -> str:
    r"""Return a text somebody typed as one line of what can be seen.

    >>> one_line("a\u202eb\n c\x1b", name="--because", longest=9)
    'a b c'

    Raises
    ------
    UsageError
        If nothing is left or it is too long.
    """
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in text)
    line = " ".join(unicodedata.normalize("NFC", seen).split())
    if not line:
        raise UsageError(f"{name} needs words; got {text!r}")
    if len(line) > longest:
        raise UsageError(f"{name} has at most {longest} characters; got {len(line)}")
    return line
