"""language: checks of tables of bands, bounds of discounts, and the lines of a premium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from invoicer.errors import Place, Problem
from invoicer.language import tree
from invoicer.language.codes import Code, problem


def check_tables(document: tree.Document) -> Iterator[Problem]:
    """Bands that stop, are swallowed or never apply; discounts above 100%."""
    for owner, line in _owned(document):
        if isinstance(line, tree.Priced) and isinstance(line.price, tree.Tiers):
            yield from _bands(owner, line.price)
        elif isinstance(line, tree.VolumeOff):
            yield from _volume(owner, line)
        elif isinstance(line, tree.PercentOff):
            yield from _percent(line.percent)


def _owned(document: tree.Document) -> Iterator[tuple[str, tree.Node]]:
    amended = [block for amendment in document.amendments for block in amendment.blocks]
    for block in (*document.blocks, *amended):
        yield from ((f"{block.kind} `{block.id}`", line) for line in block.lines)
    for amendment in document.amendments:
        for change in tree.every(amendment.items, tree.Change):
            if change.charge:
                yield f"charge `{change.charge}`", change.to


def _bands(owner: str, tiers: tree.Tiers) -> Iterator[Problem]:
    yield from _bounds(owner, tiers.where, [_bound(tiers, band) for band in tiers.bands], str(tiers.model), "unit")
    if tiers.packages and tiers.model != "package":
        cause = f"units of a `{tiers.model}` table are not packages, and are not rounded here"
        mend = "leave it out; a measured quantity is rounded where it is named: `usage of sms, rounded up to 1`"
        yield problem(Code.C112, tiers.packages.where, cause, mend)
    if tiers.model == "package":
        for band in tiers.bands:
            if band.percent:
                cause = "a percentage can't be a package"
                yield problem(
                    Code.C044, band.percent.where, cause, "use `graduated` or `volume`, or a price per package"
                )


def _volume(owner: str, off: tree.VolumeOff) -> Iterator[Problem]:
    bounds = [_Bound(band.where, band.up_to.value if band.up_to else None) for band in off.bands]
    yield from _bounds(owner, off.where, bounds, "volume", "amount")
    for band in off.bands:
        yield from _percent(band.percent)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Where a band ends: the last quantity that belongs to it, or (``below``) the first that does not."""

    where: Place
    value: Decimal | None
    below: bool = False
    whole_units: bool = False

    @property
    def end(self) -> tuple[Decimal, bool] | None:
        if self.value is None:
            return None
        return (self.value - 1, True) if self.below and self.whole_units else (self.value, not self.below)

    def __str__(self) -> str:
        return f"{'below' if self.below else 'up to'} {written(self.value or Decimal(0))}"


def _bound(tiers: tree.Tiers, band: tree.Band) -> _Bound:
    return _Bound(band.where, band.up_to.value if band.up_to else None, band.below, tiers.model != "volume")


def _bounds(owner: str, table: Place, bounds: Sequence[_Bound], model: str, what: str) -> Iterator[Problem]:
    if not bounds:
        cause = f"{owner} has no bands below `{model}`"
        mend = "add lines such as `up to 1 000: 0.10 EUR each` and `above 0.08 EUR each`"
        if what == "amount":
            mend = "add lines such as `up to 1 000.00 EUR 0%` and `above 5%`"
        yield problem(Code.C033, _line(table), cause, mend)
        return
    before: _Bound | None = None
    reached: tuple[Decimal, bool] = (Decimal(0), True)
    for bound in bounds:
        if before and before.value is None:
            cause = "this band never applies: one before it is for everything above"
            yield problem(Code.C031, bound.where, cause, "let the band `above` be the last one, and the only one")
            return
        if bound.end and bound.end <= reached:
            earlier = f"the band before it is for {before}" if before else "there is nothing up to 0"
            if before and not before.below:
                earlier = f"the band before it goes {before}"
            cause = f"the band {bound} never applies: {earlier}"
            yield problem(Code.C032, bound.where, cause, "let the bounds rise from line to line")
            continue
        before, reached = bound, bound.end or reached
    if before and before.value is not None:
        cause = f"the bands of {owner} stop at {written(before.value)}: any {what} above has no price"
        yield problem(Code.C030, bounds[-1].where, cause, "end the table with a line `above …`")


def _percent(percent: tree.Number) -> Iterator[Problem]:
    if percent.value > 100:
        cause = f"a discount of {written(percent.value)}% would pay the customer"
        yield problem(Code.C035, percent.where, cause, "write a percentage up to 100%")


def written(value: Decimal) -> str:
    """As terms write it, without decimals that say nothing."""
    whole, _, decimals = f"{value:f}".partition(".")
    decimals = decimals.rstrip("0")
    return f"{int(whole):,}".replace(",", " ") + (f".{decimals}" if decimals else "")


def _line(where: Place) -> Place:
    return (
        where
        if where.line == where.end_line
        else Place(where.file, where.line, where.column, where.line, where.column + 1)
    )
