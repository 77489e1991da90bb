"""A rule of this company: no invoice above 50 000 EUR (or what that is elsewhere) without a purchase order.

Every file in this folder is a plugin. It imports nothing of the system but ``invoicer.api``; the name of the function is
the name of the hook. What it returns holds the contracts of that invoice; the rest of the batch goes on.
"""

from collections.abc import Sequence
from decimal import Decimal

from invoicer.api import Draft, Kind, Place, Problem, Severity, hookimpl

LIMITS = {"EUR": Decimal(50_000), "USD": Decimal(55_000), "GBP": Decimal(43_000)}


@hookimpl
def invoicer_problems(draft: Draft) -> Sequence[Problem]:
    """A hold for each contract on an invoice that is too large to go out without a purchase order."""
    limit = LIMITS.get(draft.currency, Decimal(0))
    if draft.kind is not Kind.INVOICE or draft.purchase_order or draft.net.amount <= limit:
        return []
    return [
        Problem(
            code="P901",
            where=Place(part=contract),
            cause=f"an invoice of {draft.net} net has no purchase order; above {limit} {draft.currency} we ask for one",
            mend=f'ask {draft.customer.name} for the number and add a line “purchase order "…"” to the contract',
            severity=Severity.HOLD,
        )
        for contract in sorted({line.contract for line in draft.lines})
    ]
