"""ledger: what more than one database says in words of its own."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

AGAIN = "and run the same command again: what was issued stays issued, the rest follows"
"""How every mend ends that makes way for the run which was refused."""

RESTORE = (
    "put the database and the ledger folder back from their latest backup; if you don't know why this happened, "
    "tell your auditor"
)
"""What to do when the ledger is not what was written."""

WRITES = "ledger_writes"
"""The execution option of transactions that take the one lock for writers when they begin."""


class EachWord(FunctionElement[str]):
    """The words of a JSON list as rows with the column ``value``."""

    name = "each_word"
    inherit_cache = True
    type = sa.String()

    def __init__(self, words: str) -> None:
        super().__init__(sa.literal(words, sa.Text()))


@compiles(EachWord, "sqlite")
def _sqlite(element: EachWord, compiler: SQLCompiler, **options: object) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(EachWord, "postgresql")
def _postgresql(element: EachWord, compiler: SQLCompiler, **options: object) -> str:
    return f"json_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS json))"
