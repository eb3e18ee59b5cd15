"""cxlab: honest quarterly reports about customers, from notebooks.

Sources become *tables*, tables become *evidence*, evidence becomes *findings*, findings become a *report*.

- A **table** is a contract table (``data/README.md``) or one prepared from it, as it was known for the quarter.
- **Evidence** is a small frame of counts that add: two regions, or two halves of the base, are simply added,
  and what is computed from the sum is exact. That is why 500 customers and 50 million run the same code.
- A **finding** is one claim: a number with its interval, or the reason why there is none; a sentence; a tidy
  table; the method and its checks.
- A **report** is a quarter's findings as pages, in every language of the study, published whole or not at all.

One question, one name: ``notebooks/churn.ipynb``, ``cxlab/churn/``, ``tests/churn/`` and
``reports/2026Q3/en/churn.html`` belong together.

A notebook reads like this::

    from cxlab import churn
    from cxlab.evidence import risk_table
    from cxlab.report import record, show
    from cxlab.tables import open_study

    study = open_study(quarter)
    risk = risk_table(study.lives, by=["plan"], window=study.window)
    staying = churn.retention(risk, about=study.quarter, horizon_months=12)
    show(study, staying)
    record(study, [staying])
"""

__version__ = "0.1.0"
