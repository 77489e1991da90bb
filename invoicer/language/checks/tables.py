"""language: checks of tables of bands, bounds of discounts, and the lines of a premium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    bounds = [(band.where, band.up_to.value if band.up_to else None) for band in tiers.bands]
    yield from _bounds(owner, tiers.where, bounds, str(tiers.model), "unit")
    if tiers.model == "package":
        for band in tiers.bands:
            if band.percent:
                cause = "a percentage can't be a package"
                yield problem(
                    Code.C044, band.percent.where, cause, "use `graduated` or `volume`, or a price per package"
                )


def _volume(owner: str, off: tree.VolumeOff) -> Iterator[Problem]:
    bounds = [(band.where, band.up_to.value if band.up_to else None) for band in off.bands]
    yield from _bounds(owner, off.where, bounds, "volume", "amount")
    for band in off.bands:
        yield from _percent(band.percent)


def _bounds(
    owner: str, table: Place, bounds: Sequence[tuple[Place, Decimal | None]], model: str, what: str
) -> Iterator[Problem]:
    if not bounds:
        cause = f"{owner} has no bands below `{model}`"
        mend = "add lines such as `up to 1 000: 0.10 EUR each` and `above 0.08 EUR each`"
        if what == "amount":
            mend = "add lines such as `up to 1 000.00 EUR 0%` and `above 5%`"
        yield problem(Code.C033, _line(table), cause, mend)
        return
    before: Decimal | None = Decimal(0)
    for number, (where, bound) in enumerate(bounds):
        if before is None:
            cause = "this band never applies: one before it is for everything above"
            yield problem(Code.C031, where, cause, "let the band `above` be the last one, and the only one")
            return
        if bound is not None and bound <= before:
            earlier = f"the band before it goes up to {_shown(before)}" if number else "there is nothing up to 0"
            cause = f"the band up to {_shown(bound)} never applies: {earlier}"
            yield problem(Code.C032, where, cause, "let the bounds rise from line to line")
            continue
        before = bound
    if before is not None:
        cause = f"the bands of {owner} stop at {_shown(before)}: any {what} above has no price"
        yield problem(Code.C030, bounds[-1][0], cause, "end the table with a line `above …`")


def _percent(percent: tree.Number) -> Iterator[Problem]:
    if percent.value > 100:
        cause = f"a discount of {_shown(percent.value)}% would pay the customer"
        yield problem(Code.C035, percent.where, cause, "write a percentage up to 100%")


def _shown(value: Decimal) -> str:
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
