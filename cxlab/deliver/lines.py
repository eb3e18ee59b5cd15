"""Words of others as one harmless line: for headers, logs and records."""

from __future__ import annotations

import re

from cxlab.report.clean import plain

LONGEST_LINE, LONGEST_REASON = 150, 600
"""Characters."""


def one_line(text: str, *, longest: int = LONGEST_LINE) -> str:
    r"""Return text as one line of a header: no control characters, no line breaks, not too long.

    >>> one_line("Q3\r\nBcc: x@example.org\x00")
    'Q3 Bcc: x@example.org'
    """
    words = re.sub(r"\s+", " ", plain(text)).strip()
    return words if len(words) <= longest else f"{words[: longest - 1].rstrip()}…"


def reason_of(error: BaseException) -> str:
    """Return what an error says, in one line; its kind where it says nothing.

    >>> reason_of(ConnectionRefusedError(111, "Connection refused")), reason_of(TimeoutError())
    ('Connection refused', 'TimeoutError')
    """
    said = str(getattr(error, "strerror", None) or error or "")
    return one_line(said, longest=LONGEST_REASON) or type(error).__name__
