"""runs: what people asked to have credited, as a plan takes it in beside what it finds itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from invoicer import documents
from invoicer.documents import Difference, Reason
from invoicer.domain.correction import CreditRequest
from invoicer.domain.entitlement import BilledLine, Treated
from invoicer.errors import Place, Problem, Severity
from invoicer.ledger import Ledger, RequestStatus
from invoicer.runs.lineage import Names

TOGETHER = "L231"


@dataclass(frozen=True, slots=True)
class Taken:
    """What requests come to for one contract: ``differences``, ``holds``, and ``billed`` with what they will add."""

    differences: tuple[Difference, ...]
    holds: tuple[Problem, ...]
    billed: tuple[BilledLine, ...]


@dataclass(frozen=True, slots=True)
class Requests:
    """The correction requests that wait, with the contracts of each; and (request, line) of the errors that may be billed
    again as they stand."""

    waiting: tuple[tuple[CreditRequest, frozenset[str]], ...]
    released: frozenset[tuple[int, int]]

    def carried(self, billed: Iterable[BilledLine]) -> list[BilledLine]:
        """Billed lines, without the holds that were ended by someone."""
        return [
            replace(line, basis="") if line.corrects and (line.request, line.corrects[1]) in self.released else line
            for line in billed
        ]

    def of(self, billed: Sequence[BilledLine]) -> Taken:
        """What the requests come to for the contract of which this is billed."""
        carried = list(billed)
        differences: list[Difference] = []
        holds: list[Problem] = []
        for request, _ in self.waiting:
            found, doubts = documents.requested(request, carried)
            differences += found
            holds += [problem for _, problem in doubts]
            carried += documents.promised(request, carried)
        return Taken(tuple(differences), tuple(holds), tuple(carried))

    def still_wrong(
        self, differences: Iterable[Difference], billed: Sequence[BilledLine], treated: Sequence[Treated]
    ) -> Iterator[Problem]:
        """What stands in the way of billing a document anew."""
        listed, held = tuple(differences), documents.held_back(treated, billed)
        for request, _ in self.waiting:
            yield from (problem for _, problem in documents.still_wrong(request, listed, billed, held))

    def told(self, differences: Iterable[Difference], billed: Sequence[BilledLine]) -> tuple[Difference, ...]:
        """The differences; a supplement to a line of which someone let an error be billed again says so."""
        again = {
            line.corrects for line in billed if line.corrects and (line.request, line.corrects[1]) in self.released
        }
        return tuple(
            _billed_again(one) if one.correction and one.correction.key in again else one for one in differences
        )

    def apart(self, held: Mapping[str, object]) -> Iterator[tuple[str, tuple[Problem, ...]]]:
        """A hold for each contract of a request of which another contract is held: both go out, or neither."""
        for request, contracts in self.waiting:
            stopped = sorted(contracts & held.keys())
            for name in sorted(contracts - held.keys()) if stopped else ():
                cause = (
                    f"request {request.id} credits {request.document}, also for contract {stopped[0]}, which is held"
                )
                mend = f"mend what holds {stopped[0]}; or cancel the request"
                yield name, (Problem(TOGETHER, Place(part=f"contract {name}"), cause, mend, Severity.HOLD),)


def _billed_again(one: Difference) -> Difference:
    correction = one.correction
    if correction is None or correction.reason is not Reason.TERMS or one.net.amount * correction.line.net.amount < 0:
        return one
    return replace(one, correction=replace(correction, reason=Reason.REBILLED))


def requests_in(ledger: Ledger, names: Names) -> Requests:
    """What the ledger knows of requests, their contracts under the names of today."""
    recorded = ledger.credit_requests()
    waiting = []
    for one in recorded:
        if one.status is RequestStatus.WAITING:
            lines = {line.line for line in one.waiting.lines}
            of = ledger.document(one.request.document).lines
            waiting.append(
                (one.waiting, frozenset(names.contract(line.contract) for line in of if line.number in lines))
            )
    released = frozenset(held for one in recorded for held in one.released)
    return Requests(tuple(waiting), released)
