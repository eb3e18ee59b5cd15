"""What a validator found, in plain words: where, what was needed, what came."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_KINDS = {
    **dict.fromkeys(("date_parsing", "date_type", "date_from_datetime_parsing"), "a date such as 2024-01-01"),
    **dict.fromkeys(("float_parsing", "float_type"), "a number"),
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float"), "a whole number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    "string_type": "text in quotes",
}


def from_pydantic(
    error: ValidationError, *, model: type[BaseModel], patterns: Mapping[str, str] | None = None
) -> list[str]:
    """Return one line per problem, each beginning with its dotted path; ``patterns`` says what text looks like."""
    return [_line(found, model, patterns or {}) for found in error.errors()]


def did_you_mean(word: str, *, among: Iterable[str]) -> str:
    """Return ``"; did you mean 'plan'?"``, or nothing when no word is near.

    >>> did_you_mean("pln", among=["plan", "region"])
    "; did you mean 'plan'?"
    """
    near = difflib.get_close_matches(word, list(among), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _line(found: Any, model: type[BaseModel], patterns: Mapping[str, str]) -> str:  # noqa: ANN401  (pydantic's own record)
    steps = [str(step) for step in found["loc"] if not str(step).startswith("=")]
    path = ".".join(steps) or "the file"
    came = found.get("input")
    match found["type"]:
        case "extra_forbidden":
            return f"{path}: no such setting{did_you_mean(steps[-1], among=_settings(model, found['loc'][:-1]))}"
        case "missing":
            return f"{path}: needed, and not there"
        case "value_error":
            return f"{path}: {found['ctx']['error']}"
        case "literal_error":
            return f"{path}: needs {found['ctx']['expected']}; got {came!r}"
        case "string_pattern_mismatch" if found["ctx"]["pattern"] in patterns:
            return f"{path}: needs {patterns[found['ctx']['pattern']]}; got {came!r}"
        case kind if kind in _KINDS:
            return f"{path}: needs {_KINDS[kind]}; got {came!r}"
        case _:
            words = found["msg"].replace("Input should be", "needs to be").replace("String should", "needs to")
            return f"{path}: {words}; got {came!r}"


def _settings(model: type[BaseModel], steps: Iterable[str | int]) -> list[str]:
    """Names allowed at a path; a step into a mapping or a union stays where it is."""
    here = model
    for step in steps:
        field = next((f for name, f in here.model_fields.items() if step in (name, f.alias)), None)
        inner = _models(field.annotation) if field else []
        here = inner[0] if inner else here
    return [field.alias or name for name, field in here.model_fields.items()]


def _models(kind: Any) -> list[type[BaseModel]]:  # noqa: ANN401  (any annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for inner in get_args(kind) for model in _models(inner)]
