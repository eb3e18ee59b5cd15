"""Imported before nbformat: leaves out a dependency that costs seconds and that no notebook needs.

jsonschema, behind nbformat, compiles the grammar of internationalised addresses when it is imported: 3 seconds in
every process. Named here as missing, it is passed over, as it is where it is not installed.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
