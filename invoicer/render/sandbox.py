"""render: templates become HTML, inside a sandbox, and whatever goes wrong names the template and its line."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from invoicer.errors import Place, Problem, WorkspaceError
from invoicer.render.folders import TemplateFolders, missing, unreadable

_LONGEST_PRODUCT = 10_000


class _Inside(FileSystemLoader):
    """Reads templates of its folders only: a link that leads out of them finds nothing."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, file, is_current = super().get_source(environment, template)
        if not any(Path(file).resolve().is_relative_to(Path(folder).resolve()) for folder in self.searchpath):
            raise TemplateNotFound(template)
        return source, file, is_current


class Templates:
    """The templates of some folders, compiled once.

    ``bundled/NAME`` always names the bundled template, so that a workspace's ``NAME`` may extend what it replaces.
    """

    def __init__(self, folders: TemplateFolders) -> None:
        own = _Inside([str(folder) for folder in folders.all])
        bundled = _Inside(str(folders.bundled))
        self._folders = folders
        self._environment = _Sandbox(
            loader=ChoiceLoader([PrefixLoader({"bundled": bundled}), own]),
            undefined=StrictUndefined,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )

    def write(self, name: str, values: Mapping[str, Any]) -> str:
        """The text that the template of that name gives with those values.

        Raises WorkspaceError with the template and its line: it is missing (R001), unreadable (R002), has a syntax
        error (R003), uses a name that does not exist (R004), is refused by the sandbox (R005) or fails otherwise (R006).
        """
        try:
            return self._environment.get_template(name).render(values)
        except Exception as error:
            raise WorkspaceError(self._problem(name, error)) from error

    def _problem(self, name: str, error: Exception) -> Problem:
        place = self._place(name, error)
        match error:
            case TemplateNotFound():
                return missing(str(error.name or name), None if error.name in (None, name) else place)
            case OSError() | UnicodeDecodeError():
                return unreadable(self._folders.find(name) or self._folders.all[0] / name, error)
            case TemplateSyntaxError():
                return Problem("R003", place, f"the template can't be read: {error.message}", "correct the template")
            case UndefinedError():
                return Problem(
                    "R004",
                    place,
                    f"the template uses a name that is not there: {error.message}",
                    "correct the name; `document` and `paper` hold everything that may be printed",
                )
            case SecurityError():
                return Problem(
                    "R005", place, f"the template is refused: {error.message}", "remove it from the template"
                )
            case TemplateError():
                return Problem("R006", place, f"the template fails: {error.message}", "correct the template")
        return Problem("R006", place, f"the template fails: {type(error).__name__}: {error}", "correct the template")

    def _place(self, name: str, error: Exception) -> Place:
        if isinstance(error, TemplateSyntaxError):
            return Place(error.filename or f"templates/{error.name or name}", error.lineno)
        folders = tuple(str(folder) for folder in self._folders.all)
        frames = traceback.extract_tb(error.__traceback__)
        spots = [frame for frame in frames if frame.filename.startswith(folders)]
        if spots:
            return Place(spots[-1].filename, spots[-1].lineno or 0)
        return Place(str(self._folders.find(name) or f"templates/{name}"))


class _Sandbox(ImmutableSandboxedEnvironment):
    """No access to what lies behind a value, no change of a value, and no product that fills the memory."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("powers can't be computed in a template")
        if operator == "%" and not (isinstance(left, int) and isinstance(right, int)):
            raise SecurityError("% formats no text in a template; write the parts one after the other")
        if operator == "*":
            size = max((len(value) for value in (left, right) if hasattr(value, "__len__")), default=0)
            times = max((value for value in (left, right) if isinstance(value, int)), default=0)
            if size * times > _LONGEST_PRODUCT:
                raise SecurityError(f"a text or list of {size * times} parts is too long for a template")
        return super().call_binop(context, operator, left, right)
