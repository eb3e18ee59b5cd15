"""Loaded into the kernel of a run: lets an error that has a meaning travel out with its meaning.

A notebook's error leaves the kernel as a name and a text, and ``DataError`` may be anybody's. So errors of cxlab
also leave as data, and the run ends with their exit code and their own words.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any, TypeAlias

from cxlab.errors import CxlabError

ERROR_DATA = "application/vnd.cxlab.error+json"
Shell: TypeAlias = Any  # IPython's interactive shell


def load_ipython_extension(shell: Shell) -> None:
    """Send errors of cxlab out as data; IPython calls this for ``--ext=cxlab.run.inside``."""
    shell.set_custom_exc((CxlabError,), _send)


def _send(
    shell: Shell,
    kind: type[CxlabError],
    error: CxlabError,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    said = {"kind": kind.__name__, "message": error.message, "problems": list(error.problems)}
    shell.display_pub.publish(data={ERROR_DATA: said, "text/plain": str(error)})
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
