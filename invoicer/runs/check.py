"""runs: check. Everything that can be found wrong without planning anything."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from invoicer import render, workspace
from invoicer.errors import Problem
from invoicer.runs.beside import as_the_law_has_it, nothing_to_debit, notices_to_come, rules_for_nobody
from invoicer.runs.desk import Desk
from invoicer.runs.measure import usage_problems


def check(desk: Desk, today: dt.date) -> Iterator[Problem]:
    """Problems of settings, customers and terms, then of the usage that is known today, then of what printing needs."""
    yield from as_the_law_has_it(desk, desk.problems())
    refused = desk.refusals()
    sound = [contract for contract in desk.contracts if contract.id not in refused]
    yield from workspace.published_later(desk.workspace.indices, today)
    yield from workspace.declared_later(desk.workspace.declarations, today)
    yield from notices_to_come(desk, today)
    yield from nothing_to_debit(desk, today)
    yield from rules_for_nobody(desk)
    yield from usage_problems(desk, sound, today)
    yield from render.missing_parts()
    yield from render.untranslated(_languages(desk), render.TemplateFolders([desk.workspace.templates_folder]))


def _languages(desk: Desk) -> set[str]:
    """The languages that documents may be in."""
    customers = (row.language for rows in desk.workspace.customers.values() for row in rows)
    return {desk.workspace.policy.language, *customers}
