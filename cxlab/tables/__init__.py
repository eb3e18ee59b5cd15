"""Sources become contract tables, and contract tables what was known of them at a quarter's close.

`schema` says what the tables are, `config` reads study.toml, `sources` and `load` read and check,
`known` cuts to what was known, `prepare` builds ``lives``, and `study` opens all of it for one quarter.
"""
