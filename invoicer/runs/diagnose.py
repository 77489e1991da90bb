"""runs: diagnose. Whether today's program, plugins and facts would bill again what was issued, from what was stored with it.

This is no proof: a document is what was issued, whatever becomes of the program. It tells whoever updates the program, a
plugin or a fact what that changes, before a customer does. Terms, settings, customers, quantities, index values and
declared figures are those that the document rests on, so today's files have no say in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from invoicer import __version__, documents, language, tax
from invoicer.domain import canonical
from invoicer.domain.document import Document
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.domain.evidence import Declaration, IndexValue
from invoicer.domain.party import Customer
from invoicer.domain.period import Period
from invoicer.domain.succession import Succession
from invoicer.domain.supply import Treatment
from invoicer.domain.usage import Measured, Measurements
from invoicer.errors import InvoicerError, Place, Problem, RunError, Severity
from invoicer.language import Loaded
from invoicer.ledger import DraftStatus, Ledger
from invoicer.plugins import Plugins
from invoicer.runs.context import SHARED, max_age_days
from invoicer.runs.desk import Desk
from invoicer.runs.explain import TERMS
from invoicer.runs.law import under_law
from invoicer.runs.settle import entitled
from invoicer.runs.verify import Verdict
from invoicer.workspace import Workspace
from invoicer.workspace.declarations import Declarations
from invoicer.workspace.model import SETTINGS, Settings
from invoicer.workspace.settings import read_settings

_KEPT = 64
"""How many sets of terms are kept read: contracts that are billed each month come again."""
_MOST, _SHOWN = 5, 24
_MEND = (
    "nothing issued was changed by that; if what is told is right, the next plan may correct what is within the horizon, "
    "else go back to the version that billed it, or tell whoever made the change"
)


def diagnose(
    ledger: Ledger,
    space: Workspace,
    plugins: Plugins,
    number: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Derive issued documents again, all or those of a number or of these issue dates; ``looked_at`` counts those.

    Lines that correct others are left out: they follow from what they correct. So are documents of another system.
    Problems are warnings (L149) that name each amount, treatment or exchange rate that would be another, and what of the
    program, its plugins and their facts has changed since; nothing that was stored is doubted.
    """
    place = {one.number: at for at, one in enumerate(ledger.documents())}
    count, found = 0, []
    with TemporaryDirectory() as folder:
        past = _Past(ledger, space, plugins, Path(folder))
        for plan in ledger.plans():
            issued = ledger.documents(plan=plan.id) if plan.drafts.get(DraftStatus.ISSUED) else ()
            first = min((place[one.number] for one in issued), default=0)
            before = _Before(place, first)
            for one in issued:
                if number in (None, one.number) and (since or one.issue_date) <= one.issue_date <= (
                    until or one.issue_date
                ):
                    found += _differences(past, ledger.document(one.number), plan.as_of, before)
                    count += 1
                    progress(1)
    return Verdict("derived again", count, tuple(found))


@dataclass(frozen=True, slots=True)
class _Before:
    """Which documents had been issued when a plan was made."""

    place: Mapping[str, int]
    first: int

    def __contains__(self, number: str) -> bool:
        return self.place.get(number, -1) < self.first


def _differences(past: _Past, document: Document, as_of: dt.date, before: _Before) -> list[Problem]:
    """What of a document would be another today; one problem that names all of it, and what has changed since."""
    lines = [line for line in documents.billed_lines(document) if not line.corrects]
    try:
        said = [
            words
            for name in sorted({line.contract for line in lines})
            for words in past.told(document, name, as_of, before)
        ]
        if lines:
            said += past.rate_told(document, as_of)
    except InvoicerError as error:
        said = [f"what it rests on can't be used any more: {error.problems[0].cause}"]
    if not said:
        return []
    more = f" (and {len(said) - _MOST} more)" if len(said) > _MOST else ""
    try:
        since = past.changed(document)
    except InvoicerError as error:
        since = f"nobody knows what changed: {error.problems[0].cause}"
    cause = f"today it would be another: {'; '.join(said[:_MOST])}{more}. Since then {since}"
    return [Problem("L149", Place(part=f"document {document.number}"), cause, _MEND, Severity.WARNING)]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was measured, as it is stored with a document."""

    meter: str
    days: Period
    measured: Measured


class _Past:
    """What documents rest on, as it was, for today's program."""

    def __init__(self, ledger: Ledger, space: Workspace, plugins: Plugins, folder: Path) -> None:
        self._ledger = ledger
        self._space = space
        self._plugins = plugins
        self._folder = folder
        self._settings = cache(self._settings_of)
        self._terms = lru_cache(maxsize=_KEPT)(self._terms_of)
        self._foreign = frozenset(one.number for one in ledger.imported())
        self._code = {one.name: f"{one.version} {one.sha256}".strip() for one in plugins.loaded}

    def told(self, document: Document, contract_id: str, as_of: dt.date, before: _Before) -> Iterator[str]:
        """What of the lines of a contract would be another today, in words."""
        lines = [one for one in documents.billed_lines(document) if one.contract == contract_id and not one.corrects]
        desk = self._desk(document, contract_id)
        contract = desk.contracts.get(contract_id)
        if contract is None:
            wrong = next(iter(desk.terms.refused.get(contract_id, ())), None)
            yield f"the terms of {contract_id} can't be read" + (f" ([{wrong.code}] {wrong.cause})" if wrong else "")
            return
        billed: dict[str, list[BilledLine]] = {one: [] for one in desk.succession.family(contract_id, as_of)}
        for each in self._ledger.billed(billed):
            if each.document in before:
                billed[each.contract].append(each)
        measured = self._measurements(document, contract_id)
        try:
            treated, holds = entitled(desk, under_law(desk, contract, as_of), billed, measured, as_of, self._foreign)
        except KeyError:
            yield f"{contract_id} would need quantities that it did not need then"
            return
        found = {(one.entitlement.component, one.entitlement.days): one for one in treated}
        parts = {one.entitlement.component for one in treated}
        for line in lines:
            one = found.get((line.component, line.days))
            if one is not None:
                yield from _compared(line, one)
            elif line.component not in parts:
                why = next((f" ([{hold.code}] {hold.cause})" for hold in holds), "")
                yield f"line {line.line} ({line.component}, {line.net}) would not be billed{why}"

    def rate_told(self, document: Document, as_of: dt.date) -> Iterator[str]:
        """What became of the exchange rate, in words."""
        if document.accounting is None or all(line.corrects for line in document.lines):
            return
        then = document.accounting.rate
        desk = self._desk(document, document.lines[0].contract)
        age = max_age_days(desk)
        now = desk.exchange.rate(then.base, then.currency, document.tax_point, known_on=as_of, max_age_days=age)
        if (now.rate, now.day) != (then.rate, then.day):
            yield f"the exchange rate would be {now.rate} of {now.day} instead of {then.rate} of {then.day}"

    def changed(self, document: Document) -> str:
        """What of the program, its plugins and their facts is not what a document was made with, in words."""
        then = canonical.read(self._text(document, "code"))
        said = []
        if then["invoicer"] != __version__:
            said.append(f"invoicer {then['invoicer']} became {__version__}")
        for name in sorted(then["plugins"].keys() | self._code.keys()):
            old, new = then["plugins"].get(name), self._code.get(name)
            if new is None:
                said.append(f"plugin {name} is gone")
            elif old is None:
                said.append(f"plugin {name} came")
            elif old != new:
                said.append(f"plugin {name} or its facts changed ({old[:_SHOWN]} became {new[:_SHOWN]})")
        return (
            ", ".join(said) or "neither its version nor a plugin changed: the program itself was, or rates were added"
        )

    def _desk(self, document: Document, contract: str) -> Desk:
        settings = self._settings(document.provenance["settings"])
        rows = tuple(canonical.from_json(list[Customer], self._text(document, "customer", contract)))
        indices, inputs = {}, {}
        for name in self._names(document, contract):
            kind, _, what = name.partition(":")
            if kind == "index":
                indices[what] = tuple(canonical.from_json(list[IndexValue], self._text(document, name, contract)))
            elif kind == "input":
                inputs[what] = tuple(canonical.from_json(list[Declaration], self._text(document, name, contract)))
        space = Workspace(
            folder=self._space.folder,
            settings=settings,
            customers={rows[0].id: rows},
            indices=indices,
            declarations=Declarations({contract: inputs}),
        )
        terms = {name: digest for name, digest in document.provenance.items() if name.startswith(TERMS)}
        exchange = tax.Exchange(self._plugins.exchange_rates(self._space.folder, settings.exchange))
        loaded = self._terms(tuple(sorted(terms.items())))
        return Desk(space, self._plugins, loaded, exchange, succession=Succession.of(loaded.contracts))

    def _measurements(self, document: Document, contract: str) -> Measurements:
        kept = canonical.from_json(list[_Kept], self._text(document, "quantities", contract))
        return {(contract, one.meter, one.days): one.measured for one in kept}

    def _names(self, document: Document, contract: str) -> Iterator[str]:
        """The names of what a contract of a document rests on, without the contract's."""
        for name in document.provenance:
            if name.startswith(SHARED):
                continue
            plain = name.removesuffix(f":{contract}")
            if plain != name or len({line.contract for line in document.lines}) == 1:
                yield plain

    def _text(self, document: Document, name: str, contract: str = "") -> str:
        digest = document.provenance.get(f"{name}:{contract}") or document.provenance[name]
        return self._ledger.content(digest).decode()

    def _terms_of(self, terms: tuple[tuple[str, str], ...]) -> Loaded:
        texts = [(name.removeprefix(TERMS), self._ledger.content(digest).decode()) for name, digest in terms]
        return language.load(texts)

    def _settings_of(self, digest: str) -> Settings:
        (self._folder / SETTINGS).write_bytes(self._ledger.content(digest))
        settings, problems = read_settings(self._folder)
        if settings is None:
            raise RunError(problems)
        return settings


def _compared(line: BilledLine, now: Treated) -> Iterator[str]:
    """How a line and what would be billed today differ, in words."""
    name, net = f"line {line.line} ({line.component})", now.entitlement.net
    if net != line.net:
        yield f"{name} would be {net} instead of {line.net}"
    if now.treatment.key != line.treatment.key:
        yield f"{name} would have {_vat(now.treatment)} instead of {_vat(line.treatment)}"
    if (now.seller, now.registration) != (line.seller, line.registration):
        yield f"{name} would be under the registration {now.registration} instead of {line.registration}"


def _vat(treatment: Treatment) -> str:
    return f"VAT {treatment.category} {treatment.percent}% {treatment.jurisdiction}"
