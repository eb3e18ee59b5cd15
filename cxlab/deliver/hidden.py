"""Secrets: read from the environment when they are needed, and never told."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from cxlab.deliver.outcome import Undelivered
from cxlab.redact import redact

MARK = "[secret]"


def secret(variable: str) -> str:
    """Return what an environment variable holds.

    Raises
    ------
    Undelivered
        If it is not set, or empty.
    """
    held = os.environ.get(variable, "")
    if not held:
        raise Undelivered(f"the environment variable {variable} is not set", passing=False)
    return held


def hidden(text: str, *, variables: Iterable[str]) -> str:
    """Return text without the secrets that these variables hold, in any usual spelling, and without addresses.

    >>> os.environ["CXLAB_EXAMPLE"] = "hush"
    >>> hidden("535 no: hush, aHVzaA==, ann@example.org", variables=["CXLAB_EXAMPLE"])
    '535 no: [secret], [secret], [email]'
    """
    held = {os.environ.get(variable, "") for variable in variables} - {""}
    for spelled in sorted({form for one in held for form in _spellings(one)}, key=len, reverse=True):
        text = text.replace(spelled, MARK)
    return redact(text)[0]


def _spellings(held: str) -> set[str]:
    raw = held.encode()
    in_64 = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    return {held, repr(held)[1:-1], quote(held), quote(held, safe=""), quote_plus(held), *in_64}
