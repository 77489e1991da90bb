"""editor: completion. What the parser accepts at the cursor, and the names that fit there."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lsprotocol import types

from invoicer.domain.party import PartyKind
from invoicer.domain.period import add_months
from invoicer.editor.names import Named, countries, currencies, names_of
from invoicer.editor.positions import Lines
from invoicer.editor.snippets import SNIPPETS, filled
from invoicer.editor.view import View, used
from invoicer.language.cursor import Cursor, cursor
from invoicer.language.glossary import meaning
from invoicer.language.mentions import Kind, kinds_of
from invoicer.language.words import HEADINGS

_PARTIAL = re.compile(r"[\w.-]*\Z")
_LOOKS: dict[Kind, types.CompletionItemKind] = {
    Kind.CHARGE: types.CompletionItemKind.Variable,
    Kind.INPUT: types.CompletionItemKind.Function,
    Kind.METER: types.CompletionItemKind.Function,
    Kind.PRICE_LIST: types.CompletionItemKind.Module,
    Kind.CUSTOMER: types.CompletionItemKind.Reference,
    Kind.SELLER: types.CompletionItemKind.Reference,
    Kind.UNIT: types.CompletionItemKind.Unit,
    Kind.FIELD: types.CompletionItemKind.Field,
}
_NAMES, _WORDS, _BLOCKS, _WORLD = "0", "1", "2", "3"  # the order in which they are shown


@dataclass(frozen=True, slots=True)
class _Asked:
    """Where completion is asked for: the text before, the line, what may stand here, and what is typed already."""

    view: View
    line: int
    here: Cursor
    today: dt.date
    quoted: bool
    replaced: types.Range
    snippets: bool


def complete(
    view: View, lines: Lines, position: types.Position, today: dt.date, *, snippets: bool
) -> list[types.CompletionItem]:
    """What may be written at a position. Nothing in comments, and in texts only where a text is a name. ``snippets``: the
    editor knows what to do with a block that has places to fill in."""
    line, column = lines.place(position)
    before = lines.lines[line - 1][: column - 1]
    if _in_comment(before):
        return []
    quoted = before.count('"') % 2 == 1
    partial = before.rpartition('"')[2] if quoted else _partial(before)
    start = column - len(partial)
    read = "\n".join([*lines.lines[: line - 1], before[: start - 1 - quoted]])
    here = cursor(read)
    if here is None:
        return []
    replaced = types.Range(lines.position(line, start), lines.position(line, column))
    asked = _Asked(view, line, here, today, quoted, replaced, snippets)
    return [*_names(asked)] if quoted else [*_names(asked), *_literals(asked), *_words(asked)]


def _partial(before: str) -> str:
    found = _PARTIAL.search(before)
    return found[0] if found else ""


def _in_comment(before: str) -> bool:
    return "#" in re.sub(r'"[^"]*("|\Z)', "", before)


# ------------------------------------------------------------------ names


def _names(asked: _Asked) -> Iterator[types.CompletionItem]:
    for terminal in ("STRING",) if asked.quoted else ("NAME", "NUMBER"):
        rules = sorted(asked.here.rules.get(terminal, ()))
        defining = [rule for rule in rules if rule.endswith("_heading")]
        kinds = dict.fromkeys(kind for rule in rules for kind in kinds_of(terminal, rule))
        if defining:
            yield from () if asked.quoted else _new_names(asked, defining)
            continue
        for kind in kinds:
            look = _LOOKS.get(kind, types.CompletionItemKind.Constant)
            for rank, (name, about) in enumerate(_candidates(asked, kind)):
                yield _item(asked, name, look, about or str(kind), f"{_NAMES}{rank:05}")
        if "subject" in rules and Kind.CHARGE in kinds and not asked.here.heading.startswith("meter"):
            yield _item(asked, "quantity", types.CompletionItemKind.Property, "of the charge itself", _NAMES)


def _candidates(asked: _Asked, kind: Kind) -> Iterable[Named]:
    view, line, here = asked.view, asked.line, asked.here
    document = view.syntax.document(line)
    if kind is Kind.PRICE_LIST and here.line[:1] == ("uses",):
        return _versions_to_use(view)
    if kind is Kind.PRICE_LIST:
        own = {name for name, _ in used(view.syntax, document)}
        return [named for named in names_of(kind, view, line) if not own or named[0] in own]
    if kind is Kind.VERSION and here.line[:1] == ("uses",):
        return [
            (version, section.title) for _, section, version in view.price_lists() if section.name in here.line[1:2]
        ]
    if kind is Kind.CHARGE and here.heading.startswith("meter"):
        return names_of(Kind.FIELD, view, line)
    if kind is Kind.AMENDMENT:
        return [named for named in names_of(kind, view, line) if here.heading != f"amendment {named[0]}"]
    if kind is Kind.VALUE:
        return _values(here.line)
    return names_of(kind, view, line)


def _versions_to_use(view: View) -> list[Named]:
    lists = sorted(view.price_lists(), key=lambda found: (found[1].name, -int(found[2] or 0)))
    return [
        (f"{section.name} version {version}" if version else section.name, section.title)
        for _, section, version in lists
    ]


def _values(line: Sequence[str]) -> Iterable[Named]:
    if "customer.country" in line[-4:]:
        return countries()
    if "customer.kind" in line[-4:]:
        return [(str(kind), "kind of customer") for kind in PartyKind]
    return ()


def _new_names(asked: _Asked, rules: Iterable[str]) -> Iterator[types.CompletionItem]:
    """Names to give: charges of the price lists in use, the file's name for a contract, the next amendment's number."""
    view, line = asked.view, asked.line
    for rule in rules:
        if rule == "amendment_heading" and not asked.here.line[1:]:
            numbers = [int(name) for name, _ in names_of(Kind.AMENDMENT, view, line)]
            yield _item(
                asked, str(max(numbers, default=0) + 1), types.CompletionItemKind.Constant, "the next one", _NAMES
            )
        elif rule in ("contract_heading", "price_list_heading") and view.entry.path:
            yield _item(asked, view.entry.path.stem, types.CompletionItemKind.Module, "as the file", _NAMES)
        elif rule in ("charge_heading", "premium_heading"):
            taken = {name for name, _ in names_of(Kind.CHARGE, view, line)}
            for _, section, _ in view.used_lists(view.syntax.document(line)):
                for part in section.parts:
                    if f"{part.word}_heading" == rule and part.name not in taken:
                        label = f"{part.name} as in {section.name}"
                        yield _item(asked, label, types.CompletionItemKind.Variable, part.title, _NAMES)


# ------------------------------------------------------------------ literals


def _literals(asked: _Asked) -> Iterator[types.CompletionItem]:
    literals, today = asked.here.literals, asked.today
    if "DATE" in literals:
        next_month = add_months(today, 1, 1)
        days = {
            today: "today",
            next_month: "the first of next month",
            dt.date(today.year + 1, 1, 1): "the next new year",
        }
        for day, about in days.items():
            yield _item(asked, day.isoformat(), types.CompletionItemKind.Constant, about, _NAMES)
    if "CURRENCY" in literals:
        own = dict.fromkeys(str(word) for word in asked.view.syntax.words if word.type == "CURRENCY")
        for code, about in currencies():
            yield _item(asked, code, types.CompletionItemKind.Constant, about, _NAMES if code in own else _WORLD)
    if "PROPERTY" in literals and not asked.here.heading.startswith("meter"):
        for name in ("customer.country", "customer.kind"):
            yield _item(asked, name, types.CompletionItemKind.Property, "of the contract's customer", _NAMES)


# ------------------------------------------------------------------ words


def _words(asked: _Asked) -> Iterator[types.CompletionItem]:
    for phrase in asked.here.phrases:
        known = meaning(phrase[0])
        heads = asked.here.starts_line and phrase[0] in HEADINGS
        snippet = SNIPPETS.get(phrase[0]) if asked.here.starts_line else None
        item = _item(
            asked,
            " ".join(phrase),
            types.CompletionItemKind.Keyword,
            known.text if known else "",
            _BLOCKS if heads else _WORDS,
        )
        if known:
            item.documentation = types.MarkupContent(types.MarkupKind.Markdown, f"```terms\n{known.example}\n```")
        yield item
        if snippet:
            yield _block(asked, phrase[0], snippet)


def _block(asked: _Asked, word: str, snippet: str) -> types.CompletionItem:
    """A whole block. The lines below the first one are indented as the cursor is, by the editor."""
    item = _item(asked, f"{word} …", types.CompletionItemKind.Snippet, "a whole block", _BLOCKS)
    item.filter_text = word
    if asked.snippets:
        item.insert_text_format = types.InsertTextFormat.Snippet
    else:
        snippet = filled(snippet)
    item.text_edit = types.TextEdit(asked.replaced, snippet.replace("TODAY", asked.today.isoformat()))
    return item


def _item(asked: _Asked, label: str, look: types.CompletionItemKind, about: str, order: str) -> types.CompletionItem:
    return types.CompletionItem(
        label=label,
        kind=look,
        detail=about or None,
        sort_text=f"{order}{label}",
        text_edit=types.TextEdit(asked.replaced, label),
    )
