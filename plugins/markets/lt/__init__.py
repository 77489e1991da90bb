"""markets/lt: Lithuania."""

from pathlib import Path

from invoicer.api import Market, PartyKind, Premium, Supply, hookimpl

from ..eu import MemberState


class Lithuania(MemberState):
    def premium_category(self, premium: Premium, supply: Supply) -> str:
        """Motor third-party cover of private individuals is free of the security contribution."""
        category = super().premium_category(premium, supply)
        private = premium.insurance_class == "motor-liability" and supply.customer.kind is PartyKind.CONSUMER
        return "exempt" if private else category


@hookimpl
def invoicer_markets() -> list[Market]:
    return [Lithuania(Path(__file__).parent)]
