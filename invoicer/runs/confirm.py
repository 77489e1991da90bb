"""runs: confirm. Someone releases what was planned; who, when and with which remark goes into the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from invoicer.ledger import Ledger


def confirm(
    ledger: Ledger,
    who: str,
    remark: str,
    today: dt.date,
    *,
    plan: int | None = None,
    contracts: Collection[str] | None = None,
) -> tuple[int, ...]:
    """Release the drafts of a plan (the latest when None), or only those of some contracts; answers their positions.

    Raises RunError when there is no such plan, it was superseded, or it has no draft of these contracts.
    """
    chosen = ledger.plan(plan)
    return ledger.confirm(chosen.id, who, remark, today, contracts=contracts)
