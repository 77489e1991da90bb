"""render: what the message keys and unit words of documents are called on paper, in English; catalogues translate them."""

from __future__ import annotations

from invoicer.domain.document import Kind
from invoicer.domain.entitlement import Part
from invoicer.domain.supply import Category


def mark(message: str) -> str:
    """Mark a message for the catalogues, to be translated where it is printed."""
    return message


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """Mark a message that depends on a number."""
    return one, many


TITLES = {
    Kind.INVOICE: mark("Invoice"),
    Kind.CREDIT_NOTE: mark("Credit note"),
}

NUMBERS = {
    Kind.INVOICE: mark("Invoice number"),
    Kind.CREDIT_NOTE: mark("Credit note number"),
}

# What a line is, where it is not the charge itself.
PARTS = {
    Part.DEPOSIT: mark("Deposit"),
    Part.ADJUSTMENT: mark("Settlement of the deposit"),
    Part.MINIMUM: mark("Top-up to the agreed minimum"),
    Part.MAXIMUM: mark("Reduction to the agreed maximum"),
    Part.DISCOUNT: mark("Discount"),
    Part.COMMITMENT: mark("Shortfall of the agreed commitment"),
    Part.CREDIT: mark("Service credit"),
}

# The same with the charge that it belongs to, where the title of the line is another.
PARTS_OF = {
    Part.DEPOSIT: mark("Deposit for {charge}"),
    Part.ADJUSTMENT: mark("Settlement of the deposit for {charge}"),
    Part.MINIMUM: mark("Top-up to the agreed minimum of {charge}"),
    Part.MAXIMUM: mark("Reduction to the agreed maximum of {charge}"),
    Part.DISCOUNT: mark("Discount on {charge}"),
    Part.COMMITMENT: mark("Shortfall of {charge}"),
    Part.CREDIT: mark("Service credit on {charge}"),
}

# What a levy is taken on: the charge, or a part of it.
LEVIED_ON = {
    Part.CHARGE: mark("on {charge}"),
    Part.DEPOSIT: mark("on the deposit for {charge}"),
    Part.ADJUSTMENT: mark("on the settlement of the deposit for {charge}"),
    Part.MINIMUM: mark("on the top-up to the agreed minimum of {charge}"),
    Part.MAXIMUM: mark("on the reduction to the agreed maximum of {charge}"),
    Part.DISCOUNT: mark("on the discount on {charge}"),
    Part.COMMITMENT: mark("on the shortfall of {charge}"),
    Part.CREDIT: mark("on the service credit on {charge}"),
}

# Classes of insurance as terms write them. One that is not here prints as it is written.
INSURANCE_CLASSES = {
    "motor-liability": mark("motor third-party liability"),
    "motor-hull": mark("motor own damage"),
    "liability": mark("liability"),
    "accident": mark("accident"),
    "goods-in-transit": mark("goods in transit"),
}

# The VAT of a line, in its narrow column; categories that are not here print their rate.
SHORT_CATEGORIES = {
    Category.EXEMPT: mark("exempt"),
    Category.REVERSE_CHARGE: mark("reverse charge"),
    Category.OUTSIDE_SCOPE: mark("outside scope"),
}

# The VAT of a row of the breakdown, without rate.
CATEGORIES = {
    Category.ZERO: mark("Zero rate"),
    Category.EXEMPT: mark("Exempt from VAT"),
    Category.REVERSE_CHARGE: mark("Reverse charge"),
    Category.INTRA_COMMUNITY: mark("Intra-Community supply"),
    Category.EXPORT: mark("Export outside the EU"),
    Category.OUTSIDE_SCOPE: mark("Outside the scope of VAT"),
}

# Why a line corrects an earlier one. A key that is not here prints no reason.
REASONS = {
    "terms-changed": mark("the terms were changed"),
    "usage-changed": mark("the usage was corrected"),
    "declaration-changed": mark("the declared figures were corrected"),
    "deposit-settled": mark("the deposit was settled"),
    "treatment-changed": mark("the tax treatment was corrected"),
    "index-revised": mark("the published index was revised"),
    "counted-charges-changed": mark("the charges that count came to another amount"),
    "service-credit": mark("as agreed for the quality of the service"),
    "cadence-changed": mark("the billing period was changed"),
    "parties-changed": mark("the parties' details were corrected"),
    "billed-again": mark("invoiced again after a credit"),
    "price-error": mark("wrong price"),
    "quantity-error": mark("wrong quantity"),
    "duplicate": mark("invoiced twice"),
    "not-ordered": mark("not ordered"),
    "not-delivered": mark("not delivered"),
    "wrong-party": mark("addressed to the wrong party"),
    "wrong-details": mark("wrong details of the parties"),
    "wrong-treatment": mark("wrong tax treatment"),
    "wrong-currency": mark("wrong currency"),
    "other-error": mark("invoiced by mistake"),
    "goodwill": mark("as a gesture of goodwill"),
    "poor-service": mark("for the quality of the service"),
    "late-delivery": mark("for the delay"),
    "settlement": mark("as settled with you"),
}

# What a row below a line shows, where its numbers do not say it.
DETAILS = {
    "included": mark("Included"),
    "committed": mark("Agreed commitment"),
    "counted": mark("Counts towards it"),
    "flat": mark("Fixed part"),
    "period": mark("Full periods"),
    "part-of-period": mark("Part of a period"),
    "carried-over": mark("Carried over"),
    "event-minimum": mark("Minimum per event"),
    "event-maximum": mark("Maximum per event"),
    "judged-by": mark("Judged by"),
    "used": mark("Used days"),
    "kept-of-unused": mark("Kept of the unused days"),
    "short-rate": mark("Kept by the short-rate table"),
    "minimum": PARTS[Part.MINIMUM],
    "maximum": PARTS[Part.MAXIMUM],
    "discount": PARTS[Part.DISCOUNT],
    "deposit": PARTS[Part.DEPOSIT],
}

# Rows of which only the amount says something.
SUMS = ("committed", "counted")

_UNIT_WORDS = (
    mark_plural("percent", "percent"),
    mark_plural("second", "seconds"),
    mark_plural("minute", "minutes"),
    mark_plural("hour", "hours"),
    mark_plural("day", "days"),
    mark_plural("week", "weeks"),
    mark_plural("month", "months"),
    mark_plural("quarter", "quarters"),
    mark_plural("year", "years"),
    mark_plural("piece", "pieces"),
    mark_plural("seat", "seats"),
    mark_plural("user", "users"),
    mark_plural("seller", "sellers"),
    mark_plural("licence", "licences"),
    mark_plural("mailbox", "mailboxes"),
    mark_plural("domain", "domains"),
    mark_plural("certificate", "certificates"),
    mark_plural("server", "servers"),
    mark_plural("cluster", "clusters"),
    mark_plural("node", "nodes"),
    mark_plural("backup", "backups"),
    mark_plural("address", "addresses"),
    mark_plural("call", "calls"),
    mark_plural("request", "requests"),
    mark_plural("event", "events"),
    mark_plural("message", "messages"),
    mark_plural("transaction", "transactions"),
    mark_plural("payment", "payments"),
    mark_plural("vehicle", "vehicles"),
    mark_plural("vehicle-day", "vehicle-days"),
    mark_plural("driver", "drivers"),
    mark_plural("courier", "couriers"),
    mark_plural("trip", "trips"),
    mark_plural("delivery", "deliveries"),
    mark_plural("parcel", "parcels"),
    mark_plural("kilometre", "kilometres"),
    mark_plural("gigabyte", "gigabytes"),
    mark_plural("terabyte", "terabytes"),
    mark_plural("package", "packages"),
    mark_plural("form", "forms"),
    mark_plural("incident", "incidents"),
    mark_plural("mail", "mails"),
    mark_plural("account", "accounts"),
    mark_plural("box", "boxes"),
    mark_plural("designer", "designers"),
    mark_plural("editor", "editors"),
    mark_plural("feed", "feeds"),
    mark_plural("report", "reports"),
    mark_plural("restore", "restores"),
    mark_plural("room", "rooms"),
    mark_plural("truck", "trucks"),
    mark_plural("vault", "vaults"),
    mark_plural("GB-day", "GB-days"),
)

# Terms may write a unit in the singular or the plural; symbols (GB, km) are the same in every language.
UNITS = {word.casefold(): pair for pair in _UNIT_WORDS for word in pair}
