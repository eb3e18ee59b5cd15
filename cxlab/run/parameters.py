"""What a notebook may be told: its parameters cell, and the values people give, checked before anything starts.

A parameter is declared once, typed and commented, in the notebook's parameters cell::

    horizon_months: int = 12  # how far the retention curve looks, months
"""

from __future__ import annotations

import ast
import difflib
import io
import math
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cxlab.errors import UsageError

Value: TypeAlias = str | int | float | bool | None
GIVEN = ("quarter", "as_of")
"""Parameters the command itself sets; never by ``--set``."""

_KINDS = {"int": int, "float": float, "str": str, "bool": bool, "None": type(None)}
_INT = re.compile(r"[+-]?(0|[1-9][0-9]*(_[0-9]{3})*|[1-9][0-9]{0,2}(_[0-9]{3})+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One line of a parameters cell.

    Parameters
    ----------
    name : str
        A Python name.
    annotation : str
        As written: ``int``, ``float | None``, ``Literal["en", "vi"]``.
    kinds : tuple of type
        Types a value may have.
    choices : tuple of Value
        Values a ``Literal`` names.
    default : Value
        The value where nothing else is said.
    comment : str
        What it means, from the same line or the line above.
    """

    name: str
    annotation: str
    kinds: tuple[type, ...]
    choices: tuple[Value, ...]
    default: Value
    comment: str

    def accepts(self, value: Value) -> bool:
        """Return whether a value has one of the declared types or is one of the choices."""
        if any(value == choice and type(value) is type(choice) for choice in self.choices):
            return True
        return type(value) in self.kinds or (type(value) is int and float in self.kinds)

    def parse(self, text: str) -> Value:
        """Read a value a person typed, strictly.

        >>> months = read_parameters("months: int = 12  # how far", notebook="churn.ipynb")[0]
        >>> months.parse("24")
        24

        Raises
        ------
        ValueError
            If the text does not fit the annotation.
        """
        for choice in self.choices:
            if text == str(choice):
                return choice
        if type(None) in self.kinds and text == "None":
            return None
        if bool in self.kinds and text in ("true", "false", "True", "False"):
            return text in ("true", "True")
        if int in self.kinds and _INT.fullmatch(text):
            return int(text)
        if float in self.kinds and (number := _float(text)) is not None:
            return number
        if str in self.kinds and text.isprintable():
            return text
        raise ValueError(f"needs {self.annotation}; got {text!r}")


def read_parameters(source: str, *, notebook: str) -> tuple[Parameter, ...]:
    """Read a parameters cell.

    Parameters
    ----------
    source : str
        The cell's code: lines ``name: type = value  # what it means``.
    notebook : str
        Its name, for the error.

    Raises
    ------
    UsageError
        With every line that is not typed, not commented or of a wrong type.
    """
    try:
        body = ast.parse(source).body
    except SyntaxError as error:
        raise UsageError(f"the parameters cell of {notebook} is no Python: {error}") from error
    comments, parameters, problems = _comments(source), [], []
    for node in body:
        where = f"{notebook}, parameters cell, line {node.lineno}"
        try:
            if not _is_import(node):
                parameters.append(_parameter(node, comments))
        except ValueError as error:
            problems.append(f"{where}: {error}")
    names = [parameter.name for parameter in parameters]
    problems += [
        f"{notebook}: {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        raise UsageError(f"the parameters cell of {notebook} cannot be used", problems)
    return tuple(parameters)


def choose(
    declared: Mapping[str, Sequence[Parameter]], *, sets: Sequence[str], only: Sequence[str] = ()
) -> dict[str, dict[str, Value]]:
    """Read ``--set`` values against what the notebooks declare.

    Parameters
    ----------
    declared : mapping of str to Parameters
        By step.
    sets : sequence of str
        ``"churn.horizon_months=24"`` each.
    only : sequence of str
        The steps that will run; empty means all.

    Returns
    -------
    dict
        Values by step and name; only what was set.

    Raises
    ------
    UsageError
        With every unknown name and every value that does not fit, all at once.
    """
    chosen: dict[str, dict[str, Value]] = {}
    problems = [_unknown("step", name, declared) for name in only if name not in declared]
    for given in sets:
        try:
            step, name, value = _read_set(given, declared)
            if only and step not in only:
                raise ValueError(f"{given}: {step} is not among the steps of --only")
            if name in chosen.get(step, {}):
                raise ValueError(f"{step}.{name} is set twice")
            chosen.setdefault(step, {})[name] = value
        except ValueError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("the run was not started; nothing has changed", problems)
    return chosen


def _read_set(given: str, declared: Mapping[str, Sequence[Parameter]]) -> tuple[str, str, Value]:
    match = re.fullmatch(r"([^.=]+)\.([^.=]+)=(.*)", given, flags=re.DOTALL)
    if match is None:
        raise ValueError(f"--set looks like churn.horizon_months=24; got {given!r}")
    step, name, text = match.groups()
    if step not in declared:
        raise ValueError(_unknown("step", step, declared))
    if name in GIVEN:
        raise ValueError(f"{step}.{name} is set by the command itself (`cxlab run 2026Q3 --as-of 2026-10-15`)")
    parameters = {parameter.name: parameter for parameter in declared[step] if parameter.name not in GIVEN}
    if name not in parameters:
        raise ValueError(_unknown(f"parameter of {step}", name, parameters))
    try:
        return step, name, parameters[name].parse(text)
    except ValueError as error:
        raise ValueError(f"{step}.{name} {error}") from None


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
    return f"unknown {what} {name!r}; {hint}"


def _parameter(node: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name) or node.value is None:
        raise ValueError("needs the form `name: type = value  # what it means`")
    name, annotation = node.target.id, ast.unparse(node.annotation)
    kinds, choices = _allowed(node.annotation)
    try:
        default = ast.literal_eval(node.value)
    except ValueError:
        raise ValueError(f"{name} needs a plain value; got `{ast.unparse(node.value)}`") from None
    comment = comments.get(node.end_lineno or node.lineno) or comments.get(-node.lineno + 1, "")
    if not comment:
        raise ValueError(f"{name} needs a comment that says what it means")
    parameter = Parameter(
        name=name, annotation=annotation, kinds=kinds, choices=choices, default=default, comment=comment
    )
    if not parameter.accepts(default):
        raise ValueError(f"{name} needs {annotation}; got {default!r}")
    return parameter


def _allowed(annotation: ast.expr) -> tuple[tuple[type, ...], tuple[Value, ...]]:
    """Return the types and the choices of an annotation."""
    match annotation:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            (kinds, choices), (more_kinds, more_choices) = _allowed(left), _allowed(right)
            return kinds + more_kinds, choices + more_choices
        case ast.Name(id=name) if name in _KINDS:
            return (_KINDS[name],), ()
        case ast.Constant(value=None):
            return (type(None),), ()
        case ast.Subscript(value=ast.Name(id="Literal"), slice=inner):
            choices = ast.literal_eval(inner)
            return (), choices if isinstance(choices, tuple) else (choices,)
    known = "int, float, str, bool, None, Literal[...] and `|` between them"
    raise ValueError(f"`{ast.unparse(annotation)}` is no type a parameter may have: {known}")


def _comments(source: str) -> dict[int, str]:
    """Comments by line; a comment alone on its line is filed under minus its line number."""
    found = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            alone = not token.line[: token.start[1]].strip()
            found[-token.start[0] if alone else token.start[0]] = token.string.lstrip("# ").strip()
    return found


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "typing"


def _float(text: str) -> float | None:
    if re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text) is None:
        return None
    return float(text) if math.isfinite(float(text)) else None
