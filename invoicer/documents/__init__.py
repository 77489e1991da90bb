"""documents: entitled minus billed, and what becomes of the difference. Pure.

``compare`` says what one contract is still to be billed or given back; ``drafts`` groups such differences into documents
without numbers; ``finish`` gives a draft its number and dates; ``billed_lines`` is what a document then adds to billed;
``finished`` is both of a draft as it was stored.
What a person asks to have credited goes the same way: ``credit_lines`` says how much of which line, ``with_basis`` until
when it is not billed again, ``requested`` makes differences of it.
"""

from invoicer.documents.basis import held_back
from invoicer.documents.carrying import Carried, carry_forward
from invoicer.documents.compare import compare
from invoicer.documents.context import Context
from invoicer.documents.crediting import Asked, credit_lines, left_of
from invoicer.documents.difference import Comparison, Correction, Difference, Parties, Reason
from invoicer.documents.drafts import drafts, place
from invoicer.documents.family import Member, compare_family
from invoicer.documents.finish import billed_lines, fingerprint, finish, finished
from invoicer.documents.foreign import ForeignLine, foreign_document
from invoicer.documents.requests import promised, requested, still_wrong, with_basis

__all__ = [
    "Asked",
    "Carried",
    "Comparison",
    "Context",
    "Correction",
    "Difference",
    "ForeignLine",
    "Member",
    "Parties",
    "Reason",
    "billed_lines",
    "carry_forward",
    "compare",
    "compare_family",
    "credit_lines",
    "drafts",
    "fingerprint",
    "finish",
    "finished",
    "foreign_document",
    "held_back",
    "left_of",
    "place",
    "promised",
    "requested",
    "still_wrong",
    "with_basis",
]
