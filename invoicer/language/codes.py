"""language: every code that a message about terms can have. Codes are stable: once given, one is never given another
meaning. ``T…`` is about how something is written, ``C…`` about what it says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from invoicer.errors import Place, Problem, Severity


@dataclass(frozen=True, slots=True)
class About:
    """What a code means. ``absence``: it says that something is missing, so it is withheld while some line of the
    same contract could not be read, for the missing thing may stand there."""

    meaning: str
    severity: Severity = Severity.ERROR
    absence: bool = False


class Code(Enum):
    """The codes, with what each is about."""

    # how it is written
    T001 = About("a word or literal stands where it can't stand")
    T002 = About("a line stops before it is complete")
    T003 = About("no line of this block starts with that word")
    T004 = About("a number is written so that its value depends on the reader's country")
    T005 = About("a date is not written year-month-day")
    T006 = About("a date is not in the calendar, or of a year out of reach")
    T007 = About("a sign stands for a currency, which is not clear enough")
    T008 = About("a text is not between straight double quotes on one line")
    T009 = About("a number is not a whole number, or too small or too large for its place")
    T010 = About("a currency code is not in ISO 4217")
    T011 = About("a number has more digits than any amount or quantity")
    T012 = About("an amount, quantity or percentage is negative")
    T013 = About("a condition is nested too deeply")
    T014 = About("the file is not UTF-8 text")
    T015 = About("the file has a character that does not belong in text")
    T016 = About("the file can't be read")
    T017 = About("there are more problems than are shown")
    T018 = About("the file holds no contract and no price list", Severity.WARNING)
    # names
    C001 = About("a contract or price list leaves out a line that it needs", absence=True)
    C002 = About("a line that may stand once stands twice")
    C003 = About("two things have one name")
    C004 = About("there is no such charge", absence=True)
    C005 = About("there is no such meter", absence=True)
    C006 = About("there is no such price list or version", absence=True)
    C007 = About("there is no such charge in the price list", absence=True)
    C008 = About("there is no such customer in the workspace")
    C009 = About("there is no such seller in the workspace")
    C010 = About("there is no such supply kind in the workspace")
    C011 = About("an amount is in another currency than the contract")
    C012 = About("two units do not fit together")
    C013 = About("a charge has a name that is a word of the language")
    C014 = About("there is no calendar of business days of that name")
    C015 = About("there is no country of that code")
    C016 = About("an amount is finer than its currency allows")
    C017 = About("a price list of the contract is agreed later than the contract", Severity.WARNING)
    # days
    C020 = About("a day lies outside the term")
    C021 = About("price steps are out of order")
    C022 = About("something is changed after it has ended")
    C023 = About("an amendment replaces what another amendment set, without saying so")
    C024 = About("an amendment supersedes one that it can't supersede")
    C025 = About("something takes effect before it was agreed", Severity.WARNING)
    C026 = About("an amendment leaves a price step without effect", Severity.WARNING)
    C027 = About("something ends before it begins")
    C028 = About("a superseded amendment goes on in part", Severity.WARNING)
    C029 = About("an open term can't renew")
    # bands, bounds, discounts, premiums
    C030 = About("the last band stops, so higher quantities have no price", absence=True)
    C031 = About("a band can never apply because one before it is open")
    C032 = About("a band is swallowed by the band before it")
    C033 = About("a table has no bands", absence=True)
    C034 = About("a minimum is above the maximum")
    C035 = About("a discount or service credit is above 100%")
    C036 = About("a premium leaves out its policy, class or country of risk", absence=True)
    C037 = About("a charge has no price, or a discount or service credit gives nothing", absence=True)
    C038 = About("a price per unit has no quantity", absence=True)
    C039 = About("a quantity does not take part in the price")
    C040 = About("a condition can never be true")
    C041 = About("a price can never be reached")
    C042 = About("a case is left without a price", absence=True)
    C043 = About("a condition asks what can't be asked")
    C044 = About("several prices count at once")
    C045 = About("there are more cases or combinations than can be looked at")
    # how things fit together
    C050 = About("a metered charge is billed before it is measured")
    C051 = About("the periods stated for one charge differ")
    C052 = About("a billing period is not a whole number of rating periods")
    C053 = About("a stop does not say what it gives back", absence=True)
    C054 = About("a line fits one-off charges only, or recurring ones only")
    C055 = About("a meter does not say what it measures", absence=True)
    C056 = About("an anchor day does not fit billing in days or weeks")
    C057 = About("a meter counts money in no currency, or in another one")
    # declared inputs
    C077 = About("an input leaves out its unit or the periods that it is stated for", absence=True)
    C078 = About("there is no such input", absence=True)
    C079 = About("an input is not used", Severity.WARNING)
    C080 = About("an input is stated for other periods than its figures are needed for")
    C081 = About("the limits of an input leave no figure")
    # what ends a contract
    C091 = About("a notice ends nothing", absence=True)
    C092 = About("an ending lies before or after the contract")
    C093 = About("a notice is given again", Severity.WARNING)
    C094 = About("a notice comes too late for the end of the term", Severity.WARNING)
    C095 = About("the period of notice is stated twice")
    C096 = About("something is agreed for days after the contract has ended", Severity.WARNING)
    # service credits
    C082 = About("a row of a service credit never counts")
    C083 = About("a service credit is on a charge that is due once, or has a deposit")
    C084 = About("a service credit is judged for periods that do not fit into a billing period")
    C097 = About("a price list is upgraded on renewal, and nothing renews", absence=True)
    C098 = About("a newer version of a price list lacks what a contract takes over", absence=True)
    C099 = About("the versions of a price list do not follow each other", absence=True)
    # examples
    C125 = About("an example does not say of which invoice it is", absence=True)
    C126 = About("an example expects nothing", absence=True)
    C127 = About("an example names a discount or service credit that there is not", absence=True)
    C128 = About("an example says two things about one line or quantity")
    C129 = About("an example asks for a day on which the contract is not known yet")
    # what an end gives back
    C085 = About("something is refunded by a short-rate table that there is not", absence=True)
    C086 = About("a row of a short-rate table can never count")
    C087 = About("a percentage of a refund is above 100%, or falls where it has to rise")
    C088 = About("a short-rate table stops, or has no rows", absence=True)
    C089 = About("a short-rate table is not used", Severity.WARNING)
    C090 = About("a row of a short-rate table has no effect on its charge", Severity.WARNING)
    # prices that include tax
    C100 = About("an amount is taken off prices with tax and prices without")
    C101 = About("some prices of a contract include tax and others do not", Severity.WARNING)
    # indexation, commitments, and the ends of what counts beside charges
    C046 = About("a commitment over the term of a contract that has no end")
    C047 = About("a shortfall would be a premium without policy and risk")
    C048 = About("a commitment adds amounts with tax and without")
    C049 = About("a charge never counts towards the commitment that names it")
    C058 = About("an adjustment cuts a period that is billed before the index is published", Severity.WARNING)
    C059 = About("the last period of a commitment is incomplete and due whole", Severity.WARNING)
    C063 = About("a commitment does not say how much, or what counts", absence=True)
    C064 = About("a charge is billed over the edges of a commitment's periods", Severity.WARNING)
    C065 = About("a charge counts towards two commitments", Severity.WARNING)
    C070 = About("an indexation does not say what it raises, by what, or when", absence=True)
    C071 = About("an indexation finds nothing that it could raise", absence=True)
    C072 = About("two indexations raise one charge on one day")
    C073 = About("an adjustment compares a month that is not over by then")
    C074 = About("the first adjustment compares months that lie long before it", Severity.WARNING)
    C075 = About("the floor of an indexation is above its cap")
    C076 = About("lines of an indexation do not fit together")
    C066 = About("there is no such index series in the workspace")
    C067 = About("an adjustment lies before the amendment that agrees it")
    C068 = About("a stop of something that is no charge states a refund")
    C069 = About("a stop may mean two things of one name")
    # acknowledgements
    C135 = About("an acknowledgement is about no warning of its block", Severity.WARNING)
    C136 = About("an acknowledgement names a code that is no warning")
    C137 = About("an acknowledgement gives no reason")
    # what usage is priced by
    C110 = About("a quantity can't be rounded so")
    C111 = About("a graduated band begins at a whole unit, and the quantity may be a fraction")
    C112 = About("only packages are rounded up or down")
    C113 = About("days are counted in two ways at once")
    C114 = About("a level is measured over time, and not for each day")
    C115 = About("a line is about each event, and the price is not taken of each event")
    C116 = About("events can't be priced one by one")
    C117 = About("what is agreed about each event leaves nothing to the percentage, or says nothing")
    C118 = About("unused units can't carry over here")
    C119 = About("unused units carry over for no whole number of periods")
    # deposits
    C150 = About("a deposit is billed in arrears")
    C151 = About("a deposit is never settled, or there is none to settle", absence=True)
    C152 = About("a deposit is settled by a declaration, and nothing is declared", absence=True)
    C153 = About("a deposit is settled when the next period is over too")
    C154 = About("a line does not fit a charge with a deposit")
    # names that something had before
    C160 = About("a former name is still in use")
    C161 = About("two things were renamed from one")
    # contracts that go on in others
    C164 = About("a contract continues one that there is not, or a charge of it that there is not, or names one twice")
    C165 = About("the days of contracts that continue each other do not fit")
    # other customers
    C162 = About("a change of the customer changes nothing")
    C163 = About("an amendment states a purchase order, and no new customer")
    # reading
    C060 = About("the indentation suggests another reading", Severity.WARNING)
    C061 = About("a meter is not used", Severity.WARNING)
    C062 = About("no terms of payment are stated", Severity.WARNING)
    C102 = About("a contract charges nothing", Severity.WARNING, absence=True)


def problem(code: Code, where: Place, cause: str, mend: str, label: str = "") -> Problem:
    """A problem of that code, with the code's severity."""
    return Problem(code.name, where, cause, mend, code.value.severity, label)


def line_of(other: Place, here: Place) -> str:
    """Another place as a message at this one names it: line 13, with its file where that is another."""
    return f"line {other.line}" + (f" of {other.file}" if other.file != here.file else "")
