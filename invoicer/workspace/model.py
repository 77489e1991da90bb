"""workspace: what a workspace folder says, once it was read without a problem that refuses it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from invoicer.domain.contract import Source
from invoicer.domain.document import Kind
from invoicer.domain.evidence import IndexValue
from invoicer.domain.party import Customer, Seller
from invoicer.errors import Problem
from invoicer.workspace.checks import Flaw
from invoicer.workspace.declarations import Declarations
from invoicer.workspace.review import NOTHING_DOUBTFUL, Review

SETTINGS = "invoicer.toml"
CUSTOMERS = "customers.csv"
RELEASES = ("by-hand", "automatic")


@dataclass(frozen=True, slots=True)
class SeriesPattern:
    """How a number series writes its numbers: ``HN-{year}-{number:5}`` for numbers such as HN-2026-00042. What the
    ledger makes numbers of; here it is only looked at, so that `check` finds what the ledger would refuse."""

    text: str

    @classmethod
    def parse(cls, text: str) -> SeriesPattern:
        """The pattern; Flaw where it is none."""
        places = re.findall(r"\{[^}]*\}?|\}", text)
        wrong = [place for place in places if not re.fullmatch(r"\{year\}|\{number(:[1-9])?\}", place)]
        mend = "write it like HN-{year}-{number:5}"
        if wrong:
            raise Flaw(
                f"“{text}” is no number series: {wrong[0]} is unknown", f"{mend}, from {{year}} and {{number:5}}"
            )
        if sum(place.startswith("{number") for place in places) != 1:
            raise Flaw(f"“{text}” is no number series: it needs {{number:5}} exactly once", mend)
        if places.count("{year}") > 1:
            raise Flaw(f"“{text}” is no number series: it has {{year}} more than once", mend)
        if not re.fullmatch(r"[A-Za-z0-9/.-]+", re.sub(r"\{[^}]*\}", "", text) or "-"):
            raise Flaw(f"“{text}” is no number series: it has other signs than letters, digits, - / and .", mend)
        if text[0] in "-/.":
            raise Flaw(f"“{text}” is no number series: it begins with a sign", mend)
        return cls(text)

    def started(self, number: str) -> tuple[str, int]:
        """The key of the series that a number belongs to (the pattern with its year filled in), and its count. Flaw where
        the pattern makes no such number."""
        pattern = re.escape(self.text).replace(r"\{year\}", r"(?P<year>\d{4})")
        width = re.search(r"\{number(?::(\d))?\}", self.text)
        digits = int(width[1] or 1) if width else 1
        pattern = re.sub(r"\\\{number(:\d)?\\\}", rf"(?P<number>\\d{{{digits}}}|[1-9]\\d{{{digits},}})", pattern)
        found = re.fullmatch(pattern, number, re.ASCII)
        if found is None or int(found["number"]) < 1:
            sample = self.text.replace("{year}", "2026")
            sample = re.sub(r"\{number(:\d)?\}", f"{4712:0{digits}}", sample)
            cause = f"“{number}” is no number of the series “{self.text}”"
            raise Flaw(cause, f"write the first number that is to be given as it will be printed, such as {sample}")
        return self.text.replace("{year}", found.groupdict().get("year") or ""), int(found["number"])

    @property
    def shape(self) -> str:
        """The pattern without the width of its number: two patterns of one shape can make the same number."""
        return re.sub(r"\{number(:\d)?\}", "{number}", self.text)


@dataclass(frozen=True, slots=True)
class AcceptedFact:
    """A doubtful fact that the seller takes responsibility for: ``fact`` is its id, where ``*`` stands for any text."""

    fact: str
    reason: str

    def covers(self, fact_id: str) -> bool:
        """Whether it means that fact."""
        return fnmatchcase(fact_id, self.fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the seller decided once for all: the language of documents where a customer has none (ISO 639), how many
    months back differences are billed by themselves, which doubtful facts count all the same, who releases drafts without
    holds (people, "by-hand", or, where the seller wants it so, the run itself, "automatic"), and in which formats
    documents are made."""

    language: str = "en"
    correction_horizon_months: int = 24
    accept_facts: tuple[AcceptedFact, ...] = ()
    release: str = RELEASES[0]
    formats: tuple[str, ...] = ("pdf",)

    def acceptance(self, fact_id: str) -> AcceptedFact | None:
        """The entry that accepts a fact, if one does."""
        return next((accepted for accepted in self.accept_facts if accepted.covers(fact_id)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What invoicer.toml says. ``supply`` maps the seller's word for what is supplied to the class that markets know,
    ``series`` the id of a seller to its number series by kind of document, ``starts`` the key of a series to the number
    with which it goes on from another system; ``exchange`` is handed to the rate sources as it stands ({} where the
    workspace has none). ``database`` is the URL of the ledger's database, "" for SQLite in the ledger's folder;
    ``signing_key`` is the file of the private key that signs its anchor, ``public_keys`` are those that may have signed it.
    """

    name: str
    sellers: Mapping[str, Seller]
    series: Mapping[str, Mapping[Kind, SeriesPattern]]
    supply: Mapping[str, str]
    starts: Mapping[str, int] = field(default_factory=dict)
    policy: Policy
    review: Review = NOTHING_DOUBTFUL
    database: str = ""
    signing_key: str = ""
    public_keys: tuple[str, ...] = ()
    exchange: Mapping[str, Any]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A workspace folder that was read.

    ``customers`` has the sound customers by id, each with its rows in the order of the file; ``customer_problems`` has
    the others by id, with what is wrong: only the contracts with them are to be held. ``indices`` and ``index_problems``
    are the same for index series, by name; ``declarations`` are the figures of inputs. ``owners`` are who of us looks
    after a customer, by its id. ``warnings`` hold nothing.
    """

    folder: Path
    settings: Settings
    customers: Mapping[str, tuple[Customer, ...]]
    customer_problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()
    indices: Mapping[str, tuple[IndexValue, ...]] = field(default_factory=dict)
    index_problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    declarations: Declarations = field(default_factory=Declarations)
    owners: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.settings.name

    @property
    def sellers(self) -> Mapping[str, Seller]:
        return self.settings.sellers

    @property
    def policy(self) -> Policy:
        return self.settings.policy

    @property
    def review(self) -> Review:
        return self.settings.review

    @property
    def customer_ids(self) -> frozenset[str]:
        """The ids of all customers, sound or not: what terms may refer to."""
        return frozenset(self.customers) | frozenset(self.customer_problems)

    @property
    def index_names(self) -> frozenset[str]:
        """The names of all index series, sound or not: what terms may refer to."""
        return frozenset(self.indices) | frozenset(self.index_problems)

    @property
    def contract_files(self) -> tuple[tuple[str, Path], ...]:
        """(path relative to the workspace, path) of each terms file with contracts, sorted."""
        return self._terms("contracts")

    @property
    def price_list_files(self) -> tuple[tuple[str, Path], ...]:
        """(path relative to the workspace, path) of each terms file with price lists, sorted."""
        return self._terms("price-lists")

    @property
    def usage_folder(self) -> Path:
        return self.folder / "usage"

    @property
    def rates_folder(self) -> Path:
        return self.folder / "rates"

    @property
    def plugins_folder(self) -> Path:
        return self.folder / "plugins"

    @property
    def templates_folder(self) -> Path:
        return self.folder / "templates"

    @property
    def ledger_folder(self) -> Path:
        """The database, its anchor and its files; made by runs."""
        return self.folder / "ledger"

    @property
    def documents_folder(self) -> Path:
        """Issued documents under readable names; made by runs."""
        return self.folder / "documents"

    def _terms(self, name: str) -> tuple[tuple[str, Path], ...]:
        return terms_files(self.folder, name)


def terms_files(folder: Path, name: str) -> tuple[tuple[str, Path], ...]:
    """(path relative to a folder, path) of each terms file below the folder ``name`` in it, sorted."""
    found = (path for path in (folder / name).rglob("*.terms") if path.is_file())
    return tuple(sorted((path.relative_to(folder).as_posix(), path) for path in found))
