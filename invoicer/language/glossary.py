"""language: what each word of the language means, in one sentence, with a line in which it stands.

This is what editors show beside a word. Whoever adds a word to grammar.lark adds it here; a test asks for it. Words of one
kind (months, units of time) have one entry between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from invoicer.language.tree import TIME_UNITS
from invoicer.language.words import MONTHS


@dataclass(frozen=True, slots=True)
class Meaning:
    """A sentence, and a line of terms in which the word stands."""

    text: str
    example: str


def meaning(word: str) -> Meaning | None:
    """What a word of the language means; None for one that is not explained."""
    return GLOSSARY.get(word)


_HEADINGS = {
    "contract": (
        "Begins a contract: its name, which nothing else may have, and its title.",
        'contract acme-2026 "Acme"',
    ),
    "price-list": ("Begins a price list, which contracts can build on.", 'price-list hosting-prices "Hosting prices"'),
    "charge": ("Begins something that is owed: its name, and its title on invoices.", 'charge seats "Support seats"'),
    "premium": (
        "Begins a charge that is an insurance premium, with its policy, class and country of risk.",
        'premium motor "Motor cover"',
    ),
    "meter": ("Begins something that is measured from usage events.", 'meter api-calls "API calls"'),
    "discount": (
        "Begins something that is taken off charges, in the order in which discounts are written.",
        'discount launch "Launch discount"',
    ),
    "commitment": (
        "Begins an amount that certain charges come to at least; what is missing is due when its period is over.",
        'commitment annual "Annual commitment"',
    ),
    "amendment": (
        "Begins a change that was agreed later: its number, the day it takes effect, the day it was agreed.",
        'amendment 1 from 2026-07-01 agreed 2026-05-12 "Side letter 1"',
    ),
    "change": (
        "Changes one thing of a charge or contract from the amendment's day on; after `prorate`: within a period.",
        "change seats quantity to 60 seats",
    ),
    "stop": (
        "Ends a charge on the day before the amendment's. After `prorate`: what an incomplete last period costs.",
        "stop api",
    ),
}

_CONTRACT = {
    "prices": ("How prices are stated: with their VAT in them.", "prices include tax"),
    "include": ("The prices are promised with their VAT in them.", "prices include tax"),
    "invoices": (
        "Amounts below it wait for the next invoice, for as long as is said there.",
        "invoices of at least 25.00 EUR, at most 6 months later",
    ),
    "later": ("How long small amounts wait at most.", "invoices of at least 25.00 EUR, at most 6 months later"),
    "renamed": ("What was billed under the names behind it counts as billed of this.", "renamed from base-fee"),
    "continues": ("What goes on in this: contracts, or charges of contracts.", "continues acme-north, acme-south"),
    "tax": ("The VAT that is in the prices.", "prices include tax"),
    "uses": ("Names the price list, and its version, that charges may be taken from.", "uses hosting-prices version 3"),
    "version": ("The number of a version of a price list.", "version 3"),
    "seller": ("Who sells: an id of invoicer.toml.", "seller hosting-nl"),
    "customer": ("Who buys: an id of customers.csv.", "customer acme"),
    "purchase": ("The customer's purchase order, printed on every invoice.", 'purchase order "PO-77810"'),
    "order": ("The customer's purchase order, printed on every invoice.", 'purchase order "PO-77810"'),
    "reference": (
        "A reference that is printed on invoices; of an amendment, where it is written down.",
        'reference "Cluster A"',
    ),
    "currency": ("The currency of all amounts, by its code of ISO 4217.", "currency EUR"),
    "agreed": ("The day on which it was agreed: before that day nobody knows of it.", "agreed 2025-12-12"),
    "term": ("From when to when the contract runs, both days included.", "term 24 months from 2026-01-01"),
    "open": ("The contract runs until it is ended.", "term open from 2026-01-01"),
    "renews": (
        "Whether, and for how long, the contract goes on at the end of its term.",
        "renews for 12 months, notice 90 days",
    ),
    "notice": (
        "How long before the end someone must say that the contract does not go on; or that this was said.",
        "renews for 12 months, notice 90 days",
    ),
    "upgrades": (
        "A newer version of the price list takes over on renewal.",
        "uses hosting-prices version 3, upgrades on renewal",
    ),
    "renewal": (
        "Where the term ends and the next one begins: part of `upgrades on renewal`.",
        "uses hosting-prices version 3, upgrades on renewal",
    ),
    "terminates": (
        "The last day of the contract, as both sides agreed, whatever its term.",
        'terminates on 2026-10-15 agreed 2026-10-01 by customer "Office closed"',
    ),
    "never": ("Not at all: no renewal; of an incomplete period, that it is free.", "renews never"),
    "supply": (
        "What is supplied, in the seller's own word from invoicer.toml; it decides the tax.",
        "supply electronic-service",
    ),
    "round": ("How amounts are rounded to the cent; half-up unless stated.", "round half-even"),
    "half-up": ("Half a cent is rounded away from zero.", "round half-up"),
    "half-even": ("Half a cent is rounded to the even cent.", "round half-even"),
    "up": ("Of rounding: away from zero. Of a band: `up to` its highest unit, which belongs to it.", "round up"),
    "down": ("Rounded towards zero.", "round down"),
    "supersedes": ("The earlier amendments that this one takes the place of.", "supersedes 1"),
}

_BILLING = {
    "bill": ("How often, when and from which day is billed.", "bill monthly in advance on day 1"),
    "weekly": ("Every week.", "bill weekly in arrears"),
    "monthly": ("Every month.", "bill monthly in advance on day 1"),
    "quarterly": ("Every three months.", "bill quarterly in advance on day 1 of january"),
    "annually": ("Every year.", "bill annually in advance on anniversary"),
    "every": ("So many days, weeks, months, quarters or years at a time.", "bill every 6 months in advance"),
    "advance": ("A period is billed on its first day.", "bill monthly in advance on day 1"),
    "arrears": ("A period is billed on the day after its last.", "bill monthly in arrears on day 1"),
    "anniversary": ("Periods begin on the day on which the service began.", "bill annually in advance on anniversary"),
    "day": (
        "A day of the month; day 31 is the last day of shorter months. As a length: one day.",
        "bill monthly in advance on day 1",
    ),
    "days": ("So many calendar days.", "pay within 30 days"),
    "last": ("The last day of the month; of a meter: the latest event's value.", "bill monthly in arrears on last day"),
    "prorate": (
        "What an incomplete period costs; apart for a start, a change and a stop, if you like.",
        "prorate start by-days, change full-periods, stop never",
    ),
    "by-days": ("By days in service over the days of the full period, exactly.", "prorate by-days"),
    "by-30-day-months": ("Every month counts 30 days, and the 31st is the 30th.", "prorate by-30-day-months"),
    "by-calendar-months": (
        "Whole months count one each, the days of others by the days of that month.",
        "prorate by-calendar-months",
    ),
    "full-periods": ("A period that has begun is due whole.", "prorate stop full-periods"),
    "start": ("What an incomplete first period costs.", "prorate start by-days"),
    "pay": ("When an invoice is due, counted from its date.", "pay within 30 days"),
    "within": ("How long after the invoice's date it is due.", "pay within 30 days"),
    "business-days": ("Days on which banks or people of that calendar work.", "pay within 5 business-days of target2"),
    "receipt": ("Due on the date of the invoice.", "pay on receipt"),
    "next": (
        "Due in the month after the invoice's; or the billing period after the running one.",
        "pay on day 15 of next month",
    ),
    "period": ("The billing period of a charge.", "change customer to globex from the next period"),
    "end": ("Days count from the end of the month of the invoice.", "pay within 30 days from end of month"),
    "direct": ("The amount is debited from the customer's account.", "pay by direct debit within 14 days"),
    "debit": ("The amount is debited from the customer's account.", "pay by direct debit within 14 days"),
    "billing": (
        "The contract's, or a charge's, billing from the amendment's day on.",
        "change billing to bill monthly in advance",
    ),
    "payment": ("The contract's terms of payment from the amendment's day on.", "change payment to pay within 45 days"),
}

_PRICES = {
    "free": ("Nothing is due.", "free"),
    "per": ("What the amount is for: a unit, a period, or both.", "12.00 EUR per seat per month"),
    "once": ("A single time, on the day on which the charge begins.", "2 500.00 EUR once"),
    "of": ("Names what is meant: a meter, a column, a calendar, a month.", "usage of api-calls"),
    "quantity": ("How many units are agreed; in a condition, how many the charge has.", "quantity 40 seats"),
    "usage": ("The quantity is what a meter measures.", "usage of api-calls"),
    "included": ("So many units are free in each period.", "included 10 seats"),
    "minimum": ("What is due at least, for each billing period or the one stated.", "minimum 50.00 EUR per month"),
    "maximum": ("What is due at most, for each billing period or the one stated.", "maximum 5 000.00 EUR per month"),
    "prorated": (
        "An incomplete period has its share of the minimum or maximum by days.",
        "minimum 50.00 EUR per month prorated",
    ),
    "graduated": ("Each unit at the price of the band that it falls into.", "graduated per month"),
    "volume": (
        "All units at the price of the band that the quantity reaches; of a discount, a percentage by amount.",
        "volume per month",
    ),
    "package": ("Like graduated, in whole packages, rounded up.", "package per month"),
    "to": (
        "Of a band: its highest unit, which belongs to it. Of days: the last one, included. Of a change: the new value.",
        "up to 100 000: 0.0020 EUR each",
    ),
    "below": ("Of a band: the unit at which the next band begins.", "below 100: 0.0020 EUR each"),
    "rounded": (
        "To what a measured quantity is rounded, or whether packages count that are not full.",
        "usage of sms, rounded up to 100",
    ),
    "above": ("The last band: everything above the one before it.", "above: 0.0015 EUR each"),
    "each": (
        "For every unit. Before `event`: for every event by itself, where a percentage is taken of each.",
        "each event at least 1.75 EUR, at most 12.00 EUR",
    ),
    "event": (
        "A single event of a meter, where a percentage is taken of each.",
        "2.99% of card-volume plus 0.25 EUR per event",
    ),
    "flat": ("Once, when a unit falls into the band.", "up to 100: 15.00 EUR flat"),
    "plus": (
        "Added to the price of the units of a band, or to the percentage of each event.",
        "up to 100: 0.07 EUR each plus 15.00 EUR flat",
    ),
    "clause": ("Where the signed paper says it; shown in explanations.", 'clause "4.1"'),
    "starts": ("The first day of service, when it is not the contract's.", "starts 2026-02-15"),
    "ends": ("The last day of service.", "ends 2026-12-31"),
    "on": (
        "The day of a charge that is due once; the day on which periods begin; what a volume discount counts.",
        "on 2026-03-01",
    ),
    "refund": ("Whether a stop gives back what was billed in advance and not used.", "refund unused"),
    "deposit": (
        "What is billed before the price is known; it is settled when figures are declared.",
        "deposit 4 000.00 EUR in 4 instalments",
    ),
    "instalments": (
        "In how many equal parts of the billing period a deposit is billed.",
        "deposit 4 000.00 EUR in 4 instalments",
    ),
    "adjust": (
        "When a deposit is settled, counted from the day after the billing period.",
        "adjust on declaration within 60 days",
    ),
    "declaration": ("Part of `adjust on declaration`.", "adjust on declaration within 60 days"),
    "short-rate": (
        "A stop gives back what a table leaves: how much is kept, by the time in service.",
        "refund short-rate",
    ),
    "unused": (
        "After `refund`: the days that were billed in advance and come after a stop. Before `carry over`: included units.",
        "unused carry over for 3 months",
    ),
    "carry": ("Included units that are not used can be used in later periods.", "unused carry over for 3 months"),
    "over": ("Included units that are not used can be used in later periods.", "unused carry over"),
    "no": ("A stop gives nothing back.", "no refund"),
    "from": ("From that day on, included.", "from 2027-01-01 480.00 EUR per month"),
    "as": (
        "Takes the charge over from a price list; lines below replace the list's.",
        "charge seats as in hosting-prices",
    ),
    "in": (
        "Part of `in advance`, `in arrears`, `as in` a price list, `risk in` a country.",
        "bill monthly in advance on day 1",
    ),
    "by": ("Part of `pay by direct debit`, and whose notice it is.", "pay by direct debit"),
}

_PREMIUMS = {
    "policy": ("The number of the insurance policy.", 'policy "MTPL-2026-101"'),
    "insurer": ("Who carries the risk, when it is not the seller.", 'insurer "Harbour Mutual"'),
    "risk": ("The country where the risk lies; it decides the premium tax.", "risk in NL"),
    "insurance": ("The class of insurance; it decides the premium tax.", "insurance class motor-liability"),
    "class": ("The class of insurance; it decides the premium tax.", "insurance class motor-liability"),
}

_METERS = {
    "sum": ("Adds up a column of the usage events.", "sum of calls"),
    "max": ("The highest value of a column.", "max of gigabytes per day"),
    "unique": ("How many different values a column has.", "unique of user-id"),
    "average": ("The average of a column over the events.", "average of gigabytes per day"),
    "time-weighted": (
        "Events set a level, or change it, which lasts until the next one; each level counts by its time.",
        "time-weighted average of gigabytes",
    ),
    "count": ("How many events there are.", "count of events"),
    "events": ("The usage events themselves, or their amounts one by one.", "count of events"),
    "unit": ("What the meter counts, as it is called on invoices.", "unit calls"),
    "only": ("Which usage events count.", "only status less than 500"),
}

_INPUTS = {
    "input": ("Begins something that someone states for some days.", 'input uptime "Availability"'),
    "declared": ("The quantity is what is stated of an input.", "declared payroll"),
    "stated": ("For how long a time each statement is.", "stated per month"),
    "adds": ("The figures of shorter times add up to that of a longer one.", "adds up"),
}

_INDEXATIONS = {
    "indexation": (
        "Begins an adjustment of prices by a published index or a fixed percentage.",
        'indexation cpi "CPI uplift"',
    ),
    "raises": ("Which charges are raised, and by what.", 'raises platform-fee with "NL-CPI-2015" plus 1%'),
    "with": ("The index series, a file of the folder indices.", 'raises platform-fee with "NL-CPI-2015"'),
    "minus": (
        "So many percent are taken from the change of the index.",
        'raises everything with "NL-WAGES" minus 0.5%',
    ),
    "base": ("The month with which the first adjustment compares.", "base 2025-10"),
    "revised": ("The latest published value of a month counts, not the first.", "revised values count"),
    "values": ("The latest published value of a month counts, not the first.", "revised values count"),
}

_CREDITS = {
    "service-credit": (
        "Begins what is given back where a service falls short of what was promised.",
        'service-credit sla "Availability credit"',
    ),
    "judged": ("Which days are judged together, and how long the figures may take.", "judged per month within 14 days"),
    "credit": ("A document that reduces an invoice; or, in an example, a service credit.", "as credit note"),
    "note": ("A document that reduces an invoice.", "as credit note"),
}

_DISCOUNTS = {
    "off": ("What is taken off: a percentage or an amount, of which charges.", "20% off platform-fee, seats"),
    "everything": ("All charges of the contract.", "10% off everything"),
    "for": ("For how long; of a renewal, for how long it goes on.", "for first 6 months"),
    "first": (
        "Counted from the start of the contract or the amendment; of events: from the start of each period.",
        "for first 6 months",
    ),
    "until": ("Up to that day, included.", "until 2026-06-30"),
}

_COMMITMENTS = {
    "counts": ("Which charges count towards the commitment.", "counts api, seats"),
    "over": ("Part of `over the term`: one period, as long as the first term.", "120 000.00 EUR over the term"),
    "the": ("Part of `over the term`, `from the next period`.", "120 000.00 EUR over the term"),
}

_EXAMPLES = {
    "expect": (
        "Begins an example: what the contract must come to; it is worked out before every plan.",
        'expect "January 2026"',
    ),
    "invoice": ("The bill date that the example is about.", "invoice on 2026-01-01"),
    "known": ("The example sees what was known on that day; the bill date unless stated.", "known on 2026-02-01"),
    "given": ("The quantity that a meter has in the example.", "given api-calls 250 000 calls"),
    "adjustment": (
        "What a charge came to, less its deposit: one line of it.",
        "line liability adjustment 1 400.00 EUR",
    ),
    "line": ("What a charge comes to on that invoice.", "line seats 360.00 EUR"),
    "total": ("What the invoice comes to, before tax.", "total 648.00 EUR"),
    "acknowledge": (
        "A warning that is meant so: it is shown no more, and why stays here.",
        'acknowledge C025 "as agreed"',
    ),
}

_CONDITIONS = {
    "when": ("Counts only where the condition holds; the first line that holds decides.", "when quantity at least 10"),
    "otherwise": ("Counts where none of the lines before does.", "15.00 EUR per seat per month otherwise"),
    "is": ("Equal to a number or a text.", 'only status is "ok"'),
    "not": ("Where the condition after it does not hold.", 'only region is not "test"'),
    "or": ("Where at least one of the conditions holds.", "only status less than 500 or retried is 1"),
    "and": (
        "Where both conditions hold; after `between`, the upper end.",
        "only status less than 500 and retried is 0",
    ),
    "between": ("From the one number to the other, both included.", "when quantity between 10 and 20"),
    "more": ("Above the number.", "when quantity more than 10"),
    "less": ("Below the number.", "when quantity less than 10"),
    "than": ("Part of `more than` and `less than`.", "when quantity more than 10"),
    "at": ("Part of `at least` and `at most`: the number itself counts.", "when quantity at least 10"),
    "least": ("The number or above it.", "when quantity at least 10"),
    "most": ("The number or below it.", "when quantity at most 10"),
}

_GROUPS = {
    **{
        word: (f"A length of time: {word}.", f"term 3 {word} from 2026-01-01")
        for word in TIME_UNITS
        if word not in ("day", "days")
    },
    **{
        month: (f"The month in which periods begin: {month.title()}.", f"bill annually in advance on day 1 of {month}")
        for month in MONTHS
    },
}

GLOSSARY: Mapping[str, Meaning] = {
    word: Meaning(*entry)
    for part in (
        _HEADINGS,
        _CONTRACT,
        _BILLING,
        _PRICES,
        _PREMIUMS,
        _METERS,
        _INPUTS,
        _INDEXATIONS,
        _CREDITS,
        _DISCOUNTS,
        _COMMITMENTS,
        _EXAMPLES,
        _CONDITIONS,
        _GROUPS,
    )
    for word, entry in part.items()
}
