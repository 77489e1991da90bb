"""markets/ee: Estonia."""

from pathlib import Path

from invoicer.api import Market, hookimpl

from ..eu import MemberState, reference_731


class Estonia(MemberState):
    def payment_reference(self, number: str) -> str:
        """The viitenumber that Estonian banks check (Estonian Banking Association, 7-3-1 method)."""
        return reference_731(number, shortest=2)


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Estonia(Path(__file__).parent)]
