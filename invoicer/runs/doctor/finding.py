"""runs: what the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass

from invoicer.errors import Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what it is like (a version, a size, a count), and what is wrong with it, if anything."""

    subject: str
    found: str
    problems: tuple[Problem, ...] = ()
