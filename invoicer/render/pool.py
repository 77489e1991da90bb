"""render: many stored documents become bytes at once, in worker processes.

The processes start from a clean server, inherit no database connection and write no file: each receives canonical JSON
and answers bytes. One that dies takes only its document with it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from invoicer.errors import Place, Problem
from invoicer.hookspecs import DocumentFormat
from invoicer.render.worker import Reply, Setup, serve


@dataclass(frozen=True, slots=True)
class Job:
    """A document to render: ``text`` is its canonical JSON, ``format`` the name of the format wanted, ``key`` whatever
    its owner knows it by (a document number)."""

    key: str
    text: str
    format: str = "pdf"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a job: its bytes, or the problems that stood in the way."""

    job: Job
    content: bytes | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use: ``documents`` before a fresh process takes its place, ``seconds`` and ``memory`` (bytes of
    address space) for a document."""

    documents: int = 2_000
    seconds: int = 300
    memory: int = 4 * 1024**3


def render_all(
    jobs: Iterable[Job],
    templates: Sequence[Path] = (),
    *,
    workers: int | None = None,
    formats: Callable[[], Sequence[DocumentFormat]] | None = None,
    progress: Callable[[int], None] | None = None,
    limits: Limits | None = None,
) -> Iterator[Rendered]:
    """Render the jobs in worker processes and yield each as soon as it is done, in any order, every job exactly once.

    ``templates`` are the workspace's template folders. ``workers`` is how many processes run at once (None: one for each
    processor). ``formats`` is called in each worker for the formats of plugins and has to be importable there: a function
    of a module, or a ``functools.partial`` of one. ``progress`` hears how many jobs are done.

    Nothing is raised for a job that fails: its problems come with it (those of :class:`Renderer`; R013 where the worker
    died, R014 where it took too long, R015 where the stored document can't be read).
    """
    setup = Setup(tuple(templates), formats, (limits or Limits()).memory)
    crew = _Crew(setup, limits or Limits())
    waiting = iter(jobs)
    done = 0
    try:
        for job in islice(waiting, workers or os.cpu_count() or 1):
            crew.begin(job)
        while crew.busy:
            for rendered in crew.wait():
                # The next job goes out before this one is handed on: no worker waits for whoever writes the file.
                following = next(waiting, None)
                if following is not None:
                    crew.begin(following)
                done += 1
                if progress is not None:
                    progress(done)
                yield rendered
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    line: connection.Connection
    job: Job | None = None
    deadline: float = 0.0
    finished: int = 0


class _Crew:
    """The worker processes. Idle ones take the next job; a new one is hired when there is none."""

    def __init__(self, setup: Setup, limits: Limits) -> None:
        self._setup = setup
        self._limits = limits
        self._context = _context()
        self._workers: list[_Worker] = []

    @property
    def busy(self) -> bool:
        return any(worker.job for worker in self._workers)

    def begin(self, job: Job) -> None:
        """Give a job to an idle worker, or to a new one."""
        worker = next((worker for worker in self._workers if worker.job is None), None) or self._hire()
        worker.job = job
        worker.deadline = time.monotonic() + self._limits.seconds
        with suppress(OSError):  # it died while idle; the next wait sees its closed line and reports the job
            worker.line.send((job.text, job.format))

    def wait(self) -> list[Rendered]:
        """The jobs that ended next: at least one, by an answer, a death or a lapse of time."""
        at_work = [worker for worker in self._workers if worker.job]
        patience = max(0.0, min(worker.deadline for worker in at_work) - time.monotonic())
        ready = connection.wait([worker.line for worker in at_work], patience)
        late = [worker for worker in at_work if worker.deadline <= time.monotonic() and worker.line not in ready]
        return [self._collect(worker) for worker in at_work if worker.line in ready] + [self._stop(w) for w in late]

    def dismiss(self) -> None:
        """End every process."""
        for worker in self._workers:
            self._end(worker)
        self._workers.clear()

    def _collect(self, worker: _Worker) -> Rendered:
        job = worker.job
        assert job is not None
        try:
            reply: Reply = worker.line.recv()
        except (EOFError, OSError):
            return self._bury(worker, job)
        worker.job = None
        worker.finished += 1
        if worker.finished >= self._limits.documents:
            self._remove(worker)
        if isinstance(reply, bytes):
            return Rendered(job, reply)
        return Rendered(job, None, reply)

    def _bury(self, worker: _Worker, job: Job) -> Rendered:
        worker.process.join(5)
        code = worker.process.exitcode
        self._remove(worker)
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        problem = Problem(
            "R013",
            Place(part=f"document {job.key}"),
            f"the process that rendered it {how}",
            "render it again; if it happens again, look for a full memory or a template that never ends",
        )
        return Rendered(job, None, (problem,))

    def _stop(self, worker: _Worker) -> Rendered:
        job = worker.job
        assert job is not None
        self._remove(worker)
        problem = Problem(
            "R014",
            Place(part=f"document {job.key}"),
            f"rendering it took longer than {self._limits.seconds} seconds",
            "look for a loop in the templates, or split the document",
        )
        return Rendered(job, None, (problem,))

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._setup), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _remove(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        self._end(worker)

    @staticmethod
    def _end(worker: _Worker) -> None:
        worker.line.close()
        if worker.job is not None:
            worker.process.kill()
        worker.process.join()
        worker.process.close()


def _context() -> ForkServerContext:
    """Workers come from a server process that has imported the renderer and nothing else."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["invoicer.render.worker"])
    return context
