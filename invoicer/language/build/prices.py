"""language: prices and bands → the syntax tree."""

# ruff: noqa: ARG002 (each method is handed the place of its rule, whether it needs it or not)
from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from lark import Token, v_args
from lark.tree import Meta

from invoicer.domain.period import Unit
from invoicer.domain.price import Model
from invoicer.errors import Place
from invoicer.language import tree
from invoicer.language.build.parts import Parts


@v_args(inline=True, meta=True)
class Prices(Parts):
    """Everything that begins with an amount, a percentage or a price model."""

    def priced(self, meta: Meta, since: tree.Day | None, price: tree.PriceNode, guard: Any) -> tree.Priced:
        return tree.Priced(self._place(meta), since, price, *(guard or (None, False)))

    def tiered(self, meta: Meta, since: tree.Day | None, tiers: tuple[tree.Tiers, Any]) -> tree.Priced:
        table, guard = tiers
        where = tree.spanning(since.where, table.where) if since else table.where
        return tree.Priced(where, since, table, *(guard or (None, False)))

    def tiers(
        self,
        meta: Meta,
        model: tuple[Place, Model],
        per: tree.Length | None,
        packages: tree.InSteps | None,
        guard: Any,
        *bands: tree.Band,
    ) -> tuple[tree.Tiers, Any]:
        first, name = model
        stated = [first, *(part.where for part in (per, packages, *bands) if part)]
        return tree.Tiers(tree.spanning(first, stated[-1]), name, per, bands, packages), guard

    def model(self, meta: Meta, word: Token) -> tuple[Place, Model]:
        return self._place(meta), Model(str(word))

    def when(self, meta: Meta, condition: tree.Condition) -> tuple[tree.Condition, bool]:
        return condition, False

    def otherwise(self, meta: Meta) -> tuple[None, bool]:
        return None, True

    def free(self, meta: Meta) -> tree.Free:
        return tree.Free(self._place(meta))

    def rate(self, meta: Meta, amount: tree.Amount, *per: tree.Each | tree.Length) -> tree.Rate:
        return tree.Rate(self._place(meta), amount, per, False)

    def once(self, meta: Meta, amount: tree.Amount, *per: tree.Each | tree.Length) -> tree.Rate:
        return tree.Rate(self._place(meta), amount, per, True)

    def share(self, meta: Meta, percent: Token, meter: Token, fixed: tree.Amount | None) -> tree.Share:
        return tree.Share(self._place(meta), self._number(percent), self._name(meter), fixed)

    def per_time(self, meta: Meta, count: Token | None, unit: Unit) -> tree.Length:
        return self._length(meta, count, unit)

    def per_unit(self, meta: Meta, size: Token | None, unit: Token) -> tree.Each:
        return tree.Each(self._place(meta), self._positive(size) if size else Decimal(1), self._name(unit))

    def band(self, meta: Meta, *parts: Any) -> tree.Band:
        *bound, price = parts
        up_to, unit = bound or (None, None)
        return tree.Band(
            self._place(meta), self._number(up_to) if up_to else None, self._name(unit) if unit else None, **price
        )

    def band_below(self, meta: Meta, *parts: Any) -> tree.Band:
        return replace(self.band(meta, *parts), below=True)

    def band_free(self, meta: Meta) -> dict[str, Any]:
        return {}

    def band_each(self, meta: Meta, amount: tree.Amount, flat: tree.Amount | None) -> dict[str, Any]:
        return {"amount": amount, "flat": flat}

    def band_per(
        self, meta: Meta, amount: tree.Amount, size: Token, unit: Token | None, flat: tree.Amount | None
    ) -> dict[str, Any]:
        size_unit = self._name(unit) if unit else None
        return {"amount": amount, "size": self._positive(size), "size_unit": size_unit, "flat": flat}

    def band_flat(self, meta: Meta, flat: tree.Amount) -> dict[str, Any]:
        return {"flat": flat}

    def band_percent(self, meta: Meta, percent: Token) -> dict[str, Any]:
        return {"percent": self._number(percent)}

    def plus_flat(self, meta: Meta, amount: tree.Amount) -> tree.Amount:
        return amount
