"""An editor, as far as a language server can tell: it starts the server as a program and speaks the protocol with it."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

PATIENCE = 20  # seconds; a loaded machine is slow, and a test that passes never waits so long
START = "from invoicer.cli import main; main()"


class Editor:
    """Use as a context: it is started and initialized at the beginning, and says goodbye at the end."""

    def __init__(
        self, folder: Path | None, *, capabilities: dict[str, Any] | None = None, complains: bool = False
    ) -> None:
        self.folder = folder
        self.complains = complains  # whether the server is expected to write about errors
        self.capabilities = capabilities or {}
        self.diagnostics: dict[str, tuple[int | None, list[dict[str, Any]]]] = {}
        self.messages: list[str] = []
        self.asked: list[dict[str, Any]] = []  # what the server asked of the editor
        self.noise: list[bytes] = []  # anything on standard output that is no message
        self._answers: dict[int, dict[str, Any]] = {}
        self._numbers = 0
        self._arrived: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._server = subprocess.Popen(
            [sys.executable, "-c", START, "lsp", "--today", "2026-03-15"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def __enter__(self) -> Editor:
        root = self.folder.as_uri() if self.folder else None
        self.server = self.request(
            "initialize", {"processId": os.getpid(), "rootUri": root, "capabilities": self.capabilities}
        )
        self.notify("initialized", {})
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._goodbye()
        finally:
            self._server.kill()
            self._server.wait()
            self._listener.join()
            for stream in (self._server.stdin, self._server.stdout, self._server.stderr):
                if stream:
                    stream.close()

    def _goodbye(self) -> None:
        assert self.request("shutdown", None) is None
        self.notify("exit", None)
        assert self._server.wait(PATIENCE) == 0
        assert self._server.stderr
        complaint = self._server.stderr.read()
        assert bool(complaint) == self.complains, complaint
        assert not self.noise

    # ------------------------------------------------------------------ what an editor does

    def open(self, path: Path | str, text: str | None = None, version: int = 1) -> str:
        """Open a file (or an address) with a text, by default the file's; its address."""
        uri = path if isinstance(path, str) else path.as_uri()
        text = Path(path).read_bytes().decode("utf-8-sig") if text is None else text
        document = {"uri": uri, "languageId": "terms", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return uri

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        """Change a text, by ranges or as a whole."""
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def close(self, uri: str) -> None:
        """Close a text."""
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def ask(self, what: str, uri: str, line: int, character: int, **more: Any) -> Any:
        """Ask about a position, counted from 0."""
        position = {"line": line, "character": character}
        return self.request(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": position, **more})

    def told(self, uri: str, version: int | None) -> list[dict[str, Any]]:
        """What the server says about that version of a text, once it has said it."""
        self._until(lambda: uri in self.diagnostics and self.diagnostics[uri][0] == version)
        return self.diagnostics[uri][1]

    def wait(self, heard: Callable[[], bool]) -> None:
        """Wait until the server has said what makes that true."""
        self._until(heard)

    def request(self, method: str, params: Any) -> Any:
        """Ask, and wait for the answer. AssertionError with the server's words for an error."""
        answer = self.raw_request(method, params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def raw_request(self, method: str, params: Any) -> dict[str, Any]:
        """Ask, and give the whole answer, an error as well."""
        self._numbers += 1
        number = self._numbers
        self.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        self._until(lambda: number in self._answers)
        return self._answers.pop(number)

    def notify(self, method: str, params: Any) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def send(self, message: dict[str, Any]) -> None:
        self.send_bytes(json.dumps(message).encode())

    def send_bytes(self, body: bytes) -> None:
        assert self._server.stdin
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    # ------------------------------------------------------------------ what it hears

    def _until(self, heard: Callable[[], bool]) -> None:
        while not heard():
            try:
                message = self._arrived.get(timeout=PATIENCE)
            except queue.Empty:
                raise AssertionError(f"nothing came; messages so far: {self.messages}") from None
            assert message is not None, f"the server has ended: {self._server.stderr and self._server.stderr.read()!r}"
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        params = message.get("params")
        if method == "textDocument/publishDiagnostics" and params:
            self.diagnostics[params["uri"]] = (params.get("version"), params["diagnostics"])
        elif method == "window/showMessage" and params:
            self.messages.append(params["message"])
        elif method and "id" in message:
            self.asked.append(message)
            self.send({"jsonrpc": "2.0", "id": message["id"], "result": None})
        elif "id" in message:
            self._answers[message["id"]] = message

    def _listen(self) -> None:
        stream = self._server.stdout
        assert stream
        while header := stream.readline():
            size = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name == b"Content-Length":
                    size = int(value)
                elif name != b"Content-Type":
                    self.noise.append(header)
                header = stream.readline()
            if size:
                self._arrived.put(json.loads(stream.read(size)))
        self._arrived.put(None)
