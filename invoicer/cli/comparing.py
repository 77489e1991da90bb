"""cli: a plan beside what was there before, as tables for people and as plain data for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from invoicer import runs
from invoicer.cli import output
from invoicer.cli.tables import amount
from invoicer.domain.money import Money, total
from invoicer.runs.against import Against, DraftChange, PlanDiff, State, Sums
from invoicer.runs.comparison import Change, told
from invoicer.runs.issue import Dropped

NO_AMOUNT = "what the document says besides its amounts"
_WORDS = {State.NEW: "new", State.SAME: "as the last time"}


def signed(money: Money) -> str:
    """An amount with its sign."""
    return amount(money).replace("-", "−") if money.amount < 0 else f"+{amount(money)}"


def plain(money: Money) -> str:
    """An amount that may be below zero."""
    return amount(money).replace("-", "−")


def show_compared(compared: runs.Compared) -> None:
    """What has changed since the last documents, and the sums beside the month before; nothing where all is new."""
    out = output.console()
    changed = [(at, one.whole) for at, one in compared.contracts if one.state is State.CHANGED]
    if changed:
        rows = [
            (
                at,
                one.contract,
                one.number,
                one.new.currency,
                plain(one.old),
                plain(one.new),
                signed(one.new - one.old),
                _why(one.changes),
            )
            for at, one in changed
        ]
        out.print()
        columns = ("#", "Contract", "Before", "Cur", "Was", "Is", "Change", "Why")
        out.print(output.table("Otherwise than the last time", columns, rows, right=("#", "Was", "Is", "Change")))
    counts = Counter(one.state for _, one in compared.contracts)
    if any(one.month for one in compared.sums):
        said = [f"{counts[one]} {word}" for one, word in _WORDS.items() if counts[one]]
        said += [output.counted(counts[State.CORRECTION], "correction")] if counts[State.CORRECTION] else []
        if said:
            out.print(f"\n{'Besides' if changed else 'Compared with the last time'}: {', '.join(said)}.")
        out.print()
        out.print(_sums(compared.sums))


def _sums(sums: Sequence[Sums]) -> Any:
    month = next((one.month for one in sums if one.month), "")
    rows = (
        (one.seller, one.currency, plain(one.before), plain(one.issued), plain(one.planned), signed(one.change))
        for one in sums
    )
    columns = ("Seller", "Cur", month, "Issued", "Planned", "Change")
    return output.table("Net, beside the month before", columns, rows, right=columns[2:])


def _why(changes: Iterable[Change], most: int = 3) -> str:
    """The changes that move most, in words."""
    moved = sorted((one for one in changes if one.because), key=lambda one: -abs(one.difference.exact))
    said = [told(one) for one in moved[:most]]
    return "\n".join([*said, *([f"and {len(moved) - most} more"] if len(moved) > most else [])])


def show_diff(diff: PlanDiff) -> None:
    """Two plans side by side."""
    out = output.console()
    new = f"plan {diff.new}" if diff.new else "what a plan would be"
    if not (diff.changes or diff.held or diff.freed):
        out.print(f"Plan {diff.old} and {new} say the same: {output.counted(diff.same, 'draft')}.")
        return
    shown = [one for one in diff.changes if one.state is not State.ISSUED]
    if shown:
        columns = ("Contract", "Customer", "", "Bill date", "Cur", "Was", "Is", "Change", "Why")
        rows = [
            (
                ", ".join(one.contracts),
                one.customer,
                f"{one.kind} {one.state}".replace("-", " "),
                one.bill_date,
                one.difference.currency,
                plain(one.old) if one.old is not None else "",
                plain(one.new) if one.new is not None else "",
                signed(one.difference),
                "" if one.state is not State.CHANGED else _why(one.changes) or NO_AMOUNT,
            )
            for one in shown
        ]
        title = f"Plan {diff.old} → {new}, net"
        out.print(output.table(title, columns, rows, right=("Was", "Is", "Change")))
        out.print()
    issued = {currency: _issued(diff, currency) for currency in diff.totals}
    names = ("Cur", "Was", "Is", "Change", "Issued meanwhile")[: 5 if any(issued.values()) else 4]
    totals = [
        (currency, plain(old), plain(now), signed(now - old), signed(issued[currency]))[: len(names)]
        for currency, (old, now) in diff.totals.items()
    ]
    out.print(output.table("Totals", names, totals, right=names[1:]))
    out.print(f"\nThe same in both: {output.counted(diff.same, 'draft')}.")
    for word, names in (("Held now", diff.held), ("Held no more", diff.freed)):
        if names:
            out.print(f"{word}: {', '.join(names)}")


def _issued(diff: PlanDiff, currency: str) -> Money:
    """What left a plan because it was issued."""
    issued = (one.difference for one in diff.changes if one.state is State.ISSUED)
    return total((one for one in issued if one.currency == currency), currency)


def show_dropped(dropped: Sequence[Dropped]) -> None:
    """What would not be planned any more as it was confirmed: the amount before, the amount now, and why."""
    rows = [
        (
            ", ".join(one.change.contracts),
            one.change.bill_date,
            one.change.difference.currency,
            plain(one.change.old) if one.change.old is not None else "",
            plain(one.change.new) if one.change.new is not None else "nothing",
            signed(one.change.difference),
            _cause(one),
        )
        for one in dropped
    ]
    columns = ("Contract", "Bill date", "Cur", "Confirmed", "Would be", "Change", "Why")
    right = ("Confirmed", "Would be", "Change")
    out = output.console()
    out.print(output.table("Changed since it was confirmed, net", columns, rows, right=right))
    out.print()


def _cause(one: Dropped) -> str:
    if one.holds:
        return "; ".join(f"held: [{problem.code}] {problem.cause}" for problem in one.holds)
    if one.doubts:
        return "; ".join(f"{doubt.name}: {doubt.problem.cause}" for doubt in one.doubts)
    if one.change.new is None:
        return "nothing of it is owed any more"
    return _why(one.change.changes) or NO_AMOUNT


# ------------------------------------------------------------------ for programs


def compared_data(compared: runs.Compared) -> dict[str, Any]:
    """What has changed since the last documents, whole; amounts are text."""
    return {
        "contracts": [_against_data(at, one.whole) for at, one in compared.contracts],
        "sums": [
            {
                "seller": one.seller,
                "currency": one.currency,
                "month_before": one.month or None,
                "before": str(one.before.amount),
                "issued": str(one.issued.amount),
                "planned": str(one.planned.amount),
                "change": str(one.change.amount),
            }
            for one in compared.sums
        ],
    }


def _against_data(position: int, one: Against) -> dict[str, Any]:
    return {
        "position": position,
        "contract": one.contract,
        "customer": one.customer,
        "state": str(one.state),
        "document": one.number or None,
        "currency": one.new.currency,
        "old": str(one.old.amount),
        "new": str(one.new.amount),
        "changes": [change_data(change) for change in one.changes],
    }


def change_data(change: Change) -> dict[str, Any]:
    """A component that comes to another amount, or not."""
    return {
        "contract": change.contract,
        "component": str(change.component),
        "title": change.title,
        "from": change.days.start.isoformat(),
        "to": change.days.last_day.isoformat(),
        "old": str(change.old.amount),
        "new": str(change.new.amount),
        "difference": str(change.difference.amount),
        "because": [{"cause": str(why.cause), "words": why.words} for why in change.because],
    }


def diff_data(diff: PlanDiff) -> dict[str, Any]:
    """Two plans side by side, as plain data."""
    return {
        "old": diff.old,
        "new": diff.new or None,
        "changes": [_draft_data(one) for one in diff.changes],
        "same": diff.same,
        "totals": {
            currency: {"old": str(old.amount), "new": str(new.amount)} for currency, (old, new) in diff.totals.items()
        },
        "held": list(diff.held),
        "freed": list(diff.freed),
    }


def _draft_data(one: DraftChange) -> dict[str, Any]:
    return {
        "contracts": list(one.contracts),
        "customer": one.customer,
        "kind": str(one.kind),
        "state": str(one.state),
        "bill_date": one.bill_date.isoformat(),
        "currency": one.difference.currency,
        "old": str(one.old.amount) if one.old is not None else None,
        "new": str(one.new.amount) if one.new is not None else None,
        "difference": str(one.difference.amount),
        "document": one.number or None,
        "changes": [change_data(change) for change in one.changes],
    }
