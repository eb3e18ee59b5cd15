"""The bucket of an account, kept in prepared tables so that no question reckons it again."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from cxlab.maths.jackknife import BUCKETS, KEY


def bucket_of(account_id: ir.StringValue) -> ir.IntegerValue:
    """Return the first four hex digits of the md5 of key and account, modulo `BUCKETS` (int32).

    The same number as evidence reckons where a table does not bring it.
    """
    digits = (ibis.literal(KEY) + account_id).hexdigest("md5").substr(0, 4)
    return ((ibis.literal("0x") + digits).cast("int32") % BUCKETS).cast("int32")
