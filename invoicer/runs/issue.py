"""runs: issue. Confirmed drafts become numbered documents, and documents become files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from invoicer import plugins, render
from invoicer.domain.doubt import Doubt
from invoicer.errors import Place, Problem, RunError
from invoicer.hookspecs import DocumentFormat
from invoicer.ledger import Artifact, DraftStatus, Finish, Issued, Ledger, Plan
from invoicer.runs.against import DraftChange, changes_of
from invoicer.runs.derive import derive
from invoicer.runs.desk import Desk
from invoicer.runs.law import numbering
from invoicer.runs.rehearse import finished_data

Progress = Callable[[str, int, int], None]
MAX_AHEAD = dt.timedelta(days=31)
"""How long before the day of its plan a document may be issued."""

AT_ONCE = 25
"""How many files are recorded at once: after a crash, no more are made again."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A confirmed draft that would not be planned like this any more: what it would be now (``change``), the ``holds`` of
    its contracts, and the ``doubts`` that nobody has released."""

    change: DraftChange
    holds: tuple[Problem, ...]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueResult:
    """What came of it. ``changed`` are drafts whose inputs changed since the plan: they are to be planned again, as are
    those that fell out of it earlier (``dropped_before`` of them); ``waiting`` drafts were never confirmed; ``files`` are
    readable paths; ``problems`` are of files and plugins: the documents are issued all the same, and `issue` again makes
    what is missing."""

    issued: tuple[Issued, ...]
    changed: tuple[Dropped, ...]
    waiting: int
    dropped_before: int
    files: tuple[Path, ...]
    problems: tuple[Problem, ...]

    @property
    def dropped(self) -> tuple[str, ...]:
        """The contracts of what changed."""
        return tuple(sorted({contract for one in self.changed for contract in one.change.contracts}))


def issue(
    desk: Desk,
    ledger: Ledger,
    issue_date: dt.date,
    who: str,
    *,
    plan: int | None = None,
    progress: Progress = lambda *_: None,
) -> IssueResult:
    """Issue what is confirmed in a plan (the latest when None) and make every file that is still wanted.

    To resume after a crash, call it again. Raises RunError as the ledger does, when the database is not what was written
    (L112 to L119), and when the issue date lies before that of the last document of a series (L135) or long before the
    plan (L209); documents issued before stay issued.
    """
    numbers: tuple[str, ...] = ()
    changed: tuple[Dropped, ...] = ()
    waiting = before = 0
    if ledger.plans():
        chosen, changed = _looked_at_again(desk, ledger, plan, who, issue_date)
        drafts = {one.id: one.drafts for one in ledger.plans()}
        left = drafts[chosen]
        before = left.get(DraftStatus.DROPPED, 0) - len(changed) if chosen == max(drafts) else 0
        waiting, confirmed = left.get(DraftStatus.PLANNED, 0), left.get(DraftStatus.CONFIRMED, 0)
        if confirmed:
            done = partial(progress, "Issuing", confirmed)
            rules = numbering(desk)
            heard = _counted(done)
            numbers = ledger.issue(chosen, finisher(desk), issue_date, progress=heard, numbering=rules, who=who)
    given = set(numbers)
    issued = tuple(one for one in ledger.documents() if one.number in given) if numbers else ()
    files, problems = make_files(desk, ledger, progress, who)
    problems = (*problems, *_tell(desk, ledger))
    return IssueResult(
        issued=issued, changed=changed, waiting=waiting, dropped_before=before, files=files, problems=problems
    )


def _looked_at_again(
    desk: Desk, ledger: Ledger, plan: int | None, who: str, issue_date: dt.date
) -> tuple[int, tuple[Dropped, ...]]:
    """The id of the plan that is issued, and what fell out of it. Its texts fill the memory here, and nowhere after."""
    chosen = ledger.plan(plan)
    if any(draft.status is DraftStatus.CONFIRMED for draft in chosen.drafts):
        _refuse_to_date_back(issue_date, chosen.as_of)
    return chosen.id, _drop_changed(desk, ledger, chosen, who, issue_date)


def _refuse_to_date_back(issue_date: dt.date, as_of: dt.date) -> None:
    """A document is issued at most a month ahead of its plan's day."""
    if issue_date < as_of - MAX_AHEAD:
        place = Place(part=f"issue on {issue_date}")
        cause = f"the plan is as of {as_of}, more than {MAX_AHEAD.days} days later"
        raise RunError(Problem("L209", place, cause, "check the year and the month"))


def make_files(
    desk: Desk, ledger: Ledger, progress: Progress = lambda *_: None, who: str = ""
) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """Render every file that an issued document still wants, outside any lock and in worker processes. A file that was
    made and is gone is put back from what the ledger keeps, or made again. ``who`` is for the log, which gets one entry for
    some files at a time."""
    paths: list[Path] = []
    problems: list[Problem] = []
    kept: list[Artifact] = []
    wanted = [*ledger.missing_artifacts()]
    for gone in ledger.unpublished():
        try:
            paths.append(ledger.files.publish(gone.sha256, gone.name))
        except RunError:
            wanted.append(gone)
    jobs = _jobs(ledger, wanted, problems)
    templates = [folder for folder in (desk.workspace.templates_folder,) if folder.is_dir()]
    formats = partial(plugin_formats, desk.workspace.plugins_folder) if desk.plugins.formats else None
    done = render.render_all(
        jobs, templates, formats=formats, progress=lambda count: progress("Rendering", len(wanted), count)
    )
    for rendered in done if wanted else ():
        if rendered.content is None:
            problems += rendered.problems
            continue
        try:
            kept.append(ledger.keep_artifact(rendered.job.key, rendered.job.format, rendered.content))
        except RunError as error:
            problems += error.problems
        if len(kept) == AT_ONCE:
            _save(ledger, kept, who, paths, problems)
    _save(ledger, kept, who, paths, problems)
    return tuple(sorted(paths)), tuple(dict.fromkeys(problems))


def _save(ledger: Ledger, kept: list[Artifact], who: str, paths: list[Path], problems: list[Problem]) -> None:
    """Record what is kept, and let it out. Should the database refuse, the files are made again by the next issue."""
    if not kept:
        return
    try:
        more, wrong = ledger.save_artifacts(kept, who)
    except RunError as error:
        more, wrong = (), error.problems
    paths += more
    problems += wrong
    kept.clear()


def _jobs(ledger: Ledger, wanted: Sequence[Artifact], problems: list[Problem]) -> Iterator[render.Job]:
    """What there is to render, one text at a time; a document that is not what was issued becomes no file."""
    for one in wanted:
        try:
            yield render.Job(one.document, ledger.document_json(one.document), one.format)
        except RunError as error:
            problems += error.problems


def _tell(desk: Desk, ledger: Ledger) -> list[Problem]:
    """Tell plugins of every document that they have not heard of; one that fails is told again by the next issue."""
    problems: list[Problem] = []
    heard: list[str] = []
    for number in ledger.untold():
        failed = desk.plugins.issued(ledger.document(number))
        problems += failed
        heard += [] if failed else [number]
    if heard:
        ledger.mark_told(heard)
    return problems


def plugin_formats(folder: Path) -> Sequence[DocumentFormat]:
    """The document formats of all plugins; called in each worker process."""
    return tuple(plugins.load(folder).formats.values())


def rehearse_issue(
    desk: Desk, ledger: Ledger, issue_date: dt.date, plan: int | None = None
) -> tuple[int, tuple[Dropped, ...]]:
    """How many documents an issue of the plan would make, and what would fall out of it. Raises RunError: L209."""
    chosen = ledger.plan(plan)
    confirmed = sum(draft.status is DraftStatus.CONFIRMED for draft in chosen.drafts)
    if confirmed:
        _refuse_to_date_back(issue_date, chosen.as_of)
    changed = _changed(desk, ledger, chosen)
    return confirmed - len(changed), tuple(changed.values())


def _drop_changed(desk: Desk, ledger: Ledger, plan: Plan, who: str, today: dt.date) -> tuple[Dropped, ...]:
    """Take confirmed drafts out of the plan that would not be planned like this any more; answers what they would be."""
    changed = _changed(desk, ledger, plan)
    if changed:
        ledger.drop(plan.id, who, "inputs have changed since the plan", today, positions=set(changed))
    return tuple(changed.values())


def _changed(desk: Desk, ledger: Ledger, plan: Plan) -> dict[int, Dropped]:
    """The confirmed drafts of a plan, by position, that would not be planned like this any more."""
    drafts = plan.drafts
    confirmed = [draft for draft in drafts if draft.status is DraftStatus.CONFIRMED]
    if any(draft.status is DraftStatus.ISSUED for draft in drafts):
        # an issue that has begun goes on from its stored drafts alone; what was confirmed after it is looked at
        since = ledger.decided_since_issue(plan.id)
        confirmed = [draft for draft in confirmed if draft.position in since]
    if not confirmed:
        return {}
    found = derive(desk, ledger, plan.as_of)
    today_s = {one.fingerprint: doubts for one, doubts in zip(found.drafts, found.doubts, strict=True)}
    changed = [
        one
        for one in confirmed
        if one.fingerprint not in today_s or not set(today_s[one.fingerprint]) <= set(one.doubts)
    ]
    if not changed:
        return {}
    positions = {draft.position for draft in changed}
    marks = {one.fingerprint for one in drafts if one.position not in positions}
    now = [one.draft for one in found.drafts if one.fingerprint not in marks]
    return {
        one.position: Dropped(
            change,
            tuple(problem for contract in one.contracts for problem in found.holds.get(contract, ())),
            tuple(doubt for doubt in today_s.get(one.fingerprint, ()) if doubt not in one.doubts),
        )
        for one, change in zip(changed, changes_of(changed, now), strict=True)
    }


def finisher(desk: Desk) -> Finish:
    """What makes a document of a draft, as the ledger wants it when it issues."""

    def finish(
        draft: Mapping[str, Any], number: str, day: dt.date, /
    ) -> tuple[Mapping[str, Any], Sequence[Mapping[str, Any]], Sequence[str]]:
        document, billed = finished_data(desk, draft, number, day)
        return document, billed, desk.workspace.policy.formats

    return finish


def _counted(done: Callable[[int], None]) -> Callable[[int], None]:
    """Turn "so many more" into "so many in all"."""
    count = 0

    def add(more: int) -> None:
        nonlocal count
        count += more
        done(count)

    return add


def release_by_policy(desk: Desk) -> None:
    """Raises RunError unless the workspace's policy lets `run` release what has no holds."""
    if desk.workspace.policy.release != "automatic":
        raise RunError(_not_automatic())


def _not_automatic() -> Problem:
    return Problem(
        "L202",
        Place("invoicer.toml", part="policy.release"),
        "this workspace does not release documents by itself",
        'set release = "automatic" in [policy], or use plan, confirm and issue',
    )
