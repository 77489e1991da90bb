"""documents: entitled minus billed, and what becomes of the difference. Pure.

``compare`` says what one contract is still to be billed or given back; ``drafts`` groups such differences into documents
without numbers; ``finish`` gives a draft its number and dates; ``billed_lines`` is what a document then adds to billed.
"""

from invoicer.documents.carrying import Carried, carry_forward
from invoicer.documents.compare import compare
from invoicer.documents.context import Context
from invoicer.documents.difference import Comparison, Correction, Difference, Parties, Reason
from invoicer.documents.drafts import drafts
from invoicer.documents.finish import billed_lines, fingerprint, finish

__all__ = [
    "Carried",
    "Comparison",
    "Context",
    "Correction",
    "Difference",
    "Parties",
    "Reason",
    "billed_lines",
    "carry_forward",
    "compare",
    "drafts",
    "fingerprint",
    "finish",
]
