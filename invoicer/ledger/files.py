"""ledger: the files of documents. Each is kept under the hash of its bytes, and again under a name for people.

The copy for people is a copy and no link: whoever stamps or signs the PDF in ``documents/`` leaves the archive alone.
"""

from __future__ import annotations

from pathlib import Path, PurePath

from invoicer.domain.canonical import sha256
from invoicer.ledger.dialect.words import RESTORE
from invoicer.ledger.durable import write_whole
from invoicer.ledger.faults import Fault, Point, no_fault
from invoicer.ledger.trouble import explained, refused


class Files:
    """``archive`` holds files by hash (``ab/ab12…``), ``documents`` by readable name (``2026/HN-2026-00001.pdf``)."""

    def __init__(self, archive: Path, documents: Path, fault: Fault = no_fault) -> None:
        self.archive = archive
        self.documents = documents
        self._fault = fault

    def put(self, data: bytes) -> str:
        """Keep the bytes; answers their SHA-256 (hex). Bytes that are kept already are not written again.

        Raises RunError (L102, L103, L104) where the folder can't take them.
        """
        digest = sha256(data)
        path = self.path(digest)
        with explained(self.archive):
            if not path.exists():
                write_whole(path, data, self._fault)
        return digest

    def read(self, digest: str) -> bytes:
        """The bytes of that hash. Raises RunError (L142) when they are gone or are others."""
        path = self.path(digest)
        with explained(self.archive):
            data = path.read_bytes() if path.exists() else b""
        if sha256(data) != digest:
            cause = "the file was changed" if path.exists() else "the file is gone"
            raise refused("L142", path, cause, "put it back from the backup")
        return data

    def free(self, digest: str, name: str) -> Path:
        """Where a name for people below ``documents`` leads to, which the bytes of that hash have or may get.

        Raises RunError: L144 another file has that name (what was sent to a customer is never replaced), L113 the name
        leads elsewhere: whoever can write into the database writes no files with it.
        """
        if PurePath(name).is_absolute() or ".." in PurePath(name).parts:
            cause = f"“{name}” leads out of the folder of documents, and was never written as the name of a file"
            raise refused("L113", self.documents, cause, RESTORE)
        path = self.documents / name
        with explained(self.documents):
            if path.exists() and sha256(path.read_bytes()) != digest:
                cause = "another file of that name is there, and an issued document is never replaced"
                raise refused("L144", path, cause, "move it away, look where it comes from, and issue again")
        return path

    def publish(self, digest: str, name: str) -> Path:
        """Put the kept bytes under a name for people. Raises RunError as :meth:`read` and :meth:`free`."""
        path = self.free(digest, name)
        data = self.read(digest)
        with explained(self.documents):
            if not path.exists():
                write_whole(path, data, self._fault)
            self._fault(Point.FILE_PUBLISHED)
        return path

    def is_published(self, name: str) -> bool:
        """Whether a file of that name is there for people."""
        return (self.documents / name).exists()

    def path(self, digest: str) -> Path:
        """Where the bytes of that hash are kept."""
        return self.archive / digest[:2] / digest
