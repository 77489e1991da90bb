"""editor: the outline of a file, its contracts and price lists with their blocks, amendments and changes."""

from __future__ import annotations

from lsprotocol import types

from invoicer.editor.positions import Lines
from invoicer.language.mentions import Section

_LOOKS = {
    "contract": types.SymbolKind.Class,
    "price-list": types.SymbolKind.Module,
    "charge": types.SymbolKind.Field,
    "premium": types.SymbolKind.Field,
    "meter": types.SymbolKind.Function,
    "discount": types.SymbolKind.Operator,
    "indexation": types.SymbolKind.Operator,
    "commitment": types.SymbolKind.Field,
    "amendment": types.SymbolKind.Event,
}


def symbol(section: Section, lines: Lines) -> types.DocumentSymbol:
    """A section and those in it. One with a name is shown by its first word and its name, a change and what has no name as
    its first line is written."""
    heading = section.heading
    written = lines.lines[heading.line - 1][heading.column - 1 : heading.end_column - 1].strip()
    named = " ".join(filter(None, (section.word, section.name)))
    change = section.word in ("change", "stop")
    return types.DocumentSymbol(
        name=written if change or not section.name else named,
        detail=section.title or None,
        kind=_LOOKS.get(section.word, types.SymbolKind.Event if change else types.SymbolKind.Object),
        range=lines.range(section.where),
        selection_range=lines.range(heading),
        children=[symbol(part, lines) for part in section.parts],
    )
