"""audit: documents of ``format: 1``. Frozen: it reads what was issued, so it doesn't change with today's code.

Nothing is taken from other modules on purpose, not even the rounding: two computations that share no code have to agree.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from invoicer.audit.fault import Fault

Data = Mapping[str, Any]
_LONGEST = 12
"""How many decimals of an amount are shown; beyond them it is shown as a fraction."""
_NUMBER = re.compile(r"-?\d+(/\d+|(\.\d+)?(E[+-]?\d{1,3})?)", re.ASCII)
_MOST_PLACES = 100
"""More decimals no rounding leaves: a number that was made to be endless is told, and not computed."""
ROUNDINGS = ("half-up", "half-even", "up", "down")


def faults(document: Data) -> Iterator[Fault]:
    """Every statement of a document that its other statements contradict: each line's trace, step by step, and its amount;
    VAT by rate; the sums; the VAT in the currency of the books."""
    lines = document["lines"]
    if [line["number"] for line in lines] != list(range(1, len(lines) + 1)):
        yield Fault(0, "its lines are not numbered from 1")
    for line in lines:
        for cause in _line(line, document["currency"]):
            yield Fault(line["number"], cause)
    for cause in (*_breakdown(document), *_sums(document), *_accounting(document)):
        yield Fault(0, cause)


def replayed(trace: Data) -> tuple[Fraction, list[str]]:
    """What the leaves of a trace come to, and each step whose stored result is another."""
    wrong: list[str] = []
    values = []
    for operand in trace.get("operands", ()):
        value, below = replayed(operand)
        values.append(value)
        wrong += below
    stored = _number(trace["result"])
    found = stored if trace["op"] == "given" else _computed(trace, values)
    if found != stored:
        wrong.append(f"“{trace.get('label', '')}” says {stored}, and its operands give {found}")
    return found, wrong


def rounded(value: Fraction, places: int, rule: str) -> Fraction:
    """The value with that many decimals, alike for both signs."""
    if not 0 <= places <= _MOST_PLACES:
        raise ValueError(f"{places} decimals")
    scaled = abs(value) * 10**places
    whole = scaled.numerator // scaled.denominator
    rest = scaled - whole
    half = Fraction(1, 2)
    up = {
        "half-up": rest >= half,
        "half-even": rest > half or (rest == half and whole % 2 == 1),
        "up": rest > 0,
        "down": False,
    }[rule]
    size = Fraction(whole + up, 10**places)
    return size if value >= 0 else -size


def _computed(trace: Data, values: list[Fraction]) -> Fraction:
    match trace["op"], values:
        case "add", _:
            return sum(values, Fraction(0))
        case "subtract", [first, second]:
            return first - second
        case "multiply", [first, second]:
            return first * second
        case "divide", [first, second]:
            return first / second
        case "lesser", [first, second]:
            return min(first, second)
        case "greater", [first, second]:
            return max(first, second)
        case "ceiling", [only]:
            return Fraction(-(-only.numerator // only.denominator))
        case "round", [only]:
            return rounded(only, trace["places"], trace["rounding"])
    raise ValueError(f"{trace['op']} of {len(values)} numbers")


def _line(line: Data, currency: str) -> Iterator[str]:
    agreed, places = _amount(_agreed(line)), _places(_agreed(line))
    found, wrong = replayed(line["trace"])
    yield from wrong
    if found != agreed:
        yield f"its trace comes to {found}, and its amount is {agreed}"
    exact = _number(line["quantity"]) * _number(line["unit_price"]) / _number(line["price_base"])
    if agreed not in {rounded(exact, places, rule) for rule in ROUNDINGS}:
        yield f"quantity × price comes to {exact}, and its amount is {agreed}"
    if _number(line["unit_price"]) < 0:
        yield "its price is negative"
    if {line["net"]["currency"], _agreed(line)["currency"]} != {currency}:
        yield f"its amount is not in {currency}"


def _breakdown(document: Data) -> Iterator[str]:
    """VAT once for each jurisdiction, category, percentage and scheme."""
    groups: dict[tuple[str, ...], list[Data]] = defaultdict(list)
    for line in document["lines"]:
        groups[_rate(line["treatment"])].append(line)
    rows = {_rate(row["treatment"]): row for row in document["breakdown"]}
    if len(rows) != len(document["breakdown"]) or rows.keys() != groups.keys():
        yield "the rows of VAT are not those of its lines"
        return
    for rate, row in rows.items():
        base, tax, name = _amount(row["base"]), _amount(row["tax"]), " ".join(filter(None, rate))
        if base != (net := sum((_amount(line["net"]) for line in groups[rate]), Fraction(0))):
            yield f"VAT {name} is on {_shown(base)}, and its lines come to {_shown(net)}"
        percent, places = _number(row["treatment"]["percent"]), _places(row["tax"])
        if not row["treatment"].get("includes_tax", False):
            due, slack = base * percent / 100, Fraction(0)
        else:  # a correction takes its share out of tax that was rounded with that of other lines
            corrections = sum("corrects" in line for line in document["lines"])
            due, slack = (base + tax) * percent / (100 + percent), Fraction(2 * corrections, 10**places)
            if base + tax != (gross := sum((_amount(_agreed(line)) for line in groups[rate]), Fraction(0))):
                yield f"VAT {name}: base and tax come to {_shown(base + tax)}, and what was agreed to {_shown(gross)}"
        if abs((right := rounded(due, places, "half-up")) - tax) > slack:
            yield f"VAT {name} on {_shown(base)} comes to {_shown(right)}, and {_shown(tax)} is written there"


def _sums(document: Data) -> Iterator[str]:
    net, tax, gross = (_amount(document[name]) for name in ("net", "tax", "gross"))
    lines = sum((_amount(line["net"]) for line in document["lines"]), Fraction(0))
    rows = sum((_amount(row["tax"]) for row in document["breakdown"]), Fraction(0))
    if net != lines:
        yield f"its net amount is {_shown(net)}, and its lines come to {_shown(lines)}"
    if tax != rows:
        yield f"its VAT is {_shown(tax)}, and the rows of VAT come to {_shown(rows)}"
    if gross != net + tax:
        yield f"its total is {_shown(gross)}, and net and VAT come to {_shown(net + tax)}"
    if {document[name]["currency"] for name in ("net", "tax", "gross")} != {document["currency"]}:
        yield f"its sums are not in {document['currency']}"


def _accounting(document: Data) -> Iterator[str]:
    if not (books := document.get("accounting")):
        return
    rate, tax = books["rate"], _amount(document["tax"])
    forward = rate["base"] == document["currency"]
    exact = tax * _number(rate["rate"]) if forward else tax / _number(rate["rate"])
    if rounded(exact, _places(books["tax"]), "half-up") != _amount(books["tax"]):
        yield f"VAT of {tax} at {rate['rate']} comes to {exact}, and {_amount(books['tax'])} is in the books"


def _agreed(line: Data) -> Data:
    """The amount that was promised: with VAT where prices include it."""
    agreed: Data = line.get("gross") or line["net"]
    return agreed


def _rate(treatment: Data) -> tuple[str, ...]:
    percent = str(_number(treatment["percent"]))
    return treatment["jurisdiction"], treatment["category"], percent, treatment.get("scheme", "")


def _number(text: str) -> Fraction:
    """A number as documents write it: decimal, or as a fraction."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"“{text}”")
    return Fraction(text)


def _amount(money: Data) -> Fraction:
    return _number(money["amount"])


def _shown(value: Fraction) -> str:
    """An amount as people write it, 46.62; sums and roundings of amounts have few decimals."""
    for places in range(_LONGEST + 1):
        if (scaled := value * 10**places).denominator == 1:
            return str(Decimal(scaled.numerator).scaleb(-places))
    return str(value)


def _places(money: Data) -> int:
    """How many decimals an amount is written with: those of its currency on the day of issue."""
    return len(money["amount"].partition(".")[2])
