"""markets/lv: Latvia."""

from pathlib import Path

from invoicer.api import Market, hookimpl

from ..eu import MemberState


@hookimpl
def invoicer_markets() -> list[Market]:
    return [MemberState(Path(__file__).parent)]
