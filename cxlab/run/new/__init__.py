"""A new question from a form: notebook, package, evidence, tests and words, ready to run and to be changed.

The form asks how many customers are new, and answers truly on any study that has contracts or top-ups. Whoever
fills it in replaces that with the own question, part by part, with everything working from the first minute.
"""

from cxlab.run.new.question import new_question

__all__ = ["new_question"]
