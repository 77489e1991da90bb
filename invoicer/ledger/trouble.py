"""ledger: what the disk and the database say, in words that help."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError

from invoicer.errors import Place, Problem, RunError
from invoicer.ledger import dialect
from invoicer.ledger.dialect.words import AGAIN

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_FOLDER = {errno.EEXIST, errno.ENOTDIR}


@contextmanager
def explained(folder: Path, database: str = "") -> Iterator[None]:
    """Turn an OSError, or an error of the database, from within the block into a RunError that names the folder or the
    database, the cause and the mend. The transaction around it has been rolled back by then, so nothing is half done. A
    broken key is not the disk's fault and passes through."""
    try:
        yield
    except IntegrityError:
        raise
    except OSError as error:
        raise RunError(_of_disk(folder, error)) from error
    except DBAPIError as error:
        raise RunError(dialect.problem_of(error, database or str(folder))) from error


def refused(code: str, file: Path | str, cause: str, mend: str, part: str = "") -> RunError:
    """A RunError of one problem."""
    return RunError(Problem(code, Place(file=str(file), part=part), cause, mend))


def _of_disk(folder: Path, error: OSError) -> Problem:
    said = error.strerror or str(error)
    place = Place(file=str(error.filename or folder))
    if error.errno in _FULL:
        return Problem("L103", place, f"the disk that holds {folder} is full ({said})", f"make room {AGAIN}")
    if error.errno in _FORBIDDEN:
        cause = f"the folder {folder} can't be written ({said})"
        return Problem("L102", place, cause, f"make it writable for the user who runs the batch, {AGAIN}")
    if error.errno in _NO_FOLDER:
        cause = f"a file stands where a folder is to be ({said})"
        return Problem("L102", place, cause, f"move it away {AGAIN}")
    return Problem("L104", place, f"the disk that holds {folder} answered: {said}", f"look after the disk {AGAIN}")
