"""Batches in worker processes: every job once, the same bytes, and a death that stays alone."""

from __future__ import annotations

from pathlib import Path

from invoicer.domain.canonical import to_json
from invoicer.render import Job, Limits, Rendered, Renderer, render_all
from tests.render import builders, lethal

TEXT = to_json(builders.many(1))


def codes(results: list[Rendered]) -> dict[str, list[str]]:
    return {result.job.key: [problem.code for problem in result.problems] for result in results}


def test_every_job_comes_back_once_with_the_bytes_of_one_process(renderer: Renderer) -> None:
    documents = {str(count): builders.many(count) for count in range(1, 8)}
    heard: list[int] = []
    jobs = (Job(key, to_json(document)) for key, document in documents.items())
    results = list(render_all(jobs, workers=3, progress=heard.append))
    assert sorted(result.job.key for result in results) == sorted(documents)
    assert heard == list(range(1, 8))
    for result in results:
        assert result.content == renderer.render(documents[result.job.key], "pdf"), result.problems


def test_no_jobs_need_no_process() -> None:
    assert list(render_all([])) == []


def test_a_worker_that_dies_takes_only_its_document_along() -> None:
    kinds = ["json", "lethal", "json", "json", "lethal", "json"]
    jobs = [Job(str(number), TEXT, kind) for number, kind in enumerate(kinds)]
    results = list(render_all(jobs, workers=2, formats=lethal.formats))
    found = codes(results)
    assert found == {str(number): (["R013"] if kind == "lethal" else []) for number, kind in enumerate(kinds)}
    (death,) = next(result.problems for result in results if result.job.key == "1")
    assert "signal 9" in death.cause
    assert "document 1" in str(death.where)


def test_a_document_that_takes_too_long_is_given_up() -> None:
    jobs = [Job("slow", TEXT, "endless"), *(Job(str(number), TEXT, "json") for number in range(4))]
    found = codes(list(render_all(jobs, workers=2, formats=lethal.formats, limits=Limits(seconds=2))))
    assert found == {"slow": ["R014"], "0": [], "1": [], "2": [], "3": []}


def test_a_worker_is_replaced_after_so_many_documents() -> None:
    jobs = [Job(str(number), TEXT, "process") for number in range(6)]
    limited = list(render_all(jobs, workers=1, formats=lethal.formats, limits=Limits(documents=2)))
    assert len({result.content for result in limited}) == 3
    assert len({result.content for result in render_all(jobs, workers=1, formats=lethal.formats)}) == 1


def test_templates_are_those_of_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_text("Hello {{ document.number }}")
    (result,) = render_all([Job("1", TEXT, "html")], [tmp_path])
    assert result.content == b"Hello HN-2026-00042"


def test_problems_come_with_their_job(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_text("{{ nothing }}")
    jobs = [Job("broken", TEXT), Job("unread", "{}"), Job("json", TEXT, "json"), Job("odd", TEXT, "docx")]
    found = codes(list(render_all(jobs, [tmp_path], workers=2)))
    assert found == {"broken": ["R004"], "unread": ["R015"], "json": [], "odd": ["R011"]}


def test_a_worker_that_can_not_begin_says_why_for_each_document() -> None:
    found = codes(list(render_all([Job("a", TEXT), Job("b", TEXT)], workers=1, formats=lethal.refused)))
    assert found == {"a": ["P001"], "b": ["P001"]}


def test_who_stops_listening_leaves_no_process_behind() -> None:
    from multiprocessing import active_children

    results = render_all([Job(str(number), TEXT, "json") for number in range(50)], workers=2)
    next(results)
    assert active_children()
    results.close()  # type: ignore[attr-defined]
    assert not active_children()
