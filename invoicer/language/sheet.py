"""language: one file of terms with its syntax tree, and the outline that others need of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from invoicer.domain.canonical import sha256
from invoicer.domain.trace import Clause
from invoicer.errors import Place, Problem, Severity
from invoicer.language import tree
from invoicer.language.acknowledge import noted
from invoicer.language.checks import check_document
from invoicer.language.checks.names import names_twice
from invoicer.language.checks.names_before import former_names
from invoicer.language.codes import Code, problem
from invoicer.language.damage import Damage
from invoicer.language.outline import Entry, Outline
from invoicer.language.parse import MOST_PROBLEMS, Parsed


class Sheet:
    """A file that was parsed."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.documents = parsed.documents
        self.damage = Damage(parsed)

    @cached_property
    def lines(self) -> list[str]:
        """The text line by line."""
        return self.parsed.text.split("\n")

    def clause(self, where: Place, reference: str) -> Clause:
        """The clause at a place of this file, with the hash of its text."""
        lines = self.lines[where.line - 1 : where.end_line]
        lines[-1] = lines[-1][: where.end_column - 1]
        lines[0] = lines[0][where.column - 1 :]
        text_hash = sha256("\n".join(lines))
        spot = (where.file, where.line, where.column, where.end_line, where.end_column)
        return Clause(*spot, text_hash, reference)

    def sound(self, findings: Iterable[Problem], damaged: bool) -> list[Problem]:
        """Without those that may only follow from lines that could not be read (see :class:`~codes.About`); ``damaged``:
        whether there are such in what they are about."""
        return [
            one
            for one in findings
            if not (damaged and Code[one.code].value.absence) and not self.damage.in_damaged_block(one.where.line)
        ]

    def outline(self) -> Outline:
        """What others need to know of the file."""
        entries = []
        found = dict.fromkeys(self.parsed.problems)
        for document in self.documents:
            stated = tree.one(document.lines, tree.Version) if document.is_list else None
            entries.append(
                Entry(
                    id=document.id.text,
                    is_list=document.is_list,
                    version=int(stated.number.value) if stated else None,
                    parties=_parties(document),
                    where=document.id.where,
                    heading=document.heading,
                    whole=not self.damage.touches(document),
                    noted=tuple(noted(document)),
                    continues=_named(line.contracts for line in tree.every(document.lines, tree.Continues)),
                    continued=tuple(_continued(document)),
                    charges=tuple(block.id.text for block in _charges(document)),
                    start=term.start.value if (term := tree.one(document.lines, tree.Term)) else None,
                    formerly=tuple((name.text, name.where) for name in former_names(document.lines)),
                )
            )
            if document.is_list:
                findings = first(chain(check_document(document), names_twice(document.blocks)), document)
                found.update(dict.fromkeys(self.sound(findings, not entries[-1].whole)))
        if not entries and not found:
            found[self._nothing()] = None
        return Outline(tuple(entries), tuple(self._meters()), tuple(found))

    def _nothing(self) -> Problem:
        """What to say of a file without a document: whoever is billed from it is not billed any more."""
        notes = next((at for at, line in enumerate(self.lines, 1) if line.strip()), 0)
        what = "every line of this file is a comment" if notes else "this file is empty"
        line = notes or 1
        where = Place(self.parsed.file, line, 1, line, len(self.lines[line - 1]) + 1)
        cause = f"{what}: there is no contract and no price list in it, so nothing is billed from it"
        mend = "take the # away from the lines that are to count, or remove the file"
        return problem(Code.T018, where, cause, mend if notes else "bring its text back, or remove the file")

    def _meters(self) -> Iterator[str]:
        for document in self.documents:
            amended = (block for amendment in document.amendments for block in amendment.blocks)
            yield from (block.id.text for block in (*document.blocks, *amended) if block.kind is tree.BlockKind.METER)


def first(findings: Iterable[Problem], document: tree.Document) -> list[Problem]:
    """The findings, each once, up to :data:`MOST_PROBLEMS` errors: nobody reads more, and what finds them may take long."""
    kept: dict[Problem, None] = {}
    errors = 0
    for one in findings:
        if one not in kept and refuses(one):
            errors += 1
            if errors > MOST_PROBLEMS:
                cause = f"`{document.id}` has more than {MOST_PROBLEMS} problems; the rest was not looked for"
                kept[problem(Code.T017, document.heading, cause, "mend the others first")] = None
                break
        kept[one] = None
    return list(kept)


def refuses(found: Problem) -> bool:
    """Whether a contract can't be billed because of it."""
    return found.severity is not Severity.WARNING


def _named(names: Iterable[Iterable[tree.Name]]) -> tuple[tuple[str, Place], ...]:
    return tuple((name.text, name.where) for each in names for name in each)


def _charges(document: tree.Document) -> Iterator[tree.Block]:
    amended = (block for amendment in document.amendments for block in amendment.blocks)
    return (block for block in (*document.blocks, *amended) if block.is_charge)


def _continued(document: tree.Document) -> Iterator[tuple[str, str, Place]]:
    for block in _charges(document):
        for line in tree.every(block.lines, tree.ContinuesCharge):
            yield from ((charge.text, contract.text, charge.where) for charge, contract in line.charges)


def _parties(document: tree.Document) -> tuple[str, str]:
    stated = {party.role: party.id.text for party in tree.every(document.lines, tree.Party)}
    return stated.get("seller", ""), stated.get("customer", "")
