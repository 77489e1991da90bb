"""A workspace's own templates: they win by name, may extend what they replace, and their mistakes are named by line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from invoicer.domain.document import Document
from invoicer.errors import InvoicerError, PluginError, Problem, Severity, WorkspaceError
from invoicer.render import Renderer, render
from tests.render import builders
from tests.render.reading import read


def problem_of(folder: Path, name: str = "html") -> Problem:
    with pytest.raises(WorkspaceError) as caught:
        Renderer([folder]).render(builders.many(1), name)
    (problem,) = caught.value.problems
    return problem


def test_a_template_may_extend_the_one_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_text(
        '{% extends "bundled/invoice.html" %}\n'
        "{% block closing %}<p>Member of {{ document.seller.name }}, {{ say.day(document.due_date) }}</p>{% endblock %}"
    )
    text = "".join(read(Renderer([tmp_path]).render(builders.many(1), "pdf")).texts)
    assert "Member of Breestraat Hosting B.V., 4 March 2026" in text
    assert "Total due" in text


def test_an_override_of_the_shared_page_reaches_both_kinds(tmp_path: Path) -> None:
    (tmp_path / "document.html").write_text(
        '{% extends "bundled/document.html" %}{% block notes %}<p>OURS</p>{% endblock notes %}'
    )
    renderer = Renderer([tmp_path])
    for document in (builders.many(1), builders.credit_note()):
        assert b"<p>OURS</p>" in renderer.render(document, "html")


def test_a_workspace_that_has_no_templates_folder_gets_the_bundled_ones(tmp_path: Path) -> None:
    document = builders.many(1)
    assert Renderer([tmp_path / "templates"]).render(document, "html") == Renderer().render(document, "html")


def test_brand_style_counts_after_the_paper_style(tmp_path: Path) -> None:
    (tmp_path / "brand.css").write_text("h1 { font-size: 60pt }")
    height = {
        name: max(word.bottom - word.top for word in read(one.render(builders.many(1), "pdf")).words)
        for name, one in {"own": Renderer([tmp_path]), "bundled": Renderer()}.items()
    }
    assert height["own"] > 2 * height["bundled"]


@pytest.mark.parametrize(("name", "shown"), [("logo.svg", True), ("logo-hosting-nl.svg", True), ("logo-x.svg", False)])
def test_a_logo_takes_the_place_of_the_name(tmp_path: Path, name: str, shown: bool) -> None:
    (tmp_path / name).write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 9"><path d="M0 0h40v9z"/></svg>'
    )
    html = Renderer([tmp_path]).render(builders.many(1), "html").decode()
    assert ('<td class="mark"><img src="data:image/svg+xml;base64,' in html) == shown


@pytest.mark.parametrize(
    ("text", "code", "line", "cause"),
    [
        ("<p>\n{% for x in %}", "R003", 2, "Expected an expression"),
        ("<p>\n\n{% endblock %}", "R003", 3, "endblock"),
        ("<p>\n{{ customr.name }}", "R004", 2, "'customr' is undefined"),
        ("<p>\n{{ document.custmer }}", "R004", 2, "custmer"),
        ("<p>\n\n{{ say.day('soon') }}", "R006", 3, ""),
        ('<p>\n{% include "stamp.html" %}', "R001", 2, "stamp.html"),
        ('<p>\n{{ "x"|capitalise }}', "R003", 2, "capitalise"),
    ],
)
def test_a_mistake_in_a_template_is_named_by_its_line(
    tmp_path: Path, text: str, code: str, line: int, cause: str
) -> None:
    (tmp_path / "invoice.html").write_text(text)
    problem = problem_of(tmp_path)
    assert (problem.code, problem.where.file, problem.where.line) == (code, str(tmp_path / "invoice.html"), line)
    assert cause in problem.cause
    assert problem.mend


def test_a_mistake_in_an_included_template_names_that_one(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_text('{% include "stamp.html" %}')
    (tmp_path / "stamp.html").write_text("\n\n{{ nothing }}")
    problem = problem_of(tmp_path)
    assert (problem.code, Path(problem.where.file).name, problem.where.line) == ("R004", "stamp.html", 3)


def test_an_unreadable_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_bytes(b"<p>Caf\xe9</p>")
    problem = problem_of(tmp_path)
    assert (problem.code, problem.where.file) == ("R002", str(tmp_path / "invoice.html"))
    assert "UTF-8" in problem.cause and "UTF-8" in problem.mend


def test_a_folder_where_a_style_sheet_is_meant_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "brand.css").mkdir()
    assert Renderer([tmp_path]).render(builders.many(1), "html") == Renderer().render(builders.many(1), "html")


def test_an_unreadable_style_sheet_is_named(tmp_path: Path) -> None:
    (tmp_path / "brand.css").write_bytes(b"/* caf\xe9 */")
    with pytest.raises(WorkspaceError) as caught:
        Renderer([tmp_path])
    assert caught.value.problems[0].code == "R002"


def test_a_declaration_without_effect_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "brand.css").write_text("h1 { colour: red }")
    (problem,) = Renderer([tmp_path]).problems
    assert (problem.code, problem.severity) == ("R010", Severity.WARNING)
    assert "colour" in problem.cause
    assert problem.where.file == str(tmp_path / "brand.css")


def test_an_unknown_format_names_the_known_ones(renderer: Renderer) -> None:
    with pytest.raises(WorkspaceError) as caught:
        renderer.render(builders.many(1), "docx")
    (problem,) = caught.value.problems
    assert problem.code == "R011"
    assert "html, pdf, json" in problem.mend


@dataclass(frozen=True)
class Wrapping:
    """A plugin's format that builds upon a built-in one."""

    name: str = "wrapped"

    def write(self, document: Document, make: Any) -> bytes:
        del document
        return b"<wrapped>" + bytes(make("json")) + b"</wrapped>"


@dataclass(frozen=True)
class Broken:
    name: str = "broken"

    def write(self, document: Document, make: Any) -> bytes:
        del make
        return bytes(document.lines[99].number)


def test_a_plugin_adds_a_format_that_builds_upon_others() -> None:
    document = builders.many(1)
    wrapped = render(document, "wrapped", formats=[Wrapping()])
    assert wrapped == b"<wrapped>" + render(document, "json") + b"</wrapped>"


def test_a_format_that_fails_names_the_plugin_and_the_document() -> None:
    with pytest.raises(PluginError) as caught:
        render(builders.many(1), "broken", formats=[Broken()])
    (problem,) = caught.value.problems
    assert problem.code == "R012"
    assert "broken" in str(problem.where) and "HN-2026-00042" in str(problem.where)


def test_a_pdf_carries_attachments_and_stays_the_same(renderer: Renderer) -> None:
    from weasyprint import Attachment

    def with_attachment() -> bytes:
        when = builders.ISSUED
        attachment = Attachment(string="<xml/>", name="invoice.xml", created=when, modified=when)
        return renderer.render(builders.many(1), "pdf", attachments=[attachment])

    first = with_attachment()
    assert first == with_attachment()
    assert len(first) > len(renderer.render(builders.many(1), "pdf"))


def test_every_problem_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "invoice.html").write_text("{{ nothing }}")
    with pytest.raises(InvoicerError, match=r"invoice\.html:1: error\[R004\]: the template uses a name"):
        render(builders.many(1), "html", [tmp_path])
