"""markets/gb: the United Kingdom, as a country of customers; Northern Ireland follows it for services."""

from pathlib import Path

from invoicer.api import Country, Market, hookimpl


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Country(Path(__file__).parent)]
