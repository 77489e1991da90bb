"""language: checks of conditions: what they ask can be asked, they can be true, and no case is left without a price.

A condition compares a subject with constants, so it changes only at those constants: trying each constant and a value
between and beyond them tries everything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice

import pycountry

from invoicer.domain.party import PartyKind
from invoicer.domain.price import Comparison, Condition
from invoicer.domain.timeline import Dated
from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.checks.counted import Asked, counts, uncounted_on
from invoicer.language.checks.values import NO_LIMITS, Case, Limits, can_try, cases, holds, limited, shown
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.convert import to_condition
from invoicer.language.gather import ChargeTerms, Terms, unit_said
from invoicer.language.words import close_to, listed, same_unit, suggestion

NO_METERS: Mapping[str, tree.Block] = {}
_TEXTS = ("customer.country", "customer.kind")


def check_conditions(terms: Terms) -> Iterator[Problem]:
    """Conditions of prices, discounts and meters."""
    asking = _Asking(terms)
    for charge in terms.charges:
        for entry in charge.price.entries:
            asked = True
            for priced in entry.value:
                for found in _askable(asking, priced.when, charge, Asked.by_entry(entry)):
                    asked = False
                    yield found
            if asked:
                yield from _options(charge, entry.value, asking.limits)
    for agreement, block in terms.discounts:
        on = [name for line in block.lines if isinstance(line, tree.OffNode) for name in line.charges]
        asked_by = Asked.by_block(agreement, block)
        for line in tree.every(block.lines, tree.When):
            unaskable = False
            of_charges = asking.of_charges(on, line.condition, "discount", asked_by)
            for found in (*_askable(asking, line.condition, None, asked_by), *of_charges):
                unaskable = True
                yield found
            if not unaskable:
                yield from _possible(line.condition, limits=asking.limits)
    for agreement, block in terms.credits:
        asked_by = Asked.by_block(agreement, block)
        for row in tree.every(block.lines, tree.CreditRow):
            unaskable = False
            of_charges = asking.of_charges(row.charges, row.when, "service credit", asked_by)
            for found in (*_askable(asking, row.when, None, asked_by, terms.meters), *of_charges):
                unaskable = True
                yield found
            if not unaskable:
                yield from _possible(row.when, limits=asking.limits)
    for block in terms.meters.values():
        for line in tree.every(block.lines, tree.When):
            yield from _without_percent(line.condition)
            yield from _possible(line.condition, negative=True)


class _Asking:
    """What of a contract conditions can ask for; each thing is looked up once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.charges = {charge.id: charge for charge in reversed(terms.charges)}
        self.uncounted = {charge.id: None for charge in terms.charges if not counts(charge)}
        self.limits = limits_of(terms)
        self._units: dict[str, tuple[tuple[str, Place], ...]] = {}

    def units(self, charge: ChargeTerms) -> tuple[tuple[str, Place], ...]:
        """The units that the charge was ever counted in, each with the line that says so first."""
        if charge.id not in self._units:
            found: dict[str, Place] = {}
            for entry in charge.quantity.entries:
                found.setdefault(self.terms.unit_of(entry.value) or "", entry.value.where)
            found.pop("", None)
            self._units[charge.id] = tuple(found.items())
        return self._units[charge.id]

    def of_charges(
        self, charges: Sequence[tree.Name], condition: tree.Condition, what: str, asked: Asked
    ) -> Iterator[Problem]:
        """``quantity`` is that of each charge that a discount or credit is on (none: all), so each of them has one."""
        named = [name.text for name in charges]
        without = next((name for name in named or self.uncounted if name in self.uncounted), None)
        on = [self.charges[name] for name in named or self.charges if name in self.charges]
        for part in compared(condition):
            if part.subject.text == "quantity" and without:
                cause = f"charge `{without}`, which this {what} is on, has no quantity that a condition could ask for"
                mend = "ask for the quantity of one charge, such as `when seats at least 10`"
                yield problem(Code.C043, part.subject.where, cause, mend)
            elif part.subject.text == "quantity":
                found = (_uncounted(part, charge, asked) for charge in on)
                yield from islice(filter(None, found), 1)


def limits_of(terms: Terms) -> Mapping[str, Limits]:
    """For each input, what its figures lie between."""
    return {name: _limits(block) for name, block in terms.inputs.items()}


def _limits(block: tree.Block) -> Limits:
    """What the figures of an input lie between."""
    stated = {limit.kind: Fraction(limit.value.value) for limit in tree.every(block.lines, tree.Limit)}
    least, most = stated.get("least", Fraction(0)), stated.get("most")
    return (least, most) if most is None or least <= most else (Fraction(0), None)


def compared(condition: tree.Condition | None) -> Iterator[tree.Compared]:
    """All comparisons in a condition."""
    match condition:
        case tree.Compared():
            yield condition
        case tree.Negated(part=part):
            yield from compared(part)
        case tree.Every(parts=parts) | tree.Either(parts=parts):
            for part in parts:
                yield from compared(part)


def asked_quantities(terms: Terms) -> set[str]:
    """The charges whose quantity is asked for by a condition of another charge or of a discount."""
    asked = set()
    everything = False
    for charge in terms.charges:
        for entry in charge.price.entries:
            asked |= {part.subject.text for priced in entry.value for part in compared(priced.when)}
    for _, block in terms.discounts:
        subjects = {p.subject.text for w in tree.every(block.lines, tree.When) for p in compared(w.condition)}
        asked |= subjects
        if "quantity" in subjects:
            for line in block.lines:
                if isinstance(line, tree.OffNode):
                    asked |= {name.text for name in line.charges}
                    everything = everything or not line.charges
    for _, block in terms.credits:
        for row in tree.every(block.lines, tree.CreditRow):
            subjects = {part.subject.text for part in compared(row.when)}
            asked |= subjects | ({name.text for name in row.charges} if "quantity" in subjects else set())
            everything = everything or ("quantity" in subjects and not row.charges)
    return asked | {charge.id for charge in terms.charges if everything}


# ------------------------------------------------------------------ what can be asked


def _askable(
    asking: _Asking,
    condition: tree.Condition | None,
    charge: ChargeTerms | None,
    asked_by: Asked,
    meters: Mapping[str, tree.Block] = NO_METERS,
) -> Iterator[Problem]:
    """``charge``: whose price it is a condition of; ``asked_by``: when it asks; ``meters``: those that it may ask for."""
    for part in compared(condition):
        subject = part.subject.text
        if subject in _TEXTS:
            yield from _text(part)
            continue
        asked = charge if subject == "quantity" else asking.charges.get(subject)
        declared = asking.terms.inputs.get(subject) or (None if asked else meters.get(subject))
        if asked is None and declared is None and subject != "quantity":
            known = ["quantity", *_TEXTS, *asking.charges, *asking.limits, *meters]
            cause = f"a condition can't ask for `{subject}`"
            yield problem(Code.C043, part.subject.where, cause, suggestion(subject, known, "subjects"))
            continue
        if asked is not None and asked.id in asking.uncounted:
            cause = f"charge `{asked.id}` has no quantity that a condition could ask for"
            mend = f"add a line such as `quantity 40 seats` to `{asked.id}`"
            yield problem(Code.C043, part.subject.where, cause, mend)
            continue
        uncounted = _uncounted(part, asked, asked_by) if asked is not None else None
        if uncounted is not None:
            yield uncounted
        elif isinstance(part.value, tree.Name):
            cause = f"`{subject}` is a number, and is compared with a text here"
            yield problem(Code.C043, part.value.where, cause, "compare it with a number, such as `at least 10`")
        elif part.unit and declared is not None:
            yield from _unit_of_input(part.unit, declared)
        elif part.unit and asked is not None:
            yield from _unit(asking, part.unit, asked)


def _uncounted(part: tree.Compared, asked: ChargeTerms, asked_by: Asked) -> Problem | None:
    """A condition that asks for a quantity on a day on which there is none."""
    day = uncounted_on(asked, asked_by)
    if day is None:
        return None
    cause = f"charge `{asked.id}` has no quantity on {day}, when this condition asks for it"
    later = min((entry for entry in asked.quantity.entries if entry.effective > day), key=_day, default=None)
    if later is not None:
        there = line_of(later.value.where, part.subject.where)
        cause += f": the one of {there} counts from {later.effective} on"
    mend = f"state a quantity that counts from {day} on, such as `quantity 40 seats`"
    return problem(Code.C043, part.subject.where, cause, mend)


def _day(entry: Dated[tree.Counted]) -> dt.date:
    return entry.effective


def _text(part: tree.Compared) -> Iterator[Problem]:
    subject = part.subject.text
    example = '`customer.country is "NL"`' if subject == "customer.country" else '`customer.kind is "business"`'
    if isinstance(part.value, tree.Number) or part.comparison not in (Comparison.IS, Comparison.IS_NOT):
        cause = f"`{subject}` is a text: it can only be or not be another text"
        yield problem(Code.C043, part.where, cause, f"write, for example, {example}")
    elif subject == "customer.country" and pycountry.countries.get(alpha_2=part.value.text) is None:
        cause = f"there is no country with the code `{part.value}`"
        mend = "write its ISO 3166 code of two capital letters, such as `NL`"
        yield problem(Code.C015, part.value.where, cause, mend)
    elif subject == "customer.kind" and part.value.text not in list(PartyKind):
        near = close_to(part.value.text, list(PartyKind))
        mend = f"did you mean `{near}`?" if near else "write `business` or `consumer`"
        yield problem(Code.C043, part.value.where, f"`{part.value}` is no kind of customer", mend)


def _unit_of_input(unit: tree.Name, asked: tree.Block) -> Iterator[Problem]:
    stated, said = tree.one(asked.lines, tree.MeterUnit), unit_said(asked)
    if said and not same_unit(unit.text, said):
        there = line_of((stated or asked).where, unit.where)
        cause = f"`{unit}` does not fit: the figures of `{asked.id}` are in {said} ({there})"
        yield problem(Code.C012, unit.where, cause, "use one unit for both, in singular or plural")


def _without_percent(condition: tree.Condition) -> Iterator[Problem]:
    """A column of usage has no unit: 80% may stand there as 80 or as 0.8."""
    for part in compared(condition):
        if part.unit and part.unit.text == tree.PERCENT and isinstance(part.value, tree.Number):
            number = part.value.value
            cause = f"the column `{part.subject}` has no unit: it may hold such a share as {number:f} or as {number / 100:f}"
            yield problem(Code.C012, part.unit.where, cause, "write the plain number, as the column has it")


def _unit(asking: _Asking, unit: tree.Name, asked: ChargeTerms) -> Iterator[Problem]:
    for counted, where in asking.units(asked):
        if not same_unit(unit.text, counted):
            there = line_of(where, unit.where)
            cause = f"`{unit}` does not fit: the quantity of `{asked.id}` is in {counted} ({there})"
            yield problem(Code.C012, unit.where, cause, "use one unit for both, in singular or plural")
            return


# ------------------------------------------------------------------ what can be true


def _possible(
    node: tree.Condition, negative: bool = False, limits: Mapping[str, Limits] = NO_LIMITS
) -> Iterator[Problem]:
    """A condition that no case satisfies; one with too many cases to try stays untold, for it harms nobody."""
    condition = to_condition(node)
    if can_try([condition]) and not any(holds(condition, case) for case in cases([condition], negative, limits)):
        yield _never(node, limits)


def _never(condition: tree.Condition, limits: Mapping[str, Limits]) -> Problem:
    mend = "mend a number or a word in it, or leave out the line"
    cause = "this condition can never be true: no value satisfies it"
    named = [name for name in dict.fromkeys(part.subject.text for part in compared(condition)) if name in limits]
    if named:
        within = [f"`{name}` from {limited(limits[name])}" for name in named]
        cause = f"this condition can never be true with {listed(within, 'and')}"
    return problem(Code.C040, condition.where, cause, mend)


def _options(charge: ChargeTerms, options: Sequence[tree.Priced], limits: Mapping[str, Limits]) -> Iterator[Problem]:
    """The lines of a price, from the first to the last: the first whose condition holds counts."""
    if len(options) == 1 and not options[0].when:
        return
    open_lines = [option for option in options if not option.guarded]
    if open_lines:
        other = next(option for option in options if option is not open_lines[-1])
        cause = f"this price counts always, and so does that of {line_of(other.where, open_lines[-1].where)}"
        if other.guarded:
            cause = (
                f"this price counts always, beside the conditional one on {line_of(other.where, open_lines[-1].where)}"
            )
        mend = "leave out one of them, or say `when` each counts; if both are due, make two charges"
        if other.guarded:
            mend = "write `otherwise` at its end; or make two charges, if both are due"
        yield problem(Code.C044, open_lines[-1].where, cause, mend)
        return
    conditions = [to_condition(option.when) if option.when else None for option in options]
    asked = [condition for condition in conditions if condition]
    if can_try(asked):
        yield from _reached(charge, options, conditions, list(cases(asked, limits=limits)), limits)
    elif not options[-1].otherwise:
        cause = f"the price of `{charge.id}` depends on too many combinations to try whether each has a price"
        yield problem(Code.C045, options[-1].where, cause, "end with a line `… otherwise`, or ask for less at once")


def _reached(
    charge: ChargeTerms,
    options: Sequence[tree.Priced],
    conditions: Sequence[Condition | None],
    tried: list[Case],
    limits: Mapping[str, Limits],
) -> Iterator[Problem]:
    left = tried
    for option, condition in zip(options, conditions, strict=True):
        if option.when and condition and not any(holds(condition, case) for case in tried):
            yield _never(option.when, limits)
            continue
        before = len(left)
        left = [case for case in left if condition and not holds(condition, case)]
        if len(left) == before:
            cause = "this price is never reached: whenever it could count, an earlier line counts"
            mend = "write the narrower condition first, or leave out the line"
            yield problem(Code.C041, option.when.where if option.when else option.where, cause, mend)
    if left:
        cause = f"`{charge.id}` has no price when {shown(left[0])}"
        yield problem(Code.C042, options[-1].where, cause, "end with a line `… otherwise`")
