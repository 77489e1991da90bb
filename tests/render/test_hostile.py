"""Text of documents is only text; templates reach nothing but the template folders."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invoicer.domain.contract import Premium
from invoicer.errors import WorkspaceError
from invoicer.render import Renderer
from tests.render import builders
from tests.render.reading import read

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=https://attacker.example/x.png onerror=alert(1)>',
    "{{ 7 * 7 }}{% for x in range(9) %}{{ x }}{% endfor %}",
    "</title></style><link rel=attachment href=file:///etc/passwd>",
    "file:///etc/passwd https://attacker.example/",
    "{number.__class__} {0} %(name)s %s",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_document_is_printed_as_it_is(renderer: Renderer, text: str) -> None:
    customer = replace(builders.BUSINESS, name=text, contact=text, reference=text)
    seller = replace(builders.HOSTING, name=text)
    line = builders.line(text, "1.00", unit=text[:20], premium=Premium(text, text, text, "NL"), contract=text)
    document = builders.document(
        [line], customer=customer, seller=seller, purchase_order=text, notes=(text,), number=text
    )
    html = renderer.render(document, "html").decode()
    for tag in ("<script", "<img src=h", "<link"):
        assert tag not in html
    assert html.count("<img") == 1, "the QR code alone"
    words = "".join("".join(read(renderer.render(document, "pdf")).texts).split())
    assert words.count("".join(text.split())) >= 4


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://attacker.example/x.png">',
        '<img src="http://169.254.169.254/latest/meta-data">',
        '<img src="file:///etc/passwd">',
        '<img src="/etc/passwd">',
        '<img src="../secret.svg">',
        '<img src="..%2fsecret.svg">',
        '<img src="outside.svg">',
        '<img src="secret.txt">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://attacker.example/x.css">',
        "<style>@import url(https://attacker.example/x.css);</style>",
        '<style>@font-face { font-family: x; src: url("file:///etc/passwd") }</style>',
        '<style>body { background: url("ftp://attacker.example/x.png") }</style>',
        '<base href="https://attacker.example/"><img src="x.png">',
        '<svg><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<object data="file:///etc/passwd"></object>',
    ],
)
def test_a_template_loads_nothing_from_elsewhere(tmp_path: Path, markup: str) -> None:
    (tmp_path / "secret.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "outside.svg").symlink_to(tmp_path / "secret.svg")
    (folder / "secret.txt").write_text("not a kind of file that a page may load")
    (folder / "invoice.html").write_text(
        '{% extends "bundled/invoice.html" %}{% block closing %}' + markup + "{% endblock %}"
    )
    with pytest.raises(WorkspaceError) as caught:
        Renderer([folder]).render(builders.many(1), "pdf")
    (problem,) = caught.value.problems
    assert problem.code == "R007"
    assert "templates/" in problem.mend


def test_a_page_may_load_what_lies_in_the_template_folders(tmp_path: Path) -> None:
    (tmp_path / "stamp.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    )
    (tmp_path / "invoice.html").write_text(
        '{% extends "bundled/invoice.html" %}{% block closing %}<img src="stamp.svg">{% endblock %}'
    )
    with_stamp = Renderer([tmp_path]).render(builders.many(1), "pdf")
    assert with_stamp != Renderer().render(builders.many(1), "pdf")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ ''.__class__.__mro__ }}", "R005"),
        ("{{ document.__init__.__globals__ }}", "R005"),
        ("{{ say.gettext.__self__.__class__ }}", "R005"),
        ("{{ [].append(1) }}", "R005"),
        ("{{ {}.update(a=1) }}", "R005"),
        ("{{ 'x' * 10**8 }}", "R005"),
        ("{{ 'x' * 100000000 }}", "R005"),
        ("{{ 'x' | center(10) * 100000 }}", "R005"),
        ("{{ 9 ** 999999999 }}", "R005"),
        ("{{ '%0999999999d' % 1 }}", "R005"),
        ("{% for x in range(10000000) %}{% endfor %}", "R006"),
        ('{% include "/etc/passwd" %}', "R001"),
        ('{% include "../secret" %}', "R001"),
        ("{{ 1 / 0 }}", "R006"),
    ],
)
def test_a_template_stays_in_its_sandbox(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "invoice.html").write_text("<p>\n<p>\n" + text)
    with pytest.raises(WorkspaceError) as caught:
        Renderer([folder]).render(builders.many(1), "html")
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.where.file == str(folder / "invoice.html")
    assert problem.where.line == 3


def test_a_style_sheet_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "brand.css").write_text("@import url(https://attacker.example/x.css);")
    with pytest.raises(WorkspaceError) as caught:
        Renderer([tmp_path])
    assert caught.value.problems[0].code == "R007"
    assert "attacker.example" in str(caught.value.problems[0].where)


def test_a_logo_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'
        '<image href="file:///etc/passwd" width="9" height="9"/></svg>'
    )
    with pytest.raises(WorkspaceError) as caught:
        Renderer([tmp_path]).render(builders.many(1), "pdf")
    assert caught.value.problems[0].code == "R007"


def test_a_logo_that_is_no_picture_is_not_left_out_silently(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_text("<svg")
    with pytest.raises(WorkspaceError) as caught:
        Renderer([tmp_path]).render(builders.many(1), "pdf")
    assert caught.value.problems[0].code == "R010"
    assert "image" in caught.value.problems[0].cause
