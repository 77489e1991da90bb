"""runs: the desk, with everything on it that a story needs and that does not change while it runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from invoicer import language, plugins, tax, workspace
from invoicer.cache import NO_CACHE, Cache
from invoicer.domain.contract import Contract
from invoicer.domain.contracts import Card, Contracts
from invoicer.domain.party import Seller
from invoicer.domain.succession import NO_SUCCESSION, Succession
from invoicer.errors import InvoicerError, Place, Problem, WorkspaceError
from invoicer.language import Loaded
from invoicer.plugins import Plugins
from invoicer.runs.families import waits
from invoicer.runs.figures import NO_FIGURES, Figures, look_at
from invoicer.workspace import Workspace

BUILT_IN_FORMATS = ("pdf", "html", "json")


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace that was read, its plugins, its contracts, its exchange rates. ``today_is`` is the day on which it was
    opened, where somebody said so; ``memory`` keeps what its accounts came to for the next run."""

    workspace: Workspace
    plugins: Plugins
    terms: Loaded
    exchange: tax.Exchange
    figures: Figures = NO_FIGURES
    today_is: dt.date | None = None
    succession: Succession = NO_SUCCESSION
    memory: Callable[[], Cache] = lambda: NO_CACHE

    @property
    def contracts(self) -> Contracts:
        """The contracts without an error, by id."""
        return self.terms.contracts

    def seller(self, contract: Contract | Card) -> Seller:
        """The seller of a contract, which the language room has found to exist."""
        return self.workspace.sellers[contract.seller]

    def refusals(self) -> dict[str, tuple[Problem, ...]]:
        """Contracts that can't be billed as the workspace stands: wrong terms, or a customer, an index series or declared
        figures with wrong rows; and those that go on in one with wrong terms, since nobody can tell where they end."""
        held = {contract: tuple(problems) for contract, problems in self.terms.refused.items()}
        for card in self.contracts.cards.values():
            for customer in card.customers:
                if problems := self.workspace.customer_problems.get(customer):
                    held[card.id] = (*held.get(card.id, ()), *problems)
            for series in card.index_series:
                if wrong := self.workspace.index_problems.get(series):
                    held[card.id] = (*held.get(card.id, ()), *wrong)
        for contract_id, wrong in self.figures.held.items():
            held[contract_id] = (*held.get(contract_id, ()), *wrong)
        return held | {name: (waits(name, heir),) for name, heir in self._going_on() if name not in held}

    def _going_on(self) -> Iterator[tuple[str, str]]:
        """Contracts without an error that one with errors continues, and that one."""
        if self.terms.refused_heirs:
            cards = self.contracts.cards
            now = {former: card.id for card in cards.values() for former in card.formerly}
            for heir, names in self.terms.refused_heirs.items():
                yield from ((now.get(name, name), heir) for name in names if now.get(name, name) in cards)

    def problems(self) -> Iterator[Problem]:
        """Everything that was found while reading, errors and warnings."""
        yield from self.workspace.warnings
        for problems in self.workspace.customer_problems.values():
            yield from problems
        for problems in self.workspace.index_problems.values():
            yield from problems
        yield from self.terms.problems
        yield from self.figures.problems

    def today(self, seller: Seller, now: dt.datetime) -> dt.date:
        """The civil day of a seller at an instant."""
        return now.astimezone(workspace.zone(seller.time_zone)).date()


def open_desk(folder: Path) -> Desk:
    """Read a workspace whole.

    Raises WorkspaceError, PluginError or TaxError when something is wrong that makes every answer doubtful; wrong terms
    and wrong customers are no such thing, they hold their own contracts (:meth:`Desk.refusals`).
    """
    space = workspace.load(folder)
    loaded_plugins = plugins.load(space.plugins_folder)
    texts, unread = read_terms([*space.price_list_files, *space.contract_files])
    terms = language.load(
        texts,
        customers=space.customer_ids,
        sellers=space.sellers,
        kinds=space.settings.supply,
        series=space.index_names,
        whole=True,
        cache=language.user_cache(),
    )
    terms = replace(terms, problems=(*unread, *terms.problems))
    _check_formats(space, loaded_plugins)
    exchange = tax.Exchange(loaded_plugins.exchange_rates(folder, space.settings.exchange))
    renamed = {former: card.id for card in terms.contracts.cards.values() for former in card.formerly}
    space = replace(space, declarations=space.declarations.under(renamed)) if renamed else space
    return Desk(
        space,
        loaded_plugins,
        terms,
        exchange,
        look_at(space.declarations, terms),
        succession=Succession.of(terms.contracts),
    )


def read_terms(files: list[tuple[str, Path]]) -> tuple[list[tuple[str, str]], tuple[Problem, ...]]:
    """The texts of terms files by the path they are shown as; a file that can't be read is a problem, not an end."""
    texts: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for shown, path in files:
        try:
            texts.append((shown, language.read(path, shown)))
        except InvoicerError as error:
            problems += error.problems
    return texts, tuple(problems)


def _check_formats(space: Workspace, loaded: Plugins) -> None:
    known = (*BUILT_IN_FORMATS, *loaded.formats)
    unknown = [name for name in space.policy.formats if name not in known]
    if unknown:
        where = Place("invoicer.toml", part="policy.formats")
        cause = f"no document format is named {unknown[0]}"
        raise WorkspaceError(Problem("R011", where, cause, f"choose from {', '.join(known)}"))
