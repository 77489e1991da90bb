"""Laws of contracts that change hands: what changes no price changes no sum, however the contracts are cut or called."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from invoicer.domain.document import Document, Kind
from tests.runs.small import insurer, issue

# each example issues for two years, twice: few of them here, more in `make test-slow`, and none is made smaller
MANY = os.environ.get("HYPOTHESIS_PROFILE") == "larger"
LAW = settings(max_examples=40 if MANY else 3, phases=[Phase.generate], deadline=None)
CENT = Decimal("0.01")
LAST = "2027-01-01"


@dataclass(frozen=True)
class Fee:
    """A charge as far as it is drawn: so many units at a price for a period, billed in some way, perhaps with a discount."""

    quantity: int
    cents: int
    per: str
    bill: str
    off: int

    def block(self, name: str, more: str = "", quantity: int | None = None) -> str:
        price = f"{self.cents // 100}.{self.cents % 100:02}"
        off = f'discount off-{name} "Off"\n  {self.off}% off {name}\n\n' if self.off else ""
        units = f"  quantity {self.quantity if quantity is None else quantity} seats\n"
        return (
            f'charge {name} "{name}"\n{more}{units}  {price} EUR per seat per {self.per}\n  bill {self.bill}\n\n{off}'
        )


AHEAD = (
    "annually in advance on day 1 of january",
    "quarterly in advance on day 1 of january",
    "monthly in advance on day 1",
)
AFTER = ("monthly in arrears on day 1", "quarterly in arrears on day 1 of january")


def fees(bills: Sequence[str]) -> st.SearchStrategy[Fee]:
    return st.builds(
        Fee,
        st.integers(1, 60),
        st.integers(1, 300_000),
        st.sampled_from(("month", "year")),
        st.sampled_from(bills),
        st.sampled_from((0, 0, 7, 33)),
    )


def heading(name: str, start: str, agreed: str, more: str = "") -> str:
    return f"""contract {name} "{name}"
{more}  seller my-company
  customer acme
  currency EUR
  agreed {agreed}
  term open from {start}
  bill monthly in advance on day 1
  pay within 30 days
  supply hosting

"""


class World:
    """A workspace in which the same days come to pass."""

    def __init__(self, folder: Path) -> None:
        self.folder = insurer(folder)
        self.net = Decimal(0)

    def write(self, *texts: str) -> None:
        for old in (self.folder / "contracts").glob("*.terms"):
            old.unlink()
        for text in texts:
            (self.folder / "contracts" / f"{text.split()[1]}.terms").write_text(text, "utf-8")

    def run(self, day: str) -> list[Document]:
        made = issue(self.folder, day)
        self.net += sum(
            (-one.net.amount if one.kind is Kind.CREDIT_NOTE else one.net.amount for one in made), Decimal(0)
        )
        return made


def through(
    before: Sequence[str], after: Sequence[str], told: dt.date, days: Sequence[dt.date]
) -> tuple[Decimal, Decimal]:
    """What is billed without a change of contracts and with it, where its files come on the day ``told``; planned again,
    nothing is left. The two are run on the same days."""
    with TemporaryDirectory() as folder:
        plain, changed = World(Path(folder) / "plain"), World(Path(folder) / "changed")
        plain.write(*before)
        changed.write(*before)
        for day in sorted({dt.date(2026, 1, 1), told, *days, dt.date.fromisoformat(LAST)}):
            if day >= told:
                changed.write(*before, *after)
            plain.run(day.isoformat())
            changed.run(day.isoformat())
            assert changed.run(day.isoformat()) == []
        return plain.net, changed.net


DAYS = st.dates(dt.date(2026, 1, 20), dt.date(2026, 12, 20))


@LAW
@given(st.lists(fees(AHEAD[:1]), min_size=1, max_size=3), DAYS, DAYS)
def test_a_merge_changes_nothing_of_what_was_billed_for_the_year(
    drawn: list[Fee], start: dt.date, told: dt.date
) -> None:
    before = [heading(f"p{at}", "2026-01-01", "2025-12-12") + fee.block("fee") for at, fee in enumerate(drawn)]
    names = ", ".join(f"p{at}" for at in range(len(drawn)))
    charges = "".join(fee.block(f"fee-{at}", f"  continues fee of p{at}\n") for at, fee in enumerate(drawn))
    merged = heading("merged", start.isoformat(), told.isoformat(), f"  continues {names}\n") + charges
    plain, changed = through(before, [merged], told, [start])
    assert plain == changed


@LAW
@given(st.lists(fees((*AHEAD, *AFTER)), min_size=1, max_size=3), DAYS, DAYS, st.lists(DAYS, max_size=2))
def test_a_merge_is_the_same_to_the_cent_of_each_period_that_is_cut(
    drawn: list[Fee], start: dt.date, told: dt.date, days: list[dt.date]
) -> None:
    before = [heading(f"p{at}", "2026-01-01", "2025-12-12") + fee.block("fee") for at, fee in enumerate(drawn)]
    names = ", ".join(f"p{at}" for at in range(len(drawn)))
    charges = "".join(fee.block(f"fee-{at}", f"  continues fee of p{at}\n") for at, fee in enumerate(drawn))
    merged = heading("merged", start.isoformat(), told.isoformat(), f"  continues {names}\n") + charges
    plain, changed = through(before, [merged], told, [start, *days])
    assert abs(plain - changed) <= CENT * sum(1 + bool(fee.off) for fee in drawn)


@LAW
@given(fees((*AHEAD, *AFTER)), st.integers(1, 4), st.data(), DAYS, DAYS)
def test_a_split_is_the_same_to_the_cent_of_each_part(
    fee: Fee, parts: int, data: st.DataObject, start: dt.date, told: dt.date
) -> None:
    left, shares = fee.quantity, []
    for _ in range(parts - 1):
        shares.append(data.draw(st.integers(0, left)))
        left -= shares[-1]
    before = heading("whole", "2026-01-01", "2025-12-12") + fee.block("fee")
    after = [
        heading(f"part{at}", start.isoformat(), told.isoformat(), "  continues whole\n")
        + fee.block("fee", quantity=share)
        for at, share in enumerate([*shares, left])
    ]
    plain, changed = through([before], after, told, [start])
    assert (
        abs(plain - changed) <= (0 if fee.bill == AHEAD[0] and not fee.off else 8 * parts * (1 + bool(fee.off))) * CENT
    )


@LAW
@given(st.lists(fees((*AHEAD, *AFTER)), min_size=1, max_size=3), DAYS, DAYS)
def test_a_rename_changes_nothing(drawn: list[Fee], told: dt.date, day: dt.date) -> None:
    before = heading("old", "2026-01-01", "2025-12-12") + "".join(
        fee.block(f"fee-{at}") for at, fee in enumerate(drawn)
    )
    after = heading("new", "2026-01-01", "2025-12-12", "  renamed from old\n") + "".join(
        fee.block(f"named-{at}", f"  renamed from fee-{at}\n") for at, fee in enumerate(drawn)
    )
    with TemporaryDirectory() as folder:
        plain, changed = World(Path(folder) / "plain"), World(Path(folder) / "changed")
        plain.write(before)
        changed.write(before)
        for each in sorted({dt.date(2026, 1, 1), told, day, dt.date.fromisoformat(LAST)}):
            if each >= told:
                changed.write(after)
            plain.run(each.isoformat())
            changed.run(each.isoformat())
            assert plain.net == changed.net
