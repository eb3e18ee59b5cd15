"""SQL that turns what a source wrote into the type the contract wants, or NULL where it cannot."""

from __future__ import annotations

from collections.abc import Mapping

from cxlab.tables.config import File
from cxlab.tables.engine import quote
from cxlab.tables.schema import Column

OTHER_MINOR: Mapping[int, frozenset[str]] = {
    0: frozenset(
        {"VND", "JPY", "KRW", "CLP", "ISK", "PYG", "UGX", "XAF", "XOF", "RWF", "VUV", "KMF", "DJF", "GNF"}
    ),
    3: frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}),
}
"""Currencies whose minor unit has another number of digits than two."""

_WHOLE = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
_DIGITS = 30
"""More than an amount has, and few enough to be multiplied: the engine ends a load where a number outgrows 38."""

_BLANKS = r"^[\x00-\x20\x{85}\pZ]+|[\x00-\x20\x{85}\pZ]+$"
_PLAIN_MOMENT = r"[-\d]\d{3}-\d\d-\d\d([ T]\d\d:\d\d:\d\d)?"
_HOUR = r"\d{4}-\d\d-\d\d[ T]\d\d"
_CLOCK = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f")
_ORDERS = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y", "ymd": "%Y{0}%m{0}%d"}

ENGINE_TYPES: Mapping[str, str] = {
    "id": "VARCHAR",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "amount": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
}


def minor_digits(currency: str) -> int:
    """Return how many digits the minor unit of a currency has.

    >>> minor_digits("VND"), minor_digits("USD")
    (0, 2)
    """
    return next((digits for digits, codes in OTHER_MINOR.items() if currency in codes), 2)


def cast(raw: str, *, column: Column, engine_type: str, file: File, currency: str) -> str:
    """Return SQL of the contract's type for SQL of a raw value of an engine type."""
    text = engine_type == "VARCHAR"
    if always_fits(column, engine_type=engine_type, file=file) and not text:
        return f"CAST({raw} AS {ENGINE_TYPES[column.type]})"
    match column.type:
        case "text":
            return _no_error(f"CAST({raw} AS VARCHAR)", file=file)
        case "id" | "code":
            return _no_error(_as_id(raw, column=column, engine_type=engine_type), file=file)
        case "date" | "timestamp":
            moment = _moment(raw, file=file) if text else "NULL"
            return f"CAST({moment} AS {ENGINE_TYPES[column.type]})"
        case "integer" | "amount":
            number = f"TRY_CAST({_number(raw, decimal=file.decimal) if text else raw} AS DECIMAL({_DIGITS}, 6))"
            major = column.type == "amount" and file.money == "major"
            if major:
                number = f"round_even({number} * {10 ** minor_digits(currency)}, 0)"
            exact = f"WHEN {number} = trunc({number}) THEN TRY_CAST({number} AS BIGINT)"
            if not text or major:
                return f"CASE {exact} END"
            # digits alone, as most files write them, need no decimals to be read
            plain = f"regexp_full_match({raw}, '[+-]?[0-9]{{1,18}}')"
            return f"CASE WHEN {plain} THEN CAST({raw} AS BIGINT) {exact} END"
        case "real":
            number = f"TRY_CAST({_number(raw, decimal=file.decimal) if text else raw} AS DOUBLE)"
            return f"CASE WHEN isfinite({number}) THEN {number} END"
        case "flag":
            return f"TRY_CAST({f'trim({raw})' if text else raw} AS BOOLEAN)"


def always_fits(column: Column, *, engine_type: str, file: File) -> bool:
    """Say whether every value of an engine type can be read as the contract's type."""
    match column.type:
        case "id" | "code" | "text":
            return engine_type == "VARCHAR" and file.kind != "excel"
        case "integer":
            return engine_type in _WHOLE
        case "amount":
            return engine_type in _WHOLE and file.money == "minor"
        case "date" | "timestamp":
            return engine_type == "DATE" or engine_type.startswith("TIMESTAMP")
        case "flag":
            return engine_type == "BOOLEAN"
        case _:
            return False


def _no_error(sql: str, *, file: File) -> str:
    """Error cells of a sheet are no text."""
    if file.kind != "excel":
        return sql
    return f"CASE WHEN NOT regexp_matches({sql}, '^#(DIV/0!|N/A|NAME\\?|NULL!|NUM!|REF!|VALUE!)$') THEN {sql} END"


def _as_id(raw: str, *, column: Column, engine_type: str) -> str:
    if engine_type == "VARCHAR":
        # to look for blanks is far cheaper than to trim where there are none; beyond ASCII there are other blanks
        blank = f"{raw} < '!' OR {raw}[-1] < '!' OR strlen({raw}) <> length({raw})"
        trimmed = f"nullif(regexp_replace({raw}, {quote(_BLANKS)}, '', 'g'), '')"
        if column.type == "code" and not column.codes:
            # evidence quotes open codes in what it asks the engine, and no quote holds the sign NUL
            blank, trimmed = f"{blank} OR contains({raw}, chr(0))", f"replace({trimmed}, chr(0), '')"
        return f"CASE WHEN {blank} THEN {trimmed} ELSE {raw} END"
    if engine_type in ("DOUBLE", "FLOAT"):
        whole = f"TRY_CAST(TRY_CAST({raw} AS BIGINT) AS VARCHAR)"
        return f"CASE WHEN {raw} = trunc({raw}) THEN {whole} ELSE CAST({raw} AS VARCHAR) END"
    return f"CAST({raw} AS VARCHAR)"


def _number(raw: str, *, decimal: str) -> str:
    """Groups of three and the declared decimal mark become plain; anything else stays and fails to cast."""
    group, point = (",", r"\.") if decimal == "." else (r"\.", ",")
    trimmed = f"trim({raw})"
    pattern = r"^[+-]?\d{1,3}(" + group + r"\d{3})+(" + point + r"\d+)?$"
    grouped = f"regexp_matches({trimmed}, {quote(pattern)})"
    mark = group.removeprefix("\\")
    plain = f"CASE WHEN {grouped} THEN replace({trimmed}, '{mark}', '') ELSE {trimmed} END"
    if decimal == ".":
        return plain
    # a point that is no group mark would read as a decimal point: refuse it
    return f"CASE WHEN contains({plain}, '.') THEN NULL ELSE replace({plain}, ',', '.') END"


def _moment(raw: str, *, file: File) -> str:
    """ISO text is read whatever the declared order; an offset is turned into local time."""
    # a day, or a day and a time to the second, as most files write them: nothing else is looked for, which is dear
    return (
        f"CASE WHEN regexp_full_match({raw}, {quote(_PLAIN_MOMENT)}) THEN TRY_CAST({raw} AS TIMESTAMP) "
        f"ELSE {_any_moment(f'trim({raw})', file=file)} END"
    )


def _any_moment(raw: str, *, file: File) -> str:
    offset = rf"regexp_matches({raw}, '\d[T ]\d\d:\d\d.*(Z|[+-]\d\d(:?\d\d)?)$')"
    formats = [_ORDERS[file.date_order].format(mark) + clock for mark in ("/", "-", ".") for clock in _CLOCK]
    declared = f"try_strptime({raw}, [{', '.join(map(quote, formats))}])"
    serial = ""
    if file.kind == "excel":
        days = f"TRY_CAST({raw} AS DOUBLE)"
        serial = f"WHEN {days} BETWEEN 1 AND 2958465 THEN TIMESTAMP '1899-12-30' + to_seconds({days} * 86400) "
    return (
        f"CASE WHEN {offset} THEN CAST(TRY_CAST({raw} AS TIMESTAMPTZ) AS TIMESTAMP) "
        f"WHEN regexp_full_match({raw}, {quote(_HOUR)}) THEN TRY_CAST({raw} || ':00' AS TIMESTAMP) "
        rf"WHEN regexp_matches({raw}, '^\d{{4}}-\d\d-\d\d') THEN TRY_CAST({raw} AS TIMESTAMP) "
        f"{serial}ELSE {declared} END"
    )
