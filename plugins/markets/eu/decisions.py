"""markets/eu: where a service is taxed, by whom and how, as one table. The first rule that fits decides.

Articles are those of Directive 2006/112/EC; “Reg.” is Implementing Regulation (EU) No 282/2011. The codes of exemption
reasons are the VATEX list of EN 16931. What a rule needs to know of a supply is a :class:`Situation`.
"""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.api import Category

GENERAL = "general-service"  # any service that is none of the following
INTANGIBLE = "intangible-service"  # art. 59: consultancy, data processing, advertising, licences, staff …
ELECTRONIC = "electronic-service"  # art. 58: hosting, software, domains, downloads
INSURANCE = "insurance"
INTERMEDIATION = "insurance-intermediation"  # bringing insurer and insured together, not mere back-office work

SERVICES = (GENERAL, INTANGIBLE, ELECTRONIC)
CLASSES = (*SERVICES, INSURANCE, INTERMEDIATION)

HOME, MEMBER, THIRD = "home", "another member state", "a third country"
ANYWHERE = (HOME, MEMBER, THIRD)

CONFIRMED = "business with confirmed VAT id"
UNCONFIRMED = "business without confirmed VAT id"
CONSUMER = "consumer"
BUSINESS = (CONFIRMED, UNCONFIRMED)
ANYONE = (*BUSINESS, CONSUMER)

SELLER, CUSTOMER = "seller", "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What decides: the class of supply, where the customer is seen from the seller, its ISO 3166 code, its status, and
    whether the seller uses the union scheme (one-stop shop) or is registered in the customer's country."""

    supply: str
    where: str
    country: str
    status: str
    oss: bool
    registered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row of the table: the columns that a situation must match, and what follows.

    ``countries`` narrows ``where``; ``only_if`` is ``oss`` or ``registered``. ``rate_of`` names whose standard rate is
    due. ``hold`` is a key of :data:`HOLDS`: nobody knows without asking, so nothing follows but a question.
    """

    id: str
    supply: tuple[str, ...]
    where: tuple[str, ...]
    status: tuple[str, ...] = ANYONE
    countries: tuple[str, ...] = ()
    only_if: str = ""
    category: Category = Category.STANDARD
    rate_of: str = ""
    scheme: str = ""
    reason_code: str = ""
    note: str = ""
    law: str = ""
    hold: str = ""

    def fits(self, it: Situation) -> bool:
        """Whether every column matches."""
        return (
            it.supply in self.supply
            and it.where in self.where
            and it.status in self.status
            and (not self.countries or it.country in self.countries)
            and (self.only_if != "oss" or it.oss)
            and (self.only_if != "registered" or it.registered)
        )


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule that holds asks: problem code, cause and mend, with places for ``country`` (the customer's), ``home``
    and ``seller``."""

    code: str
    cause: str
    mend: str


RULES = (
    # Insurance is exempt wherever the customer is; the premium tax of the risk's country comes on top as a levy.
    Rule(
        id="insurance", supply=(INSURANCE,), where=(HOME, MEMBER), category=Category.EXEMPT,
        reason_code="VATEX-EU-135-1", note="insurance-exempt", law="art. 135(1)(a)",
    ),
    Rule(
        id="insurance-third-country", supply=(INSURANCE,), where=(THIRD,), category=Category.EXEMPT,
        reason_code="VATEX-EU-135-1", note="insurance-exempt", law="art. 135(1)(a), 169(c)",
    ),
    Rule(
        id="intermediation-with-premium-tax", supply=(INTERMEDIATION,), where=ANYWHERE, countries=("BE", "NL"),
        hold="premium-tax-on-fees",
    ),
    Rule(
        id="intermediation", supply=(INTERMEDIATION,), where=ANYWHERE, category=Category.EXEMPT,
        reason_code="VATEX-EU-135-1", note="insurance-exempt", law="art. 135(1)(a); C-40/15, C-907/19",
    ),
    # At home everyone pays the home rate.
    Rule(id="domestic", supply=SERVICES, where=(HOME,), rate_of=SELLER, law="art. 44, 45"),
    # In another member state a business that has proved itself accounts for the VAT; one that has not is charged.
    Rule(
        id="reverse-charge", supply=SERVICES, where=(MEMBER,), status=(CONFIRMED,), category=Category.REVERSE_CHARGE,
        reason_code="VATEX-EU-AE", note="reverse-charge", law="art. 44, 196",
    ),
    Rule(
        id="business-unproved", supply=(GENERAL, INTANGIBLE), where=(MEMBER,), status=(UNCONFIRMED,), rate_of=SELLER,
        law="art. 44, Reg. art. 18(1)",
    ),
    # Consumers pay where the seller is, for electronic services where they live (so do businesses without VAT id).
    Rule(
        id="consumer-general", supply=(GENERAL, INTANGIBLE), where=(MEMBER,), status=(CONSUMER,), rate_of=SELLER,
        law="art. 45",
    ),
    Rule(
        id="electronic-one-stop-shop", supply=(ELECTRONIC,), where=(MEMBER,), status=(UNCONFIRMED, CONSUMER),
        only_if="oss", rate_of=CUSTOMER, scheme="oss", note="oss", law="art. 58, 369a; Reg. art. 18(2)",
    ),
    Rule(
        id="electronic-registered", supply=(ELECTRONIC,), where=(MEMBER,), status=(UNCONFIRMED, CONSUMER),
        only_if="registered", rate_of=CUSTOMER, law="art. 58; Reg. art. 18(2)",
    ),
    Rule(
        id="electronic-undecided", supply=(ELECTRONIC,), where=(MEMBER,), status=(UNCONFIRMED, CONSUMER),
        hold="threshold",
    ),
    # Outside the union: nothing here from businesses; consumers by the kind of service and their country's own law.
    Rule(
        id="third-country-business", supply=SERVICES, where=(THIRD,), status=BUSINESS, category=Category.OUTSIDE_SCOPE,
        reason_code="VATEX-EU-O", note="outside-eu", law="art. 44",
    ),
    Rule(
        id="united-states-consumer", supply=(INTANGIBLE, ELECTRONIC), where=(THIRD,), status=(CONSUMER,),
        countries=("US",), category=Category.OUTSIDE_SCOPE, reason_code="VATEX-EU-O", note="outside-eu",
        law="art. 58, 59; no sales tax without nexus in the state",
    ),
    Rule(
        id="third-country-registered", supply=(ELECTRONIC,), where=(THIRD,), status=(CONSUMER,),
        countries=("CH", "GB", "NO"), only_if="registered", rate_of=CUSTOMER, law="art. 58; the country's own VAT law",
    ),
    Rule(
        id="norway-remote-registered", supply=(INTANGIBLE,), where=(THIRD,), status=(CONSUMER,), countries=("NO",),
        only_if="registered", rate_of=CUSTOMER, law="art. 59; remote services (VOEC) since 2023",
    ),
    Rule(
        id="united-kingdom-consumer", supply=(ELECTRONIC,), where=(THIRD,), status=(CONSUMER,), countries=("GB",),
        hold="united-kingdom",
    ),
    Rule(
        id="switzerland-consumer", supply=(ELECTRONIC,), where=(THIRD,), status=(CONSUMER,), countries=("CH", "LI"),
        hold="switzerland",
    ),
    Rule(
        id="norway-consumer", supply=(INTANGIBLE, ELECTRONIC), where=(THIRD,), status=(CONSUMER,), countries=("NO",),
        hold="norway",
    ),
    Rule(
        id="third-country-consumer-intangible", supply=(INTANGIBLE,), where=(THIRD,), status=(CONSUMER,),
        category=Category.OUTSIDE_SCOPE, reason_code="VATEX-EU-O", note="outside-eu", law="art. 59",
    ),
    Rule(
        id="third-country-consumer-general", supply=(GENERAL,), where=(THIRD,), status=(CONSUMER,), rate_of=SELLER,
        law="art. 45",
    ),
    Rule(
        id="third-country-consumer-electronic", supply=(ELECTRONIC,), where=(THIRD,), status=(CONSUMER,),
        hold="third-country-consumer",
    ),
)  # fmt: skip

HOLDS = {
    "premium-tax-on-fees": Question(
        "X022",
        "{country} levies its tax on insurance premiums on the fees of intermediaries as well, and the percentage of"
        " a fee is not covered",
        "leave the charge out until your adviser has said what is due, or write a plugin for that market",
    ),
    "threshold": Question(
        "X006",
        "electronic services to customers without a confirmed VAT id in {country} are taxed there once a year's"
        " cross-border sales to consumers exceed EUR 10 000 (art. 59c), and {seller} has not said what it does",
        "set oss = true on the seller's {home} registration when it uses the one-stop shop (also by choice below the"
        " threshold), or add its registration in {country}; for a business, confirm its VAT id",
    ),
    "united-kingdom": Question(
        "X007",
        "electronic services to consumers in {country} are taxed there from the first sale, and {seller} has no"
        " registration in {country}",
        "register there and add the registration to the seller",
    ),
    "switzerland": Question(
        "X007",
        "electronic services to consumers in {country} are taxed there once the seller's worldwide turnover exceeds"
        " CHF 100 000, and {seller} has no registration in {country}",
        "register there and add the registration to the seller, or leave the charge out",
    ),
    "norway": Question(
        "X007",
        "remote services to consumers in {country} are taxed there (VOEC) above NOK 50 000 a year, and {seller} has no"
        " registration in {country}",
        "register for VOEC and add the registration to the seller, or leave the charge out",
    ),
    "third-country-consumer": Question(
        "X007",
        "electronic services to consumers in {country} fall under the law of that country, which is not covered",
        "add a plugin that knows {country}, or leave the charge out",
    ),
}
"""What only the seller or its adviser can answer."""


def decide(situation: Situation) -> Rule:
    """The first rule that fits; StopIteration can't happen for the classes of :data:`CLASSES`, which a test shows."""
    return next(rule for rule in RULES if rule.fits(situation))
