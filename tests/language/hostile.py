"""Texts of any size that try to make reading slow: for tests, which count calls, and the benchmark, which counts time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from tests.language.samples import heading

HEAD = heading("a", "A", "open from 2026-01-01")
FEE = "charge fee\n  450.00 EUR per month\n"
SEATS = "charge seats\n  12.00 EUR per seat per month\n  quantity 40 seats\n"
API = "meter calls\n  sum of calls\ncharge api\n  usage of calls\n  bill monthly in arrears\n"
Text = Callable[[int], str]


def _repeated(start: str, piece: Callable[[int], str] | str, end: str = "") -> Text:
    """The start, and pieces up to a size in characters."""

    def text(size: int) -> str:
        parts, left, number = [start], size - len(start) - len(end), 0
        while left > 0:
            part = piece if isinstance(piece, str) else piece(number)
            parts.append(part)
            left -= len(part)
            number += 1
        return "".join(parts) + end + "\n"

    return text


def _halves(start: str, one: Callable[[int], str], other: Callable[[int], str]) -> Text:
    """The start, pieces of one kind for half of the size, and pieces of another."""

    def text(size: int) -> str:
        return _repeated(start, one)(size // 2) + _repeated("", other)(size // 2)

    return text


def _day(number: int) -> str:
    return str(dt.date(2026, 1, 1) + dt.timedelta(days=number % 60_000))


def _amendment(number: int, agreed: int, effective: int, *lines: str) -> str:
    heading = f"amendment {number + 1} from {_day(effective)} agreed {_day(agreed)}\n"
    return heading + "".join(f"  {line}\n" for line in lines)


WRITING: dict[str, Text] = {
    "quotes": _repeated(HEAD, '"'),
    "texts": _repeated(HEAD + '  reference "a"', ' "b"'),
    "unclosed texts": _repeated(HEAD, '  reference "abc\n'),
    "apostrophes": _repeated(HEAD + "charge x\n", "  clause 'abc\n"),
    "digits": _repeated(HEAD + "charge x\n  ", "1"),
    "numbers": _repeated(HEAD + "charge x\n  ", "12 345 "),
    "thousands": _repeated(HEAD + "charge x\n  1", " 111"),
    "points": _repeated(HEAD + "charge x\n  1", ".111"),
    "points in pairs": _repeated(HEAD + "charge x\n  ", "1.1 "),
    "dates": _repeated(HEAD + "charge x\n  ", "2026-01-01-"),
    "signs": _repeated(HEAD + "charge x\n  ", "1€ "),
    "commas": _repeated(HEAD + "  uses x", ","),
    "commas at ends of lines": _repeated(HEAD + "discount d\n  10% off x", ",\n"),
    "colons": _repeated(HEAD, ": "),
    "brackets": _repeated(HEAD + "discount d\n  10% off everything\n  when ", "("),
    "brackets in lines": _repeated(HEAD, "discount d\n  10% off everything\n  when ((((seats at least 1))))\n"),
    "negations": _repeated(HEAD + "discount d\n  when ", "not "),
    "names": _repeated(HEAD + "charge ", "a-b"),
    "properties": _repeated(HEAD + "charge x\n  1.00 EUR once when a", ".b"),
    "words": _repeated(HEAD + "charge x ", "word "),
    "spaces": _repeated(HEAD, " "),
    "empty lines": _repeated(HEAD, "\n"),
    "comments": _repeated(HEAD, "  # a remark\n"),
    "one comment": _repeated(HEAD + "# ", "#"),
    "controls": _repeated(HEAD, "\x00"),
    "marks of direction": _repeated(HEAD, '# "\u202e"\n'),
    "marks without width": _repeated(HEAD, "a\u200b\n"),
    "unknown lines": _repeated(HEAD, "  colour red\n"),
    "unknown headings": _repeated(HEAD, "chrage x\n  1.00 EUR per month\n"),
    "wrong amounts": _repeated(HEAD + "charge x\n", "  12,50 EUR per month\n"),
    "lines that stop": _repeated(HEAD + "charge x\n", "  12.50 EUR per\n"),
    "glued words": _repeated(HEAD + "charge x\n", "  12.50EUR per month\n"),
}
"""By how they are written; most are refused for it."""

MEANING: dict[str, Text] = {
    "charges": _repeated(HEAD, lambda n: f"charge c{n}\n  1.00 EUR per month\n"),
    "charges of one name": _repeated(HEAD, FEE),
    "meters": _repeated(HEAD + FEE, lambda n: f"meter m{n}\n  sum of calls\n"),
    "measured charges": _repeated(
        HEAD,
        lambda n: f"meter m{n}\n  sum of x\ncharge c{n}\n  usage of m{n}\n  1% of m{n}\n  bill monthly in arrears\n",
    ),
    "premiums": _repeated(HEAD, lambda n: f"premium p{n}\n  1.00 EUR per month\n"),
    "discounts": _repeated(HEAD + FEE, lambda n: f"discount d{n}\n  1% off everything\n"),
    "discounts on many": _repeated(HEAD + FEE + "discount d\n  1% off fee", ", fee"),
    "discounts and charges": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per seat per month\n  quantity 1 seat\n",
        lambda n: f"discount d{n}\n  1% off everything\n  when quantity at least 2\n",
    ),
    "discounts and charges without quantity": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: f"discount d{n}\n  1% off everything\n  when quantity at least 2\n",
    ),
    "bands": _repeated(
        HEAD + API + "  graduated\n", lambda n: f"    up to {n + 1} 0.10 EUR each\n", "    above free\n"
    ),
    "bands in other units": _repeated(HEAD + API + "  volume\n", lambda n: f"    up to {n + 1} u{n} 0.10 EUR each\n"),
    "bands that don't rise": _repeated(HEAD + API + "  graduated\n", "    up to 10 0.10 EUR each\n"),
    "bands of a discount": _repeated(
        HEAD + FEE + "discount d\n  volume on fee\n", lambda n: f"    up to {n + 1}.00 EUR 1%\n", "    above 2%\n"
    ),
    "price steps": _repeated(HEAD + FEE, lambda n: f"  from {_day(n + 1)} 1.00 EUR per month\n"),
    "price steps backwards": _repeated(HEAD + FEE, lambda n: f"  from {_day(50_000 - n)} 1.00 EUR per month\n"),
    "price steps of one day": _repeated(HEAD + FEE, "  from 2027-01-01 1.00 EUR per month\n"),
    "amendments": _repeated(HEAD + FEE, lambda n: _amendment(n, n, n + 1, "change fee to 1.00 EUR per month")),
    "amendments of one day": _repeated(HEAD + FEE, lambda n: _amendment(n, n, 9, "change fee to 1.00 EUR per month")),
    "amendments that supersede": _repeated(
        HEAD + FEE, lambda n: _amendment(n, n, 9, f"supersedes {n}", "change fee to 1.00 EUR per month")
    ),
    "amendments agreed backwards": _repeated(
        HEAD + FEE, lambda n: _amendment(n, 50_000 - n, n + 1, "change fee to 1.00 EUR per month")
    ),
    "amendments of unknown charges": _repeated(HEAD + FEE, lambda n: _amendment(n, n, n + 1, f"stop fea{n}")),
    "amendments that add": _repeated(
        HEAD + FEE, lambda n: _amendment(n, n, n + 1, f"charge c{n}", "  1.00 EUR per month")
    ),
    "changes": _repeated(
        HEAD + FEE + "amendment 1 from 2026-02-01 agreed 2026-01-01\n", "  change fee to 1.00 EUR per month\n"
    ),
    "changes of many charges": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: _amendment(n, n, n + 1, f"change c{n} to 2.00 EUR per month"),
    ),
    "quantities": _repeated(HEAD + SEATS, lambda n: _amendment(n, n, n + 1, f"change seats quantity to {n} seats")),
    "quantities at price steps": _halves(
        HEAD + SEATS,
        lambda n: f"  from {_day(n + 2)} 1.00 EUR per seat per month\n",
        lambda n: _amendment(n, n, 1, f"supersedes {n}", f"change seats quantity to {n} seats"),
    ),
    "billing": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: _amendment(n, n, n + 1, "change billing to bill monthly in arrears"),
    ),
    "billing of each": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: _amendment(
            n, n, n + 1, "change billing to bill monthly in arrears", f"change c{n} billing to bill annually in arrears"
        ),
    ),
    "payment": _repeated(HEAD + FEE, lambda n: _amendment(n, n, n + 1, f"change payment to pay within {n % 90} days")),
    "stops": _repeated(HEAD + FEE, lambda n: _amendment(n, n, n + 1, "stop fee")),
    "supersedes": _repeated(
        HEAD + FEE + "amendment 1 from 2026-02-01 agreed 2026-01-01\n  stop fee\n  refund unused\n"
        "amendment 2 from 2026-02-01 agreed 2026-01-01\n  supersedes",
        " 1",
    ),
    "supersedes what isn't there": _repeated(
        HEAD + FEE, lambda n: _amendment(n, n, n + 1, f"supersedes {n + 100_000}", "stop fee", "refund unused")
    ),
    "prices with conditions": _repeated(
        HEAD + SEATS.replace("  12.00 EUR per seat per month\n", ""),
        lambda n: f"  1.00 EUR per seat per month when quantity less than {n + 1}\n",
        "  1.00 EUR per seat per month otherwise\n",
    ),
    "numbers with or": _repeated(
        HEAD + SEATS + "discount d\n  1% off seats\n  when quantity is 1", lambda n: f" or quantity is {n}"
    ),
    "numbers with and": _repeated(
        HEAD + SEATS + "discount d\n  1% off seats\n  when quantity is not 1", lambda n: f" and quantity is not {n}"
    ),
    "texts with or": _repeated(API + "meter m\n  sum of x\n  only a is b", lambda n: f" or a is b{n}"),
    "texts with and": _repeated(API + "meter m\n  sum of x\n  only a is not b", lambda n: f" and a is not b{n}"),
    "subjects": _repeated(API + "meter m\n  sum of x\n  only a is b", lambda n: f" or a{n} is b"),
    "conditions on what isn't there": _repeated(
        HEAD + SEATS + "discount d\n  1% off seats\n  when seats is 1", lambda n: f" or seat{n} is 1"
    ),
    "conditions in other units": _repeated(
        HEAD + SEATS + "discount d\n  1% off seats\n  when seats is 1", lambda n: f" or seats is {n} users"
    ),
    "countries": _repeated(
        HEAD + FEE + 'discount d\n  1% off fee\n  when customer.country is "NL"', ' or customer.country is "XQ"'
    ),
    "contracts": _repeated("", lambda n: HEAD.replace("contract a", f"contract a{n}") + FEE),
    "contracts of one name": _repeated("", HEAD + FEE),
    "empty contracts": _repeated("", lambda n: f"contract a{n}\n"),
    "price lists": _repeated("", lambda n: f"price-list p\n  version {n + 1}\n  currency EUR\n"),
    "price lists of one version": _repeated("", "price-list p\n  version 1\n  currency EUR\n"),
    "contracts with an unknown price list": _halves(
        "", lambda n: f"price-list p{n}\n  currency EUR\n", lambda n: f"contract a{n}\n  uses p-{n}\n"
    ),
    "contracts with an unknown version": _halves(
        "",
        lambda n: f"price-list p\n  version {n + 1}\n  currency EUR\n",
        lambda n: f"contract a{n}\n  uses p version {n + 100_000}\n",
    ),
    "contracts with a wrong price list": _halves(
        "price-list p\n  currency EUR\n",
        lambda n: f"charge s{n}\n  1,00 EUR per month\n",
        lambda n: f"contract a{n}\n  uses p\n",
    ),
    "charges as in a price list": _halves(
        HEAD + "  uses p\n",
        lambda n: f"charge c{n} as in p\n",
        lambda n: (
            f"{'' if n else 'price-list p' + chr(10) + '  currency EUR' + chr(10)}charge c{n}\n  1.00 EUR per month\n"
        ),
    ),
    "inputs": _repeated(HEAD + FEE, lambda n: f"input i{n}\n  unit percent\n  stated per month\n"),
    "declared charges": _repeated(
        HEAD,
        lambda n: (
            f"input i{n}\n  unit heads\n  stated per month\ncharge c{n}\n  declared i{n}\n  1.00 EUR per head\n"
            "  bill monthly in arrears\n"
        ),
    ),
    "indexations": _repeated(HEAD + FEE, lambda n: f"indexation x{n}\n  raises fee by 1%\n  once on {_day(n + 400)}\n"),
    "indexations of one day": _repeated(
        HEAD + FEE, lambda n: f"indexation x{n}\n  raises everything by 1%\n  every year from 2027-01-01\n"
    ),
    "indexations and price steps": _halves(
        HEAD + FEE,
        lambda n: f"  from {_day(n + 1)} 1.00 EUR per month\n",
        lambda n: f"indexation x{n}\n  raises fee by 1%\n  every year from {_day(n + 400)}\n",
    ),
    "indexations and charges": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: f"indexation x{n}\n  raises everything by 1%\n  once on {_day(n + 400)}\n",
    ),
    "indexation of many": _repeated(HEAD + FEE + "indexation x\n  every year from 2027-01-01\n  raises fee", ", fee"),
    "stops of discounts": _halves(
        HEAD + FEE,
        lambda n: f"discount d{n}\n  1% off everything\n",
        lambda n: _amendment(n, n, n + 1, f"stop d{n}"),
    ),
    "commitments": _repeated(HEAD + FEE, lambda n: f"commitment k{n}\n  100.00 EUR per year\n  counts everything\n"),
    "commitments and charges": _halves(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n",
        lambda n: f"commitment k{n}\n  100.00 EUR per year\n  counts c{n}\n",
    ),
    "commitment on many": _repeated(HEAD + FEE + "commitment k\n  1.00 EUR per year\n  counts fee", ", fee"),
    "service credits": _repeated(
        HEAD + SEATS, lambda n: f"service-credit s{n}\n  1% of seats when quantity less than {n + 1}\n"
    ),
    "rows of a service credit": _repeated(
        HEAD + SEATS + "service-credit s\n", lambda n: f"  1% of seats when quantity less than {n + 1}\n"
    ),
    "examples": _repeated(HEAD + FEE, lambda n: f'expect "e{n}"\n  invoice on 2026-02-01\n  line fee 450.00 EUR\n'),
    "lines of an example": _repeated(
        HEAD + FEE + 'expect "e"\n  invoice on 2026-02-01\n', lambda n: f"  line fe{n} 450.00 EUR\n"
    ),
    "given of an example": _repeated(
        HEAD + API + "  1.00 EUR per call\n" + 'expect "e"\n  invoice on 2026-02-01\n', "  given calls 10\n"
    ),
    "acknowledgements": _repeated(HEAD + FEE, '  acknowledge C025 "known"\n'),
    "acknowledgements that work": _repeated(
        HEAD + FEE,
        lambda n: _amendment(n, n + 60, n + 1, 'acknowledge C025 "known"', "change fee to 1.00 EUR per month"),
    ),
    "deposits": _repeated(
        HEAD,
        lambda n: f"charge c{n}\n  1.00 EUR per month\n  deposit 1.00 EUR\n  adjust on declaration within 60 days\n",
    ),
    "short rates": _repeated(
        HEAD + FEE + "  refund short-rate\n  short-rate\n",
        lambda n: f"    up to {n + 1} days {n % 99 + 1}%\n",
        "    above 100%\n",
    ),
    "endings": _repeated(HEAD + FEE, lambda n: f"notice given {_day(n + 1)} by customer\n"),
    "terminations": _repeated(HEAD + FEE, lambda n: f"terminates on {_day(n + 9)} agreed {_day(n)}\n  refund unused\n"),
    "priced events": _repeated(
        HEAD,
        lambda n: (
            f"meter m{n}\n  sum of x\ncharge c{n}\n  usage of m{n}\n  1% of m{n} plus 0.10 EUR per event\n"
            "  each event at least 0.20 EUR\n  first 3 events free\n  bill monthly in arrears\n"
        ),
    ),
    "uses": _repeated(HEAD, lambda n: f"  uses p{n}\n"),
}
"""By what they say; some of them are terms without any error."""

FAMILIES = {**WRITING, **MEANING}
