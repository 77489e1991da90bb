"""usage: what is said about a row that can't be right."""

from __future__ import annotations

from collections.abc import Collection

from invoicer.workspace import mend_by_choice, no_number

MORE = {
    "U201": "a cell that must not be empty is",
    "U202": "time stamps without time zone",
    "U203": "no time stamps",
    "U204": "unknown contracts",
    "U205": "unknown meters",
    "U206": "meters that the manifest does not name for the file",
    "U207": "events that came before",
    "U208": "what is in received is no day",
    "U209": "received before they happened",
    "U210": "empty cells",
    "U211": "no numbers",
    "U212": "numbers that are too long",
    "U213": "negative amounts",
}


def row_problem(
    code: str, column: str, value: str, *, contracts: Collection[str], meters: Collection[str], first: str
) -> tuple[str, str]:
    """Cause and mend. ``first`` is the place of the event that a duplicate repeats."""
    match code:
        case "U201":
            return f"{column} is empty", "deliver every event with its id, contract, meter and time stamp"
        case "U202":
            mend = "add the offset: 2026-03-01T10:00:00+01:00, or Z for UTC"
            return f"“{value}” has no time zone, so its day is unknown", mend
        case "U203":
            mend = "write it like 2026-03-01T10:00:00+01:00; the years 2000 to 2099 are taken"
            return f"“{value}” is no time stamp", mend
        case "U204":
            mend = mend_by_choice(value, contracts, "correct it, remove the row, or add the contract's terms")
            return f"there is no contract “{value}”", mend
        case "U205":
            mend = mend_by_choice(value, meters, "correct it, remove the row, or define the meter in the terms")
            return f"no terms define a meter “{value}”", mend
        case "U206":
            mend = "add it to the meters of that source, which then answers for its completeness too"
            return f"the manifest does not name “{value}” among the meters of this file's source", mend
        case "U207":
            mend = "deliver each event once; two different events need two ids"
            return f"the event “{value}” came before, in {first}", mend
        case "U208":
            mend = "write it like 2026-03-01 or 2026-03-01T10:00:00+01:00, or leave it empty"
            return f"“{value}” does not say when the event was received", mend
        case "U209":
            return f"the event was received before it happened (“{value}”)", "correct received, or the time stamp"
        case "U210":
            return f"{column} is empty, which the meter needs", "deliver the event with its value; write 0 for none"
        case "U211":
            flaw = no_number(value, "1234.5")
            return flaw.cause, flaw.mend
        case "U212":
            mend = "round it where it is made; so many decimals often come from a binary fraction"
            return f"“{value}” has more than 18 digits before or 12 after the point", mend
    return f"{value} is negative, and the meter adds amounts", "deliver what was used; correct an event by replacing it"
