"""Forty buckets of accounts, the same in every question and on every machine."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.maths.jackknife import BUCKETS, KEY


def bucket_of(account_id: ir.StringColumn) -> ir.IntegerColumn:
    """Bucket of an account: the first four hex digits of the md5 of key and id, modulo `BUCKETS`.

    Customers of one account share a bucket, so leaving a bucket out leaves whole accounts out.
    The digits are read one by one because not every engine turns hex text into a number.
    """
    digest = (ibis.literal(KEY) + account_id).hexdigest("md5")
    digits = [ibis.literal("0123456789abcdef").find(digest.substr(place, 1)) for place in range(4)]
    number = digits[0] * 4096 + digits[1] * 256 + digits[2] * 16 + digits[3]
    return (number % BUCKETS).cast("int32")


def bucket_in(table: ir.Table, account: ir.StringColumn | None = None) -> ir.IntegerColumn:
    """Bucket of each row: the prepared column where the table carries one, else reckoned from the account.

    Parameters
    ----------
    account : string column, optional
        Whom the row belongs to; ``account_id``, unless told.
    """
    if "bucket" in table.columns:
        return table.bucket
    return bucket_of(table.account_id if account is None else account)
