"""language: what loading brings: contracts, problems, and the warnings that the terms acknowledge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from invoicer.domain.contracts import Card, Contracts
from invoicer.errors import Problem


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A warning that is not shown any more, for a ``reason`` that the terms state."""

    problem: Problem
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """``contracts`` are those without errors, ``refused`` the ids of the others with the errors that refuse them (which
    may stand in a price list that they use). ``problems`` are all of all files, by file and line, warnings included;
    ``texts`` the files by name, for :func:`render`. ``meters`` are the ids of all meters that any text defines, those of
    refused contracts and unused price lists included: what usage may name. ``acknowledged`` are the warnings that the
    terms acknowledge; they are not among the problems. ``refused_parties`` are (seller, customer) of refused contracts,
    "" where that can't be read, and ``refused_heirs`` what those of them continue that continue others."""

    contracts: Contracts
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    refused: Mapping[str, tuple[Problem, ...]]
    meters: frozenset[str] = frozenset()
    acknowledged: tuple[Acknowledged, ...] = ()
    refused_parties: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    refused_heirs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a contract was judged to be: its card, unless something refuses it; what was found in what it says; and the
    errors that refuse it, those in how it and its price lists are written included."""

    card: Card | None
    found: tuple[Problem, ...]
    errors: tuple[Problem, ...]
