"""Loaded into the kernel of a run: what has to come out of it comes out.

A notebook's error leaves the kernel as a name and a text, and ``DataError`` may be anybody's. So errors of cxlab
also leave as data, and the run ends with their exit code and their own words; so do those of the engine that
mean memory or disk did not suffice. And text that is no valid Unicode
(half a character, from a file cut off) would lose a whole cell's output in silence: the half becomes ``?``.
"""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, TypeAlias

from cxlab.errors import CxlabError
from cxlab.tables.limits import LIMITED, limit_of

ERROR_DATA = "application/vnd.cxlab.error+json"
Shell: TypeAlias = Any  # IPython's interactive shell


def load_ipython_extension(shell: Shell) -> None:
    """Prepare the kernel; IPython calls this for ``--ext=cxlab.run.inside``."""
    shell.set_custom_exc((CxlabError, *LIMITED), _send)
    usual = shell.kernel.session.pack

    def pack(content: object) -> bytes:
        try:
            packed: bytes = usual(content)
        except UnicodeEncodeError:
            packed = json.dumps(content, default=str, ensure_ascii=False).encode("utf-8", "replace")
        return packed

    shell.kernel.session.pack = pack


def _send(
    shell: Shell,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    known = error if isinstance(error, CxlabError) else limit_of(error)
    if known is not None:
        said = {"message": known.message, "problems": list(known.problems), "see": known.see}
        said["kind"] = type(known).__name__
        shell.display_pub.publish(data={ERROR_DATA: said, "text/plain": str(known)})
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
