"""What customers of the made-up company write: clauses from a bank per theme, typed as people type.

`compose` picks clauses of different kinds from the banks, `writing` and `dialect` turn them into one person's
writing, `planted` adds what should not be there.
"""

from cxlab.synth.comments.banks import EN_BANKS, VI_BANKS
from cxlab.synth.comments.compose import Comment, Order, Person, comment
from cxlab.synth.comments.dice import Dice

__all__ = ["EN_BANKS", "VI_BANKS", "Comment", "Dice", "Order", "Person", "comment"]
