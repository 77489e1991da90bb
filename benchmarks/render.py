"""How fast and how lean documents are rendered, beside plain WeasyPrint in the same run.

    python benchmarks/render.py [--documents 60] [--memory 2000]

The peer prints the same words the way a first version does: a template with flex boxes and grid (``naive.html``), and
``HTML(string=…).write_pdf()`` for each document. A second peer prints our own pages in that way, which shows what the
shared objects alone bring. Speed is documents per second of processor time; the ways take turns, so that a busy machine
harms all alike. Memory is that of one worker process that renders documents one after the other.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from gettext import NullTranslations
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
from jinja2 import Environment, FileSystemLoader
from weasyprint import HTML

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from invoicer.domain.canonical import from_json, to_json
from invoicer.domain.document import Document
from invoicer.render import Job, Renderer, render_all
from invoicer.render.folders import TemplateFolders
from invoicer.render.paper import Paper
from invoicer.render.speech import Speech
from invoicer.render.translation import locale_of, words_of
from tests.render import builders

MIX = (builders.monthly_invoice, builders.premium_invoice, builders.reverse_charge, builders.credit_note)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--documents", type=int, default=60, help="how many documents each way renders")
    arguments.add_argument("--memory", type=int, default=2000, help="after how many documents memory is read again")
    chosen = arguments.parse_args()
    texts = [to_json(document(number)) for number in range(chosen.documents)]
    speed(texts)
    scaling(texts)
    memory(chosen.memory)


def document(number: int) -> Document:
    """One of a mix of documents of 1 to 8 lines, in three languages, each with a number of its own."""
    paper = MIX[number % len(MIX)](("en", "nl", "et")[number % 3])
    return replace(paper, number=f"HN-2026-{number:05}")


def speed(texts: list[str]) -> None:
    """Documents per second and core of each way, and the ratios."""
    renderer = Renderer()
    page = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True).get_template("naive.html")
    speech = {language: _speech(language) for language in ("en", "nl", "et")}

    def ours(text: str) -> bytes:
        return renderer.render(from_json(Document, text), "pdf")

    def naive(text: str) -> bytes:
        paper = from_json(Document, text)
        say = speech[paper.language]
        html = page.render(document=paper, paper=Paper(paper, say), say=say, _=say.gettext)
        pdf: bytes = HTML(string=html).write_pdf()
        return pdf

    def naive_with_our_pages(text: str) -> bytes:
        pdf: bytes = HTML(string=renderer.html(from_json(Document, text))).write_pdf()
        return pdf

    ways: dict[str, Callable[[str], bytes]] = {
        "naive WeasyPrint": naive,
        "naive WeasyPrint, our pages": naive_with_our_pages,
        "Renderer": ours,
    }
    spent = dict.fromkeys(ways, 0.0)
    for way in ways.values():
        way(texts[0])
    for text in texts:
        for name, way in ways.items():
            gc.collect()  # each way pays for its own garbage
            begun = time.process_time()
            way(text)
            spent[name] += time.process_time() - begun
    print(f"{len(texts)} documents, processor time of one core")
    for name, seconds in spent.items():
        ratio = spent["naive WeasyPrint"] / seconds
        print(f"  {name:<28} {len(texts) / seconds:6.1f} documents/s   {ratio:.2f} × naive")


def _speech(language: str) -> Speech:
    locale = locale_of(language)
    return Speech(locale, words_of(locale, TemplateFolders()) or NullTranslations())


def scaling(texts: list[str]) -> None:
    """Documents per second of wall-clock time through the worker pool."""
    print("batch through render_all, wall-clock time with start of the workers")
    for workers in (1, 2, 4):
        begun = time.perf_counter()
        count = sum(1 for _ in render_all((Job(str(i), text) for i, text in enumerate(texts)), workers=workers))
        print(f"  {workers} workers {count / (time.perf_counter() - begun):20.1f} documents/s")


def memory(last: int) -> None:
    """What one worker holds after 200 documents and after ``last``."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_render_and_weigh, args=(theirs, last), daemon=True)
    process.start()
    early, late = ours.recv(), ours.recv()
    process.join()
    print("resident memory of one worker")
    print(f"  after  200 documents {early / 2**20:8.1f} MiB")
    print(f"  after {last:4} documents {late / 2**20:8.1f} MiB   {late / early:.3f} ×")


def _render_and_weigh(line: Connection, last: int) -> None:
    renderer, process = Renderer(), psutil.Process()
    for number in range(1, last + 1):
        renderer.render(document(number), "pdf")
        if number in (200, last):
            line.send(process.memory_info().rss)


if __name__ == "__main__":
    main()
