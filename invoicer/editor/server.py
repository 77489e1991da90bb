"""editor: the language server. What an editor may ask, and which page of this room answers."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Callable

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, lsp_method

from invoicer import __version__
from invoicer.editor.buffers import Buffer, Buffers, path_of
from invoicer.editor.check import Checker
from invoicer.editor.complete import complete
from invoicer.editor.find import definition, references
from invoicer.editor.hover import hover
from invoicer.editor.layout import edits
from invoicer.editor.outline import symbol
from invoicer.editor.positions import Lines
from invoicer.editor.shelf import Shelf, Shelves
from invoicer.editor.view import View
from invoicer.errors import Place, TermsError

log = logging.getLogger(__name__)
WATCHED = ("**/*.terms", "**/invoicer.toml", "**/customers.csv")


def serve(today: Callable[[], dt.date]) -> None:
    """Speak the protocol on standard input and output until the editor says goodbye. ``today`` tells the day."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever is printed by anyone must not get between the messages
    logging.basicConfig(stream=sys.stderr, level=logging.ERROR)
    make_server(today).start_io(stdin, stdout)


class _Protocol(LanguageServerProtocol):
    """The protocol, with texts kept by :class:`Buffers`."""

    _server: Server

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        self._server.buffers.open(document.uri, document.text, document.version)
        self._server.checker.wake(document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        self._server.buffers.change(document.uri, params.content_changes, document.version)
        self._server.checker.wake(document.uri)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        self._server.buffers.close(params.text_document.uri)
        self._server.checker.closed(params.text_document.uri)


class Server(LanguageServer):
    """The server, with the open texts and what checks them."""

    def __init__(self, today: Callable[[], dt.date]) -> None:
        self.today = today
        self.buffers = Buffers()
        self.shelves = Shelves()
        self.checker = Checker(self.shelves, self._opened, self.text_document_publish_diagnostics, self._failed)
        super().__init__("invoicer", __version__, protocol_cls=_Protocol)

    def view(self, uri: str) -> tuple[View, Lines] | None:
        """An open text with what it can refer to; None for one that is not open."""
        buffer = self.buffers.get(uri)
        if buffer is None or not _is_terms(buffer):
            return None
        shelf, name = self.shelves.of(buffer, self.buffers)
        return View(shelf, name), Lines(buffer.text, self.buffers.encoding)

    def location(self, shelf: Shelf, where: Place) -> types.Location:
        """A place as the editor opens it."""
        entry = shelf.entries.get(where.file)
        path = path_of(shelf.uri(where.file))
        text = entry.text if entry else path.read_text("utf-8-sig", errors="replace") if path else ""
        return types.Location(shelf.uri(where.file), Lines(text, self.buffers.encoding).range(where))

    def _opened(self) -> tuple[tuple[Buffer, ...], str]:
        return tuple(buffer for buffer in self.buffers if _is_terms(buffer)), self.buffers.encoding

    def _failed(self, error: Exception) -> None:
        message = f"invoicer could not check this: {type(error).__name__}: {error}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Error, message))


def _is_terms(buffer: Buffer) -> bool:
    return buffer.path is None or buffer.path.suffix == ".terms"


def make_server(today: Callable[[], dt.date]) -> Server:
    """The server with all that it answers."""
    server = Server(today)
    _lifecycle(server)
    _questions(server)
    return server


def _lifecycle(server: Server) -> None:
    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.buffers.encoding = str(server.workspace.position_encoding or types.PositionEncodingKind.Utf16)
        folders = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        server.shelves.home = next((path for uri in folders if (path := path_of(uri))), None)

    @server.feature(types.INITIALIZED)
    def initialized(_params: types.InitializedParams) -> None:
        asked = server.client_capabilities.workspace
        watching = asked.did_change_watched_files if asked else None
        if watching and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(glob) for glob in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted = types.Registration("invoicer-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(types.RegistrationParams([wanted]))

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.checker.wake(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed_on_disk(_params: types.DidChangeWatchedFilesParams) -> None:
        server.checker.wake()

    @server.feature(types.SHUTDOWN)
    def shutdown(*_params: object) -> None:
        server.checker.stop()


def _questions(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", '"']))
    def completion(params: types.CompletionParams) -> types.CompletionList:
        asked = server.view(params.text_document.uri)
        items = complete(*asked, params.position, server.today(), snippets=_snippets(server)) if asked else []
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        asked = server.view(params.text_document.uri)
        return hover(*asked, params.position, server.today()) if asked else None

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def on_definition(params: types.DefinitionParams) -> list[types.Location] | None:
        asked = server.view(params.text_document.uri)
        if not asked:
            return None
        view, lines = asked
        mention = view.syntax.at(*lines.place(params.position))
        found = definition(view, mention) if mention else None
        return [server.location(view.shelf, where) for where in found.where] if found else None

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    @server.thread()  # many files may have to be read
    def on_references(params: types.ReferenceParams) -> list[types.Location] | None:
        asked = server.view(params.text_document.uri)
        if not asked:
            return None
        view, lines = asked
        mention = view.syntax.at(*lines.place(params.position))
        places = references(view, mention, given=params.context.include_declaration) if mention else []
        return [server.location(view.shelf, where) for where in places]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol] | None:
        asked = server.view(params.text_document.uri)
        return [symbol(section, asked[1]) for section in asked[0].syntax.sections] if asked else None

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    def on_formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        asked = server.view(params.text_document.uri)
        if not asked:
            return None
        try:
            return edits(asked[0].text, asked[1], asked[0].name)
        except TermsError as error:
            first = error.problems[0]
            message = f"Not formatted, for line {first.where.line} can't be read: {first.cause}."
            server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
            return None


def _snippets(server: Server) -> bool:
    """Whether the editor knows what to do with a snippet."""
    texts = server.client_capabilities.text_document
    item = texts.completion.completion_item if texts and texts.completion else None
    return bool(item and item.snippet_support)
