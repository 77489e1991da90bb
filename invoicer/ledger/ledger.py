"""ledger: the ledger as the other rooms see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from invoicer.cache import NO_CACHE, Cache
from invoicer.domain.correction import CreditRequest
from invoicer.domain.document import Document, Kind
from invoicer.domain.doubt import Doubt
from invoicer.domain.entitlement import BilledLine
from invoicer.errors import Problem
from invoicer.ledger import (
    artifacts,
    carried,
    chain,
    corrections,
    decisions,
    dialect,
    imported,
    issuing,
    kept,
    plans,
    proof,
    reading,
    verify,
)
from invoicer.ledger.carried import Proved
from invoicer.ledger.corrections import Settle
from invoicer.ledger.decisions import Choice, Say
from invoicer.ledger.files import Files
from invoicer.ledger.imported import Import, Taken
from invoicer.ledger.issuing import Finish
from invoicer.ledger.numbering import PLAIN, Numbering, refuse_starts
from invoicer.ledger.past import Past, of_document, of_draft
from invoicer.ledger.records import Artifact, Issued, Plan, PlanSummary, Proposal, Recorded
from invoicer.ledger.release import Decision
from invoicer.ledger.store import Store


class Ledger:
    """What was issued, and what is planned. Made by :func:`invoicer.ledger.open_ledger`.

    Every method may raise RunError where the disk or the database refuses (L102 to L104, L107); it then left no trace.
    Days are given by the caller: the ledger reads no clock.
    """

    def __init__(self, store: Store, files: Files) -> None:
        self._store = store
        self.files = files

    # Contents: what documents refer to by hash

    def put_content(self, data: bytes) -> str:
        """Keep bytes; answers their SHA-256 (hex)."""
        return self.put_contents([data])[0]

    def put_contents(self, contents: Iterable[bytes]) -> tuple[str, ...]:
        """Keep many contents in one transaction; answers their hashes in the same order."""
        return reading.put_contents(self._store, contents)

    def content(self, sha256: str) -> bytes:
        """The bytes of that hash. Raises RunError when there are none (L143), or others in their place (L116)."""
        return reading.content(self._store, sha256)

    # Billed: what documents carry

    def billed(self, contracts: Collection[str]) -> tuple[BilledLine, ...]:
        """What issued documents carry of these contracts, in the order of issue; one query however many they are."""
        return reading.billed(self._store, contracts)

    def billed_contracts(self) -> frozenset[str]:
        """The ids of all contracts that were ever billed: one that is not in the files any more has disappeared."""
        return reading.billed_contracts(self._store)

    def carried(self, memory: Cache = NO_CACHE) -> Proved:
        """For each contract a hash of all that documents carry of it, proved against the log with everything else that a
        plan rests on; or out of the memory, if nothing was billed since. Raises RunError (L108 to L118, L176) where the
        database is not what was written."""
        return carried.carried(self._store, memory)

    def prove(self, contracts: Collection[str], known: Proved) -> None:
        """Hold what documents carry of these contracts against marks that are remembered; what was billed since then is
        proved besides. Raises RunError (as :meth:`carried`)."""
        if known.until:
            carried.prove(self._store, contracts, known)

    # Plans

    def store_plan(
        self,
        as_of: dt.date,
        created: dt.date,
        drafts: Sequence[Proposal],
        holds: Mapping[str, Sequence[Problem]],
        provenance: Mapping[str, str] | None = None,
        *,
        numbering: Numbering = PLAIN,
        doubts: Sequence[Sequence[Doubt]] = (),
        people: int = 1,
        who: str = "",
    ) -> int:
        """Store a plan made on ``created``, seen from ``as_of``; answers its id.

        ``drafts`` come in the order in which they shall be numbered; ``holds`` are the problems of each held contract;
        ``provenance`` (versions of code and plugins) goes into the log, and ``who`` made it. Every other plan with drafts
        that wait is superseded. When the latest plan waits with the same fingerprints, doubts and holds, is as of the same
        day and has lost none of its drafts, nothing is stored and its id is the answer: confirmations stay. Otherwise what
        was decided about a draft that comes again, with the same doubts, is taken over, and the log says so.

        ``doubts`` are those about each draft (none where the sequence is empty); ``people`` different people have to
        release each draft.

        Raises RunError: L131 the pattern of a series (:attr:`Draft.series`) can't be used, L132 it is another seller's,
        L133 and L134 a series can't start where ``numbering`` says.
        """
        return plans.store_plan(
            self._store, as_of, created, drafts, holds, provenance or {}, numbering, doubts, people, who
        )

    def plan(self, plan: int | None = None) -> Plan:
        """The plan of that id, or the latest. Raises RunError (L120) when there is none."""
        return plans.read_plan(self._store, plan)

    def confirmed(self) -> Mapping[str, tuple[str, ...]]:
        """The drafts of the latest plan that are confirmed and not issued yet: the contracts of each, by fingerprint."""
        return plans.confirmed(self._store)

    def plans(self) -> tuple[PlanSummary, ...]:
        """All plans without their drafts, the oldest first."""
        return plans.summaries(self._store)

    def confirm(
        self,
        plan: int,
        who: str,
        remark: str,
        on: dt.date,
        *,
        positions: Collection[int] | None = None,
        contracts: Collection[str] | None = None,
        doubts: Collection[str] | None = None,
        rule: bool = False,
    ) -> tuple[int, ...]:
        """Release the drafts of a plan that wait, or only those at these positions, with a line of these contracts, with a
        doubt of these names, and with them the doubts that are named; answers the positions of which something was
        released now (none when all was released before).

        A draft with an open doubt that is not named is not released. It is confirmed when as many different people as it
        takes have released it and each of its doubts. One that was rejected is meant only when a contract is named.
        ``rule``: ``who`` is a rule of the workspace.

        Raises RunError: L120 no such plan, L121 superseded, L122 nothing fits the choice, L123 ``who`` or ``remark`` is
        empty, L125 everything that is chosen waits for somebody else than ``who``.
        """
        choice = Choice(positions, contracts, doubts)
        return decisions.confirm(self._store, plan, Say(who, remark, on, rule), choice)

    def would_confirm(
        self,
        plan: int,
        who: str,
        remark: str,
        on: dt.date,
        *,
        positions: Collection[int] | None = None,
        contracts: Collection[str] | None = None,
        doubts: Collection[str] | None = None,
    ) -> Mapping[int, tuple[Decision, ...]]:
        """What :meth:`confirm` would decide about the draft at each position; it raises what that does."""
        return decisions.rehearsed(self._store, plan, Say(who, remark, on), Choice(positions, contracts, doubts))

    def reject(
        self,
        plan: int,
        who: str,
        remark: str,
        on: dt.date,
        *,
        positions: Collection[int] | None = None,
        contracts: Collection[str] | None = None,
        doubts: Collection[str] | None = None,
    ) -> tuple[int, ...]:
        """Reject drafts, or only the doubts that are named, chosen as by :meth:`confirm`; answers the positions of which
        something was rejected now. A rejected draft is not issued, also when it is planned again as it is."""
        return decisions.reject(self._store, plan, Say(who, remark, on), Choice(positions, contracts, doubts))

    def released_doubts(self, name: str) -> frozenset[tuple[str, str]]:
        """(contract, subject) of every doubt of that name that was released and whose draft was issued."""
        return kept.released(self._store, name)

    def decided_since_issue(self, plan: int) -> frozenset[int]:
        """The positions of drafts of a plan that were decided about after its last document, or while it was being issued:
        they are no part of an issue that a crash broke off."""
        return kept.decided_since_issue(self._store, plan)

    def drop(
        self,
        plan: int,
        who: str,
        remark: str,
        on: dt.date,
        *,
        positions: Collection[int] | None = None,
        contracts: Collection[str] | None = None,
    ) -> tuple[int, ...]:
        """Take drafts out of a plan (rejected, or planned upon inputs that have changed); chosen and answered as by
        :meth:`confirm`. They leave no number."""
        return decisions.drop(self._store, plan, Say(who, remark, on), Choice(positions, contracts))

    # Correction requests

    def request_credit(
        self, number: str, settle: Settle, *, keep: bool = True, ever: Collection[str] = ()
    ) -> CreditRequest:
        """Record what someone wants to have credited of a document; answers it with its id. ``settle`` makes it from the
        :class:`Account` of the document, within the lock: it must be pure, and may refuse. ``ever`` are other ids
        that its contracts had or have. Without ``keep`` nothing is recorded. Raises RunError: L140 no such document, and
        whatever ``settle`` raises."""
        return corrections.request(self._store, number, settle, keep=keep, ever=ever)

    def cancel_credit(self, request: int, who: str, remark: str, on: dt.date, *, keep: bool = True) -> Recorded:
        """Withdraw a request that waits; drafts of its contracts that wait are dropped. Without ``keep`` nothing is
        recorded. Raises RunError: L123 nobody or no remark, L160 no such request, L161 it was cancelled or issued before."""
        return corrections.cancel(self._store, request, who, remark, on, keep=keep)

    def rebill(
        self, number: str, who: str, remark: str, on: dt.date, *, lines: Collection[int] = (), keep: bool = True
    ) -> tuple[tuple[int, int], ...]:
        """Let what was credited of a document (of all lines, or of these) as an error be billed again as it stands; answers
        (request, line) of each. Raises RunError: L123, L140, L162 nothing of it is held back."""
        return corrections.rebill(self._store, number, lines, who, remark, on, keep=keep)

    def credit_requests(self) -> tuple[Recorded, ...]:
        """Everything that was ever requested, with what became of it, in the order of the requests."""
        return corrections.recorded(self._store)

    # What another system has billed

    def import_billed(self, brought: Import, *, keep: bool = True) -> Taken:
        """Take the documents of a file that are not known yet, all or none. Without ``keep`` nothing is recorded. Raises
        RunError (L123, L170 to L173) with everything that stands against it."""
        return imported.take(self._store, brought, keep=keep)

    def withdraw_import(self, number: str, who: str, remark: str, on: dt.date, *, keep: bool = True) -> Document:
        """Take back what was imported as that number, and say what that was. Raises RunError: L123, L174 nothing was
        imported, L175 it is referred to."""
        return imported.withdraw(self._store, number, who, remark, on, keep=keep)

    def imported(self) -> tuple[Issued, ...]:
        """The documents of another system, by number; their series is ""."""
        return reading.imported(self._store)

    # Documents

    def issue(
        self,
        plan: int,
        finish: Finish,
        issue_date: dt.date,
        *,
        batch: int | None = None,
        progress: Callable[[int], None] = lambda _: None,
        numbering: Numbering = PLAIN,
        who: str = "",
    ) -> tuple[str, ...]:
        """Issue the confirmed drafts of a plan in the order of their positions, ``batch`` (200) at a time; answers the
        numbers given now. ``progress`` hears after each commit how many documents it brought; ``who`` goes into the log.

        ``finish`` is called within the lock and must be pure. After a crash or a refusal call it again: what is issued
        is skipped, the rest follows, no number is lost or given twice.

        Raises RunError: L120 no such plan, L121 superseded, L117 a stored draft was changed, L130 something is billed
        already, L133 a number is taken by another series, L134 a series began elsewhere than ``numbering`` says, L135 a
        series has a document of a later day, L137 a file of a number that is next is there. The batch at hand leaves no
        trace, those before it are issued.
        """
        size = batch or issuing.BATCH
        return issuing.issue(self._store, self.files, plan, finish, issue_date, size, progress, numbering, who)

    def documents(
        self,
        *,
        plan: int | None = None,
        contracts: Collection[str] | None = None,
        customers: Collection[str] | None = None,
        kind: Kind | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> tuple[Issued, ...]:
        """Issued documents in brief, in the order of issue: all, or those that fit every filter given. ``since`` and
        ``until`` are issue dates, both included."""
        return reading.documents(self._store, plan, contracts, customers, kind, since, until)

    def document(self, number: str) -> Document:
        """The document of that number. Raises RunError: L140 there is none, L113 it is not what was written."""
        return reading.document(self._store, number)

    def document_json(self, number: str) -> str:
        """Its canonical JSON, to hand to a renderer in another process. Raises RunError as :meth:`document`."""
        return reading.document_json(self._store, number)

    def past(self, number: str) -> Past:
        """How a document came about, and what became of it. Raises RunError (L140) when there is none."""
        return of_document(self._store, number)

    def past_of_draft(self, position: int, plan: int | None = None) -> Past:
        """The same of a draft of a plan (the latest when None). Raises RunError: L120 no such plan, L122 no such draft."""
        return of_draft(self._store, plan, position)

    def untold(self) -> tuple[str, ...]:
        """The numbers of documents whose issue plugins have not been told of, in the order of issue."""
        return reading.untold(self._store)

    def mark_told(self, numbers: Collection[str]) -> None:
        """Remember that plugins have heard of these documents; done after they have, so they hear at least once."""
        reading.mark_told(self._store, numbers)

    def first_documents(self) -> Mapping[str, str]:
        """The number of the first document of every customer who ever got one."""
        return reading.first_documents(self._store)

    def check_starts(self, numbering: Numbering) -> None:
        """Look whether each series can start, or did start, where the rules say. Raises RunError (L133, L134)."""
        with self._store.read() as connection:
            refuse_starts(connection, numbering)

    def next_numbers(self) -> Mapping[str, int]:
        """The next number of every series that has begun, by the key of the series."""
        return reading.next_numbers(self._store)

    # Files of documents

    def missing_artifacts(self) -> tuple[Artifact, ...]:
        """The files that issued documents still want, in the order of issue."""
        return artifacts.find(self._store, missing=True, numbers=None)

    def artifacts(self, numbers: Collection[str] | None = None) -> tuple[Artifact, ...]:
        """The files of these documents, or of all, made or wanted."""
        return artifacts.find(self._store, missing=False, numbers=numbers)

    def unpublished(self) -> tuple[Artifact, ...]:
        """The files that were made and are not under their readable name any more."""
        made = artifacts.find(self._store, missing=False, numbers=None)
        return tuple(one for one in made if one.sha256 and not self.files.is_published(one.name))

    def keep_artifact(self, document: str, file_format: str, data: bytes) -> Artifact:
        """Keep the bytes of a wanted file under their hash, for :meth:`save_artifacts`. Raises RunError: L141 no such file
        is wanted, or another was kept for it before; L144 another file has its readable name."""
        return artifacts.keep(self._store, self.files, document, file_format, data)

    def save_artifacts(self, kept: Sequence[Artifact], who: str = "") -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
        """Record files that are kept, all in one entry of the log, and put each under its readable name; answers the
        readable paths, and what stands against some of them (as :meth:`keep_artifact` says)."""
        return artifacts.save(self._store, self.files, kept, who)

    # Proof

    def database_facts(self) -> Mapping[str, str]:
        """``product`` and ``version`` of the database, and how it is set up, in its own words."""
        with self._store.read() as connection:
            return dialect.facts(connection)

    def verify_chain(self) -> tuple[Problem, ...]:
        """Every way in which the database is not what was written; empty when it is sound. Log and anchor are held
        against each other at each opening; this also walks all documents, billed lines, plans, series and contents."""
        return verify.verify_chain(self._store)

    def remembers(self, anchor: Path) -> tuple[Problem, ...]:
        """What a copy of the anchor from an earlier day finds changed in today's log (L108, L109, L111), or what is wrong
        with its signature (L157)."""
        with self._store.read() as connection:
            return chain.held_against(connection, anchor, self._store.anchor.seal)

    def sign(self) -> str:
        """Write the anchor once more, sealed with the key of today; answers the id of the key, "" where none is used."""
        with self._store.read() as connection:
            self._store.anchor.advance(chain.head(connection), again=True)
        return self.signed_by()

    def signed_by(self) -> str:
        """The id of the key that signed the anchor; "" where no signature is asked for or none is there yet."""
        return self._store.anchor.sealed_by()

    def length(self) -> int:
        """How many entries the log has."""
        with self._store.read() as connection:
            return chain.head(connection).count

    def proved(
        self, number: str | None = None, since: dt.date | None = None, until: dt.date | None = None
    ) -> Iterator[tuple[str, tuple[Problem, ...]]]:
        """Each issued document, in the order of issue, with what of it does not prove itself (L119) or is not kept (L143);
        all, or those of a number or of these issue dates, both included."""
        return proof.proved(self._store, number, since, until)
