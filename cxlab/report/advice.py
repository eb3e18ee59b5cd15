"""Errors in a notebook that read like advice: what was needed, what came, where to look; no wall of calls."""

from __future__ import annotations

import linecache
import os
import sys
import traceback
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal

from markupsafe import Markup

from cxlab.errors import CxlabError
from cxlab.report.clean import plain

ADVISED = (CxlabError, ValueError, TypeError)
"""Kinds of errors that are looked at; of the last two only those that cxlab raised or a parameter explains."""

_BOX = Markup(
    '<div role="alert" style="border-left:4px solid #b0441b;padding:6px 14px;margin:4px 0;max-width:60em">'
    "<p style='margin:4px 0'><b>{message}</b></p>{problems}{read}"
    "<p style='margin:4px 0;opacity:.75'>{place}Nothing was recorded or changed. "
    "<code>%tb</code> in a new cell shows every call.</p></div>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a person reads instead of a traceback.

    Parameters
    ----------
    message : str
        What is wrong, in one sentence.
    problems : tuple of str
        Every single problem.
    see : str or None
        Where to read more.
    place : str
        The line of the cell that asked for it, as ``line 3: study = open_study(quarter)``; ``""`` where unknown.
    """

    message: str
    problems: tuple[str, ...]
    see: str | None
    place: str

    @property
    def html(self) -> str:
        """The advice as a box."""
        items = Markup("").join(Markup("<li>{}</li>").format(plain(problem)) for problem in self.problems)
        read = Markup("<p style='margin:4px 0'>Read <code>{}</code></p>").format(plain(self.see or ""))
        where = Markup("<code>{}</code><br>").format(plain(self.place))
        return str(
            _BOX.format(
                message=plain(self.message),
                problems=Markup("<ul style='margin:4px 0'>{}</ul>").format(items) if items else "",
                read=read if self.see else "",
                place=where if self.place else "",
            )
        )

    @property
    def text(self) -> str:
        """The advice as lines."""
        lines = [self.message, *(f"  - {problem}" for problem in self.problems)]
        lines += [f"  Read {self.see}"] if self.see else []
        return plain("\n".join([*lines, *([f"  {self.place}"] if self.place else [])]))


def advise() -> None:
    """Show cxlab's errors as advice from now on, in a notebook run by hand; elsewhere do nothing.

    In a run, errors go to the run instead (`cxlab.run.inside`).
    """
    if "IPython" not in sys.modules or os.environ.get("CXLAB_RUN"):
        return
    from IPython.core.getipython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        shell.set_custom_exc(ADVISED, _show)


def _show(
    shell: Any,  # noqa: ANN401  (IPython's interactive shell)
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    advice = advice_on(error, trace, notebook=shell.user_ns)
    if advice is None:
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace  # what %tb shows
    shell.display_pub.publish(data={"text/html": advice.html, "text/plain": advice.text})


def advice_on(error: BaseException, trace: TracebackType | None, *, notebook: Mapping[str, Any]) -> Advice | None:
    """Return what to say of an error; None where it is nobody's advice to give.

    Parameters
    ----------
    error : BaseException
        What was raised.
    trace : traceback
        Where.
    notebook : mapping
        The notebook's names: its parameters are those of them that were declared with a type.
    """
    place = _place(trace, notebook)
    wrong = tuple(_misfits(notebook))
    if wrong:
        return Advice(message="A parameter of this notebook does not fit", problems=wrong, see=None, place=place)
    if isinstance(error, CxlabError):
        return Advice(message=error.message, problems=error.problems, see=error.see, place=place)
    if isinstance(error, ValueError) and _raised_by_us(trace):
        return Advice(message=str(error), problems=(), see=None, place=place)
    return None


def _misfits(notebook: Mapping[str, Any]) -> Iterator[str]:
    for name, declared in notebook.get("__annotations__", {}).items():
        if name in notebook and not _fits(notebook[name], declared):
            yield f"{name} needs {_written(declared)}; got {notebook[name]!r}"


def _fits(value: object, declared: Any) -> bool:  # noqa: ANN401
    """Whether a value has a declared type; True where the declaration is none a parameter has."""
    if typing.get_origin(declared) is Literal:
        return value in typing.get_args(declared)
    if parts := typing.get_args(declared):
        return any(_fits(value, part) for part in parts)
    if not isinstance(declared, type):
        return True
    return type(value) is declared or (declared is float and type(value) is int)


def _written(declared: Any) -> str:  # noqa: ANN401
    return declared.__name__ if isinstance(declared, type) else str(declared).replace("typing.", "")


def _raised_by_us(trace: TracebackType | None) -> bool:
    last = next(reversed(list(traceback.walk_tb(trace))), None)
    return last is not None and str(last[0].f_globals.get("__name__", "")).startswith("cxlab.")


def _place(trace: TracebackType | None, notebook: Mapping[str, Any]) -> str:
    """Find the line of the cell from which the call came."""
    for frame, number in traceback.walk_tb(trace):
        if frame.f_globals is notebook:
            return f"line {number}: {linecache.getline(frame.f_code.co_filename, number).strip()}"
    return ""
