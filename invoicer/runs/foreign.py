"""runs: rows of another system, each beside what terms and law say of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cache

from invoicer import documents, engine, tax
from invoicer.documents import ForeignLine
from invoicer.domain.commitment import Commitment
from invoicer.domain.contract import Charge, Contract, Timing
from invoicer.domain.elsewhere import BilledRow
from invoicer.domain.entitlement import BilledLine, Component, Entitlement, Part, Treated
from invoicer.domain.money import Money
from invoicer.domain.supply import Category, Treatment
from invoicer.domain.trace import given
from invoicer.engine import ScheduledPeriod
from invoicer.errors import Place, Problem, RunError, Severity
from invoicer.ledger import Ledger
from invoicer.runs.desk import Desk
from invoicer.runs.law import under_law
from invoicer.workspace import mend_by_choice

_REASONS = {
    Category.REVERSE_CHARGE: "VATEX-EU-AE",
    Category.INTRA_COMMUNITY: "VATEX-EU-IC",
    Category.EXPORT: "VATEX-EU-G",
    Category.OUTSIDE_SCOPE: "VATEX-EU-O",
    Category.ZERO: "",
}


class Reader:
    """Puts rows beside contracts, customers and law; ``problems`` are what was found on the way, warnings too. ``numbers``
    are all that stand in the file: what is known of them is what the file says once more. Of what is ``lacking`` a row, or
    ``torn`` between rows that contradict each other, nothing is said that another row could put right."""

    def __init__(
        self,
        desk: Desk,
        ledger: Ledger,
        today: dt.date,
        numbers: Collection[str],
        *,
        lacking: Collection[str] = (),
        torn: Collection[str] = (),
    ) -> None:
        self.desk, self.today = desk, today
        self.torn = frozenset(torn)
        self.lacking = {*lacking, *torn}
        self.contracts = {one.id: under_law(desk, one, today) for one in desk.contracts}
        self.problems: list[Problem] = []
        self._refused = desk.refusals()
        self._known = cache(lambda number: _billed_around(ledger, number, numbers))
        self._left: dict[tuple[str, int], Money] = {}
        self._periods = cache(self._scheduled)

    def refuse(self, row: BilledRow, column: str, cause: str, mend: str) -> None:
        """Note what does not fit: the row is left out."""
        self.lacking.add(row.number)
        self.problems.append(Problem("L177", Place(row.file, row.line, part=column), cause, mend))

    def line(self, row: BilledRow) -> ForeignLine | None:
        """The row with its treatment and the dates of its period; None where something does not fit."""
        contract = self._contract(row)
        owed_for = self._owed_for(row, contract) if contract else None
        if contract is None or owed_for is None or not self._parties_fit(row, contract):
            return None
        if owed_for.includes_tax != row.gross:
            with_or_without, column = ("include", "gross") if owed_for.includes_tax else ("do not include", "net")
            cause = f"the prices of {row.component.charge} {with_or_without} VAT"
            self.refuse(row, column, cause, f"give the amount in the column {column}")
            return None
        entitlement = self._entitlement(row, contract, owed_for)
        treated = self._treated(row, contract, entitlement)
        treated = self._as_billed(row, treated) if treated else None
        return ForeignLine(row, treated) if treated else None

    def referring(self, members: Sequence[ForeignLine], made: Mapping[str, Sequence[BilledLine]]) -> list[ForeignLine]:
        """The lines of a document with the lines that they correct; none where one is not found."""
        if members[0].row.number in self.torn:
            return []
        if not members[0].row.corrects:
            if sum(one.row.net.exact for one in members) < 0:
                if members[0].row.number in self.lacking:
                    return []  # the rows that are missing may bill what these give back
                cause = f"{members[0].row.number} gives back more than it bills, and names no document that it corrects"
                self.refuse(members[0].row, "corrects", cause, "name the document in the column corrects")
                return []
            return list(members)
        found: list[ForeignLine] = []
        for one in members:
            known = [line for line in self._known(one.row.corrects) if line.document == one.row.corrects]
            original = made.get(one.row.corrects) or known
            fitting = [line for line in original if _is_of(one.row, line)]
            fitting = [line for line in fitting if line.days == one.row.days] or fitting
            if len(fitting) != 1 and one.row.corrects in self.lacking:
                self.lacking.add(one.row.number)
                continue  # the line that it corrects may be the one that is missing
            if len(fitting) != 1:
                what = "no line" if not fitting else "several lines"
                cause = f"{one.row.corrects} has {what} of {one.row.component} of {one.row.contract} for {one.row.days}"
                mend = "name the charge and the days of the line that it corrects"
                if not original:
                    cause = f"no document {one.row.corrects} was imported or stands in this file"
                    mend = "write its number as it stands there, or add its rows to the file"
                self.refuse(one.row, "corrects", cause, mend)
                continue
            left, issued = self._left_of(fitting[0]), fitting[0].issue_date
            if one.row.issued < issued:
                cause = f"{one.row.number} was issued on {one.row.issued}, before {one.row.corrects}, on {issued}"
                self.refuse(one.row, "issued", cause, "mend one of the two days, or the number that it corrects")
            elif one.row.net.exact * fitting[0].net.exact >= 0 or abs(one.row.net) > abs(left):
                cause = f"{one.row.net} does not take from {left}, what is left of that line of {one.row.corrects}"
                self.refuse(one.row, "net", cause, "write what is given back with a minus, and no more than was billed")
            else:
                self._left[fitting[0].document, fitting[0].line] = left + one.row.net
                treated = replace(one.treated, treatment=fitting[0].treatment)
                found.append(replace(one, corrects=fitting[0], carried=left, treated=treated))
        return found if len(found) == len(members) else []

    def _left_of(self, line: BilledLine) -> Money:
        """What is left of a line after the rows so far, and after all that took from it in documents of no row."""
        key = line.document, line.line
        if key not in self._left:
            against = (one for one in self._known(line.document) if one.corrects == key)
            self._left[key] = documents.left_of(key, [line, *against])
        return self._left[key]

    def _contract(self, row: BilledRow) -> Contract | None:
        found = self.contracts.get(row.contract)
        if found is None or row.contract in self._refused:
            cause = f"no file has the terms of contract {row.contract}"
            mend = mend_by_choice(row.contract, self.contracts, "write its terms first: what is owed has to be known")
            if row.contract in self._refused:
                first = self._refused[row.contract][0]
                cause, mend = f"contract {row.contract} can't be used: {first.cause}", "`invoicer check` says more"
            self.refuse(row, "contract", cause, mend)
            return None
        return found

    def _owed_for(self, row: BilledRow, contract: Contract) -> Charge | Commitment | None:
        """The charge or the commitment that a row names, where the contract has what it names of it."""
        component = row.component
        owed: dict[str, Charge | Commitment] = {one.id: one for one in contract.charges}
        if component.part is Part.COMMITMENT:
            owed = {one.id: one for one in contract.commitments}
        if component.charge not in owed:
            cause = f"contract {contract.id} has no charge {component.charge}"
            if component.part is Part.COMMITMENT:
                cause = f"contract {contract.id} has no commitment {component.charge}"
            otherwise = f"it has {', '.join(owed)}" if owed else "it has none"
            self.refuse(row, "charge", cause, mend_by_choice(component.charge, owed, otherwise))
            return None
        names = {
            Part.DISCOUNT: [one.id for one in contract.discounts],
            Part.CREDIT: [one.id for one in contract.credits],
        }.get(component.part)
        if names is not None and component.name not in names:
            cause = f"contract {contract.id} has no {component.part} {component.name}"
            otherwise = f"it has {', '.join(names)}" if names else "it has none"
            self.refuse(row, "charge", cause, mend_by_choice(component.name, names, otherwise))
            return None
        return owed[component.charge]

    def _parties_fit(self, row: BilledRow, contract: Contract) -> bool:
        space = self.desk.workspace
        if row.customer not in space.customers:
            cause = f"customers.csv has no sound row of customer {row.customer}"
            self.refuse(row, "customer", cause, mend_by_choice(row.customer, space.customers, "add the customer"))
            return False
        if row.seller and row.seller not in space.sellers:
            mend = mend_by_choice(row.seller, space.sellers, f"the sellers are {', '.join(space.sellers)}")
            self.refuse(row, "seller", f"invoicer.toml has no seller {row.seller}", mend)
            return False
        if row.issued > self.today:
            self.refuse(row, "issued", f"{row.issued} has not come yet", "write the day on which it was issued")
            return False
        for column, was, agreed in (
            ("customer", row.customer, contract.buyers.at(row.days.start, self.today).customer),
            ("seller", row.seller or contract.seller, contract.seller),
            ("currency", row.net.currency, contract.currency),
        ):
            if was != agreed:
                self._tell(row, column, f"the contract has {column} {agreed}, and {was} was billed")
        return True

    def _tell(self, row: BilledRow, column: str, cause: str) -> None:
        mend = "if it was, the next plan credits it and bills it anew; else mend the row or the terms"
        place = Place(row.file, row.line, part=column)
        self.problems.append(Problem("L178", place, cause, mend, Severity.WARNING))

    def _entitlement(self, row: BilledRow, contract: Contract, owed_for: Charge | Commitment) -> Entitlement:
        """What would have been owed, with the dates of the billing period in which the row's first day lies."""
        period = self._period(row, contract)
        starts, last = row.days.start, row.days.last_day
        if period is None:
            billing = owed_for.billing.at(starts, row.issued) if isinstance(owed_for, Charge) else None
            advance = billing is None or billing.value.timing is Timing.ADVANCE
            dates = row.issued, starts if advance else last, billing.effective if billing else contract.start
            if isinstance(owed_for, Charge) and row.component.part is not Part.LEVY:
                self._tell(row, "from", f"by the terms {row.component.charge} is not in service on {starts}")
        else:
            dates = period.bill_date, period.tax_point, period.billed_from
        return Entitlement(
            contract=contract.id,
            component=row.component if row.component.part is not Part.LEVY else Component(row.component.charge),
            title=owed_for.title,
            kind=owed_for.kind,
            days=row.days,
            one_off=period.one_off if period else False,
            bill_date=dates[0],
            tax_point=dates[1],
            billed_from=dates[2],
            net=row.net,
            quantity=given(1, "quantity").result,
            unit="",
            unit_price=abs(row.net.amount),
            price_base=Money.of(1, row.net.currency).amount,
            trace=given(row.net.exact, "imported", row.net.currency, source=row.source),
            clause=owed_for.clause,
            agreed=contract.agreed,
            premium=owed_for.premium if isinstance(owed_for, Charge) else None,
            includes_tax=owed_for.includes_tax,
        )

    def _period(self, row: BilledRow, contract: Contract) -> ScheduledPeriod | None:
        known_on = max(row.issued, contract.agreed)
        parts = (row.component.part, Part.CHARGE) if row.component.part is not Part.LEVY else (Part.CHARGE,)
        periods = self._periods(contract.id, row.component.charge, known_on)
        mine = [one for one in periods if one.part in parts] or list(periods)
        around = [one for one in mine if one.one_off or row.days.start in one.days]
        return next((one for one in around if one.days == row.days), around[0] if around else None)

    def _scheduled(self, contract: str, charge: str, known_on: dt.date) -> tuple[ScheduledPeriod, ...]:
        terms = self.contracts[contract]
        until = max(self.today, known_on) + dt.timedelta(days=3 * 366)
        found = (*engine.schedule(terms, known_on, until), *engine.settlements(terms, known_on, until))
        return tuple(one for one in found if one.charge == charge)

    def _treated(self, row: BilledRow, contract: Contract, owed: Entitlement) -> Treated | None:
        space = self.desk.workspace
        assessment = tax.treat(
            [owed],
            seller=space.sellers[row.seller or contract.seller],
            customer=space.customers[row.customer],
            known_on=self.today,
            markets=self.desk.plugins.markets,
            kinds=space.settings.supply,
            accepted={fact.fact: fact.reason for fact in space.policy.accept_facts},
            language=space.policy.language,
        )
        for problem in assessment.holds:
            self.refuse(row, "vat", problem.cause, problem.mend)
        found = [one for one in assessment.treated if one.entitlement.component == row.component]
        if not found and not assessment.holds:
            levies = [one.entitlement.component.name for one in assessment.treated[1:]]
            cause = f"no levy {row.component.name} comes with {row.component.charge}"
            otherwise = f"the levies are {', '.join(levies)}" if levies else "none comes with it"
            self.refuse(row, "charge", cause, mend_by_choice(row.component.name, levies, otherwise))
        return replace(found[0], entitlement=replace(found[0].entitlement, net=row.net)) if found else None

    def _as_billed(self, row: BilledRow, treated: Treated) -> Treated | None:
        """With the VAT that was charged, where the law says otherwise."""
        law = treated.treatment
        if law.percent == row.percent and row.category in (None, law.category):
            return treated
        category = row.category or (Category.STANDARD if row.percent else None)
        lawful = f"by law this is VAT category {law.category} with {law.percent}%"
        if category is None or category not in {Category.STANDARD, *_REASONS}:
            cause = f"{lawful}, and none was charged" + (f" by category {category}" if category else "")
            mend = f"say in the column category as what: {', '.join(_REASONS)}"
            self.refuse(row, "category" if category else "vat", cause, mend)
            return None
        if not row.corrects:
            said = f"category {category} with {row.percent}%"
            self._tell(row, "vat", f"{lawful}, and {said} was charged")
        made = Treatment(
            jurisdiction=law.jurisdiction,
            category=category,
            percent=row.percent,
            rule="imported",
            law="",
            reason_code=_REASONS.get(category, ""),
            source=row.source,
            includes_tax=law.includes_tax,
        )
        return replace(treated, treatment=made)


def _is_of(row: BilledRow, line: BilledLine) -> bool:
    same = (line.contract, line.component, line.net.currency) == (row.contract, row.component, row.net.currency)
    return same and line.corrects is None and (line.one_off or line.days.overlaps(row.days))


def _billed_around(ledger: Ledger, number: str, numbers: Collection[str]) -> tuple[BilledLine, ...]:
    """What was imported under a number before, and what takes from it in documents that are none of the ``numbers``;
    nothing where nothing was imported."""
    if all(one.number != number for one in ledger.imported()):
        return ()
    try:
        contracts = {line.contract for line in ledger.document(number).lines}
    except RunError:
        return ()
    return tuple(
        line
        for line in ledger.billed(contracts)
        if line.document == number or (line.corrects and line.corrects[0] == number and line.document not in numbers)
    )
