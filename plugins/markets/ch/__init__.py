"""markets/ch: Switzerland, as a country of customers."""

from pathlib import Path

from invoicer.api import Country, Market, hookimpl


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Country(Path(__file__).parent)]
