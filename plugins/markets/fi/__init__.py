"""markets/fi: Finland."""

from pathlib import Path

from invoicer.api import Market, hookimpl

from ..eu import MemberState, reference_731


class Finland(MemberState):
    def payment_reference(self, number: str) -> str:
        """The viitenumero that Finnish banks check (Finance Finland, structure of the domestic reference)."""
        return reference_731(number, shortest=4)


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Finland(Path(__file__).parent)]
