"""workspace: the table [review]: which drafts people must look at, how many, until when, and what a rule may release."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from invoicer.domain.document import Kind
from invoicer.domain.doubt import DoubtName
from invoicer.domain.money import Money, is_currency, minor_digits
from invoicer.errors import Severity
from invoicer.workspace import checks
from invoicer.workspace.checks import Flaw
from invoicer.workspace.tables import Table

NAMES = tuple(DoubtName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What may go out without a person, under a name: drafts that fit every condition. An empty condition asks nothing, but
    ``doubts`` are the only ones that such a draft may have. ``up_to`` are amounts with tax, by currency; where there are
    some, a draft in another currency does not fit."""

    name: str
    kinds: tuple[Kind, ...] = ()
    doubts: tuple[str, ...] = ()
    up_to: tuple[Money, ...] = ()
    customers: tuple[str, ...] = ()
    contracts: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What makes a draft doubtful, so that somebody has to release it by name. Without a table [review] nothing does.

    Percentages and days are None, and the others False, where a doubt is not asked for. ``jump_least`` and
    ``credit_least`` are amounts in the currency of the document below which nobody is asked. ``two_people`` are the doubts
    that two different people have to release, ``everything_by_two``: every draft. ``confirm_within_days`` from the day on
    which a draft is planned first; then it is a matter for ``escalate_to``.
    """

    first_invoice: bool = False
    jump_percent: int | None = None
    jump_least: Decimal = Decimal(0)
    late_usage: bool = False
    amendment_days: int | None = None
    unchecked_tax_id: bool = False
    tax_id_days: int | None = None
    rate_days: int | None = None
    credit_percent: int | None = None
    credit_least: Decimal = Decimal(0)
    changed_treatment: bool = False
    warnings: bool = False
    two_people: tuple[str, ...] = ()
    everything_by_two: bool = False
    confirm_within_days: int | None = None
    escalate_to: str = ""
    rules: tuple[Rule, ...] = ()

    def people(self, doubt: str) -> int:
        """How many different people have to release such a doubt."""
        return 2 if self.everything_by_two or doubt in self.two_people else 1

    @property
    def people_for_drafts(self) -> int:
        """How many different people have to release each draft."""
        return 2 if self.everything_by_two else 1


NOTHING_DOUBTFUL = Review()


def read_review(table: Table, release: str, sellers: Iterable[str]) -> Review:
    """The table [review], with every problem noted. ``release`` is the policy, ``sellers`` are those of the workspace."""
    everything, two_people = _two_people(table)
    review = Review(
        first_invoice=table.flag("first_invoice", default=False),
        jump_percent=_whole(table, "jump_percent"),
        jump_least=_amount(table, "jump_least", needs="jump_percent"),
        late_usage=table.flag("late_usage", default=False),
        amendment_days=_whole(table, "amendment_days"),
        unchecked_tax_id=table.flag("unchecked_tax_id", default=False),
        tax_id_days=_whole(table, "tax_id_days"),
        rate_days=_whole(table, "rate_days", least=0),
        credit_percent=_whole(table, "credit_percent"),
        credit_least=_amount(table, "credit_least", needs="credit_percent"),
        changed_treatment=table.flag("changed_treatment", default=False),
        warnings=table.flag("warnings", default=False),
        two_people=two_people,
        everything_by_two=everything,
        confirm_within_days=_whole(table, "confirm_within_days", least=0),
        escalate_to=table.text("escalate_to", default=""),
        rules=_rules(table, frozenset(sellers)),
    )
    if review.escalate_to and review.confirm_within_days is None:
        cause = "nothing is ever late, so nothing goes there"
        table.flaw("escalate_to", Flaw(cause, "add confirm_within_days = 3, or remove it"))
    if review.rules and release != "automatic":
        cause = "rules release nothing, because the workspace releases by hand"
        mend = 'write release = "automatic" in [policy] for `invoicer run` to use them'
        table.flaw("rules", Flaw(cause, mend), severity=Severity.WARNING)
    table.close()
    return review


def _two_people(table: Table) -> tuple[bool, tuple[str, ...]]:
    """``true`` for every draft, or a list of doubts."""
    if isinstance(table.value("two_people"), bool):
        return table.flag("two_people", default=False), ()
    if "two_people" not in table.keys:
        table.flag("two_people", default=False)
        return False, ()
    return False, _names(table, "two_people")


def _names(table: Table, key: str) -> tuple[str, ...]:
    """A list of doubts."""
    found = table.texts(key)
    for name in found:
        try:
            checks.one_of(name, NAMES)
        except Flaw as flaw:
            table.flaw(key, flaw)
    return found


def _whole(table: Table, key: str, least: int = 1) -> int | None:
    found = table.whole(
        key, default=least, least=least
    )  # asked for also where it is missing: a slip of the pen is told
    return found if key in table.keys else None


def _amount(table: Table, key: str, needs: str) -> Decimal:
    if key not in table.keys:
        table.text(key, default="")
        return Decimal(0)
    text = table.text(key, check=_plain_amount)
    if needs not in table.keys:
        table.flaw(key, Flaw(f"without {needs} this has no meaning", f"add {needs} = 20, or remove it"))
    return Decimal(text or 0)


def _plain_amount(text: str) -> str:
    plain = text.replace(" ", "")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,4})?", plain, re.ASCII):
        raise Flaw(f"“{text}” is no amount", 'write it like "100.00", in the currency of each document')
    return plain


def amount(text: str) -> Money:
    """An amount with its currency, as terms write it. Raises Flaw."""
    mend = "write it like 500.00 EUR"
    number, _, currency = text.strip().rpartition(" ")
    plain = number.replace(" ", "")
    if not is_currency(currency):
        raise Flaw(f"“{text}” is no amount with a currency", mend)
    if not re.fullmatch(r"\d{1,15}(\.\d+)?", plain, re.ASCII):
        raise Flaw(f"“{text}” is no amount", mend)
    try:
        value = Decimal(plain)
    except InvalidOperation:
        raise Flaw(f"“{text}” is no amount", mend) from None
    if len(plain.partition(".")[2]) > minor_digits(currency):
        raise Flaw(f"“{text}” has more decimals than {currency} has", mend)
    return Money.of(value, currency)


def _rules(table: Table, sellers: frozenset[str]) -> tuple[Rule, ...]:
    rules: list[Rule] = []
    for entry in table.tables("rules", optional=True):
        name = entry.text("name", check=checks.name)
        if name and name in {rule.name for rule in rules}:
            entry.flaw("name", Flaw(f"there are two rules “{name}”", "give each a name of its own"))
        known = _list(entry, "sellers")
        for seller in known:
            if seller not in sellers:
                entry.flaw(
                    "sellers", Flaw(f"there is no seller “{seller}”", f"choose from {', '.join(sorted(sellers))}")
                )
        rules.append(
            Rule(
                name=name,
                kinds=tuple(Kind(kind) for kind in _list(entry, "kinds", tuple(Kind))),
                doubts=_list(entry, "doubts", NAMES),
                up_to=_amounts(entry),
                customers=_list(entry, "customers"),
                contracts=_list(entry, "contracts"),
                owners=_list(entry, "owners"),
                sellers=known,
            )
        )
        entry.close()
    return tuple(rules)


def _list(table: Table, key: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A list of texts, those that are known where only some are; empty where it is left out."""
    if key not in table.keys:
        table.text(key, default="")
        return ()
    found = table.texts(key)
    sound = []
    for text in found:
        try:
            sound.append(checks.one_of(text, known) if known else text)
        except Flaw as flaw:
            table.flaw(key, flaw)
    return tuple(sound)


def _amounts(table: Table) -> tuple[Money, ...]:
    found: list[Money] = []
    for text in _list(table, "up_to"):
        try:
            money = amount(text)
            if money.currency in {one.currency for one in found}:
                raise Flaw(f"there are two amounts in {money.currency}", "keep one of them")
            found.append(money)
        except Flaw as flaw:
            table.flaw("up_to", flaw)
    return tuple(found)
