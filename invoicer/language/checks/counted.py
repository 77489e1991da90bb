"""language: on which days a charge has a quantity that a condition can ask for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from invoicer.domain.timeline import Dated, in_force
from invoicer.language import tree
from invoicer.language.gather import Agreement, ChargeTerms


@dataclass(frozen=True, slots=True)
class Asked:
    """From which day on something is asked for, and when that was agreed."""

    since: dt.date
    agreed: dt.date

    @classmethod
    def by_entry(cls, entry: Dated[tuple[tree.Priced, ...]]) -> Asked:
        """When the conditions of a price ask."""
        return cls(entry.effective, entry.agreed)

    @classmethod
    def by_block(cls, agreement: Agreement, block: tree.Block) -> Asked:
        """When the conditions of a discount or a service credit ask."""
        first = tree.dated(block.lines, "from")
        return cls(first.value if first else agreement.effective, agreement.agreed)


def counts(charge: ChargeTerms) -> bool:
    """Whether the charge ever has a quantity: an agreed or measured one, or that of a percentage."""
    return bool(charge.quantity.entries) or any(map(_is_share, charge.price.entries))


def uncounted_on(charge: ChargeTerms, asked: Asked) -> dt.date | None:
    """The first day on which the quantity of a charge is asked for and there is none; None where there always is one. What
    is agreed later adds quantities and takes none away, so it is enough to look at what was known when it was asked for; a
    percentage ends with its price."""
    day, known = max(asked.since, charge.begins), max(asked.agreed, charge.source.agreed)
    if any(entry.effective <= day and entry.agreed <= known for entry in charge.quantity.entries):
        return None
    counted = min((entry.effective for entry in charge.quantity.entries if entry.effective > day), default=dt.date.max)
    first = in_force(charge.price.known_on(known), day)
    later = [e for e in charge.price.entries if e is not first and (e.effective > day or e.agreed > known)]
    for entry in sorted((*([first] if first else []), *later), key=lambda one: one.effective):
        if not _is_share(entry) and entry.effective < counted:
            return max(entry.effective, day)
    return None


def _is_share(entry: Dated[tuple[tree.Priced, ...]]) -> bool:
    return any(isinstance(priced.price, tree.Share) for priced in entry.value)
