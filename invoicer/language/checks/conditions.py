"""language: checks of conditions: what they ask can be asked, they can be true, and no case is left without a price.

A condition compares a subject with constants, so it changes only at those constants: trying each constant and a value
between and beyond them tries everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pycountry

from invoicer.domain.party import PartyKind
from invoicer.domain.price import Comparison
from invoicer.domain.timeline import Timeline
from invoicer.errors import Problem
from invoicer.language import tree
from invoicer.language.checks.values import cases, holds, shown
from invoicer.language.codes import Code, line_of, problem
from invoicer.language.convert import to_condition
from invoicer.language.gather import ChargeTerms, Terms, measured_unit
from invoicer.language.words import close_to, same_unit, suggestion

_TEXTS = ("customer.country", "customer.kind")


def check_conditions(terms: Terms) -> Iterator[Problem]:
    """Conditions of prices, discounts and meters."""
    for charge in terms.charges:
        for entry in charge.price.entries:
            asked = True
            for priced in entry.value:
                for found in _askable(terms, priced.when, charge):
                    asked = False
                    yield found
            if asked:
                yield from _options(charge, entry.value)
    for _, block in terms.discounts:
        for line in tree.every(block.lines, tree.When):
            unaskable = [*_askable(terms, line.condition, None), *_quantity_of_discount(terms, block, line.condition)]
            yield from unaskable or _possible(line.condition, negative=False)
    for block in terms.meters.values():
        for line in tree.every(block.lines, tree.When):
            yield from _possible(line.condition, negative=True)


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
    for charge in terms.charges:
        for entry in charge.price.entries:
            asked |= {part.subject.text for priced in entry.value for part in compared(priced.when)}
    for _, block in terms.discounts:
        subjects = {p.subject.text for w in tree.every(block.lines, tree.When) for p in compared(w.condition)}
        asked |= subjects
        if "quantity" in subjects:
            for line in block.lines:
                if isinstance(line, tree.OffNode):
                    asked |= {name.text for name in line.charges} or {charge.id for charge in terms.charges}
    return asked


# ------------------------------------------------------------------ what can be asked


def _askable(terms: Terms, condition: tree.Condition | None, charge: ChargeTerms | None) -> Iterator[Problem]:
    for part in compared(condition):
        subject = part.subject.text
        if subject in _TEXTS:
            yield from _text(part)
            continue
        asked = charge if subject == "quantity" else terms.charge(subject)
        if asked is None and subject != "quantity":
            known = ["quantity", *_TEXTS, *(other.id for other in terms.charges)]
            cause = f"a condition can't ask for `{subject}`"
            yield problem(Code.C043, part.subject.where, cause, suggestion(subject, known, "subjects"))
            continue
        if asked is not None and not asked.quantity.entries and not _is_share(asked):
            cause = f"charge `{asked.id}` has no quantity that a condition could ask for"
            mend = f"add a line such as `quantity 40 seats` to `{asked.id}`"
            yield problem(Code.C043, part.subject.where, cause, mend)
            continue
        if isinstance(part.value, tree.Name):
            cause = f"`{subject}` is a number, and is compared with a text here"
            yield problem(Code.C043, part.value.where, cause, "compare it with a number, such as `at least 10`")
        elif part.unit and asked is not None:
            yield from _unit(terms, part.unit, asked)


def _quantity_of_discount(terms: Terms, block: tree.Block, condition: tree.Condition) -> Iterator[Problem]:
    """``quantity`` is that of each charge that the discount is on, so each of them has one."""
    named = {name.text for line in block.lines if isinstance(line, tree.OffNode) for name in line.charges}
    without = [
        charge.id
        for charge in terms.charges
        if (charge.id in named or not named) and not charge.quantity.entries and not _is_share(charge)
    ]
    for part in compared(condition):
        if part.subject.text == "quantity" and without:
            cause = f"charge `{without[0]}`, which this discount is on, has no quantity that a condition could ask for"
            mend = "ask for the quantity of one charge, such as `when seats at least 10`"
            yield problem(Code.C043, part.subject.where, cause, mend)


def _is_share(charge: ChargeTerms) -> bool:
    return any(isinstance(priced.price, tree.Share) for entry in charge.price.entries for priced in entry.value)


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


def _unit(terms: Terms, unit: tree.Name, asked: ChargeTerms) -> Iterator[Problem]:
    quantities: Timeline[tree.Quantity | tree.Usage] = asked.quantity
    for entry in quantities.entries:
        value = entry.value
        meter = terms.meters.get(value.meter.text) if isinstance(value, tree.Usage) else None
        counted = value.unit.text if isinstance(value, tree.Quantity) else measured_unit(meter) if meter else None
        if counted and not same_unit(unit.text, counted):
            there = line_of(value.where, unit.where)
            cause = f"`{unit}` does not fit: the quantity of `{asked.id}` is in {counted} ({there})"
            yield problem(Code.C012, unit.where, cause, "use one unit for both, in singular or plural")
            return


# ------------------------------------------------------------------ what can be true


def _possible(condition: tree.Condition, negative: bool) -> Iterator[Problem]:
    tried = list(cases([to_condition(condition)], negative))
    if tried and not any(holds(to_condition(condition), case) for case in tried):
        yield _never(condition)


def _never(condition: tree.Condition) -> Problem:
    mend = "mend a number or a word in it, or leave out the line"
    return problem(Code.C040, condition.where, "this condition can never be true: no value satisfies it", mend)


def _options(charge: ChargeTerms, options: Sequence[tree.Priced]) -> Iterator[Problem]:
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
        mend = "write `otherwise` at its end; or make two charges, if both are due"
        yield problem(Code.C044, open_lines[-1].where, cause, mend)
        return
    conditions = [to_condition(option.when) for option in options if option.when]
    tried = list(cases(conditions))
    if not tried:
        return
    left = tried
    for option in options:
        condition = to_condition(option.when) if option.when else None
        if condition and not any(holds(condition, case) for case in tried) and option.when:
            yield _never(option.when)
            continue
        reached = [case for case in left if condition is None or holds(condition, case)]
        if not reached:
            cause = "this price is never reached: whenever it could count, an earlier line counts"
            mend = "write the narrower condition first, or leave out the line"
            yield problem(Code.C041, option.when.where if option.when else option.where, cause, mend)
        left = [case for case in left if case not in reached]
    if left:
        cause = f"`{charge.id}` has no price when {shown(left[0])}"
        yield problem(Code.C042, options[-1].where, cause, "end with a line `… otherwise`")
