"""What every command is made with: common options, and errors in words."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer

from cxlab.errors import CxlabError

P = ParamSpec("P")

StudyOption = Annotated[
    Path | None,
    typer.Option(
        "--study", readable=False, help="The study file or its folder; otherwise CXLAB_STUDY or the nearest."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one line of JSON last.")]


def in_words(command: Callable[P, None]) -> Callable[P, None]:
    """Print errors as words, without a traceback, and end with their exit code."""

    @functools.wraps(command)
    def careful(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except CxlabError as error:
            complain(str(error), error)
            raise typer.Exit(error.exit_code) from None
        except PermissionError as error:
            complain(f"not allowed to read or write {error.filename}", error)
            raise typer.Exit(69) from None
        except KeyboardInterrupt as error:
            complain("stopped", error)
            raise typer.Exit(130) from None
        except Exception as error:
            if os.environ.get("CXLAB_DEBUG"):
                raise
            complain(f"unexpected {type(error).__name__}: {error}; CXLAB_DEBUG=1 shows where it came from", error)
            raise typer.Exit(1) from None

    return careful


def listed(text: str) -> tuple[str, ...]:
    """Return the words between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def say(line: str) -> None:
    """Tell a person something; what programs read goes to standard output."""
    typer.echo(line, err=True)


def complain(text: str, error: BaseException) -> None:
    """Tell what went wrong, with the notes the error collected on its way."""
    say("\n".join([f"cxlab: {text}", *(f"  {note}" for note in getattr(error, "__notes__", ()))]))
