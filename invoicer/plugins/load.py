"""plugins: load and check plugins, wherever they come from; they all speak through the same hooks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy
import pycountry

from invoicer import hookspecs
from invoicer.domain.document import Document, Draft
from invoicer.domain.supply import ExchangeRate, Market
from invoicer.errors import DefectError, InvoicerError, Place, PluginError, Problem, Severity
from invoicer.hookspecs import DocumentFormat
from invoicer.plugins.find import GROUP, Loaded, bundled, installed, of_workspace, told

_HOOKS = tuple(name for name in vars(hookspecs) if name.startswith("invoicer_"))
_MARKET_METHODS = ("treat", "vat_percent", "premium_levies", "note", "payment_reference")


@dataclass(frozen=True, slots=True)
class Plugins:
    """The plugins of a run: markets by ISO 3166 code, document formats by name, and the hooks."""

    hook: pluggy.HookRelay
    loaded: tuple[Loaded, ...]
    markets: Mapping[str, Market]
    formats: Mapping[str, DocumentFormat]

    def market(self, code: str) -> Market:
        """The market of that ISO 3166 code; PluginError where no plugin knows it."""
        if code in self.markets:
            return self.markets[code]
        known = ", ".join(self.markets)
        mend = f"install or write a plugin that answers invoicer_markets() with {code} (known: {known})"
        raise PluginError(Problem("P001", Place(part=f"market {code}"), f"no plugin knows the market {code}", mend))

    def exchange_rates(self, folder: Path, settings: Mapping[str, Any]) -> tuple[ExchangeRate, ...]:
        """The rates of the source that the settings (table ``exchange`` of invoicer.toml) name; none where they name none.

        Raises TaxError where the source's file is wrong, PluginError where no plugin knows the source.
        """
        if not settings.get("source"):
            return ()
        rates: list[ExchangeRate] = []
        for name, answer in _asked(self.hook, "invoicer_exchange_rates", folder=folder, settings=settings):
            rates += _list_of(ExchangeRate, "invoicer_exchange_rates", name, answer)
        if not rates:
            where = Place("invoicer.toml", part="exchange.source")
            mend = "name a source that a plugin knows (bundled: ecb), or install its plugin"
            raise PluginError(Problem("P002", where, f"no plugin has rates of “{settings['source']}”", mend))
        return tuple(rates)

    def problems(self, draft: Draft) -> tuple[Problem, ...]:
        """Reasons of plugins not to issue a draft. A plugin that fails is a reason itself."""
        try:
            answers = _asked(self.hook, "invoicer_problems", draft=draft)
            return tuple(p for name, answer in answers for p in _list_of(Problem, "invoicer_problems", name, answer))
        except PluginError as error:
            return tuple(Problem(p.code, p.where, p.cause, p.mend, Severity.HOLD) for p in error.problems)

    def issued(self, document: Document) -> tuple[Problem, ...]:
        """Tell every plugin that a document was issued. What fails becomes a warning and can be told again."""
        failed: list[Problem] = []
        for implementation in _implementations(self.hook, "invoicer_issued"):
            try:
                _call(implementation, "invoicer_issued", {"document": document})
            except InvoicerError as error:
                failed += [Problem(p.code, p.where, p.cause, p.mend, Severity.WARNING) for p in error.problems]
        return tuple(failed)


def load(folder: Path | None = None) -> Plugins:
    """All plugins: bundled, installed, and those in ``folder``, which is ``plugins/`` of a workspace (None: without).

    Raises PluginError with everything that is wrong with any of them.
    """
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    problems: list[Problem] = []
    loaded: list[Loaded] = []
    for find in (bundled, installed, partial(of_workspace, folder)):
        for loading, module in find():
            wrong = [module] if isinstance(module, Problem) else list(_wrong_hooks(loading, module))
            problems += wrong
            if not wrong:
                problems += _register(manager, loading, module)
                loaded.append(loading)
    if problems:
        raise PluginError(problems)
    manager.check_pending()
    return Plugins(manager.hook, tuple(loaded), _markets(manager.hook), _formats(manager.hook))


def _wrong_hooks(loading: Loaded, plugin: Any) -> Iterator[Problem]:
    """Hooks that nobody would call, or that would be called wrongly."""
    known = ", ".join(_HOOKS)
    named = [name for name in dir(plugin) if name.startswith("invoicer_") or _is_marked(plugin, name)]
    named = [name for name in named if callable(getattr(plugin, name))]
    for name in named:
        where = Place(loading.name, part=name)
        meant = get_close_matches(name, _HOOKS, n=1)
        if name not in _HOOKS:
            mend = f"did you mean {meant[0]}?" if meant else f"the hooks are {known}"
            yield Problem("P004", where, f"there is no hook {name}", mend)
        elif not _is_marked(plugin, name):
            mend = "write @hookimpl above it (from invoicer.api import hookimpl)"
            yield Problem("P004", where, f"{name} is not marked as a hook, so it would never be called", mend)
    if not named and loading.origin != "bundled":
        mend = f"write one of {known}, or begin the file's name with an underscore if it only helps others"
        yield Problem("P004", Place(loading.name), "the plugin has no hook", mend)


def _is_marked(plugin: Any, name: str) -> bool:
    return isinstance(getattr(getattr(plugin, name, None), "invoicer_impl", None), dict)


def _register(manager: pluggy.PluginManager, loading: Loaded, plugin: Any) -> Iterator[Problem]:
    try:
        manager.register(plugin, name=f"{loading.origin} {loading.name}")
    except (pluggy.PluginValidationError, ValueError) as error:
        if isinstance(plugin, ModuleType) and manager.is_registered(plugin):
            manager.unregister(plugin)
        mend = "name its parameters as the hook does (docs/writing-a-plugin.md), and install it once"
        yield Problem("P004", Place(loading.name), f"a hook does not fit: {told(error)}", mend)


def _markets(hook: pluggy.HookRelay) -> Mapping[str, Market]:
    claims: dict[str, tuple[str, Market]] = {}
    problems: list[Problem] = []
    for name, answer in _asked(hook, "invoicer_markets"):
        for market in _list_of(object, "invoicer_markets", name, answer):
            where = Place(name, part="invoicer_markets")
            code = getattr(market, "code", None)
            missing = [each for each in _MARKET_METHODS if not callable(getattr(market, each, None))]
            if not isinstance(code, str) or pycountry.countries.get(alpha_2=code) is None:
                mend = "let its code be an ISO 3166 code such as EE"
                problems.append(Problem("P005", where, f"a market's code is {code!r}, which is no country", mend))
            elif missing:
                mend = "add them, or derive the market from invoicer.api.Country"
                problems.append(Problem("P005", where, f"the market {code} has no {', '.join(missing)}", mend))
            elif code in claims:
                cause = f"{claims[code][0]} and {name} both claim the market {code}"
                problems.append(Problem("P006", where, cause, "take one of the two plugins away"))
            else:
                claims[code] = (name, market)
    if problems:
        raise PluginError(problems)
    return {code: claims[code][1] for code in sorted(claims)}


def _formats(hook: pluggy.HookRelay) -> Mapping[str, DocumentFormat]:
    claims: dict[str, tuple[str, DocumentFormat]] = {}
    for plugin, answer in _asked(hook, "invoicer_document_formats"):
        for made in _list_of(object, "invoicer_document_formats", plugin, answer):
            where = Place(plugin, part="invoicer_document_formats")
            name = getattr(made, "name", None)
            if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name):
                mend = "let its name be the file ending, in small letters"
                raise PluginError(Problem("P005", where, f"a document format's name is {name!r}", mend))
            if not callable(getattr(made, "write", None)):
                raise PluginError(
                    Problem("P005", where, f"the format {name} has no write", "add write(document, make)")
                )
            if name in claims:
                cause = f"{claims[name][0]} and {plugin} both write the format {name}"
                raise PluginError(Problem("P006", where, cause, "take one of the two plugins away"))
            claims[name] = (plugin, made)
    return {name: claims[name][1] for name in sorted(claims)}


def _asked(hook: pluggy.HookRelay, name: str, **given: Any) -> list[tuple[str, Any]]:
    """What each plugin answers, by the plugin's name: the order of loading decides nothing."""
    return [(each.plugin_name, _call(each, name, given)) for each in _implementations(hook, name)]


def _implementations(hook: pluggy.HookRelay, name: str) -> list[pluggy.HookImpl]:
    return sorted(getattr(hook, name).get_hookimpls(), key=lambda each: each.plugin_name)


def _call(implementation: pluggy.HookImpl, hook: str, given: Mapping[str, Any]) -> Any:
    """What one plugin answers. Problems that it raises go on; anything else that it raises becomes a problem of its own."""
    try:
        return implementation.function(*(given[name] for name in implementation.argnames))
    except (InvoicerError, DefectError):
        raise
    except Exception as error:
        where = Place(implementation.plugin_name, part=hook)
        mend = "tell the author of the plugin, or take it away"
        raise PluginError(Problem("P007", where, f"the plugin failed: {told(error)}", mend)) from error


def _list_of(kind: type, hook: str, plugin: str, answer: Any) -> Sequence[Any]:
    """The answer, if it is a list or tuple of that kind. PluginError where it is not."""
    if isinstance(answer, list | tuple) and all(isinstance(each, kind) for each in answer):
        return answer
    wanted = "a list" if kind is object else f"a list of {kind.__name__}"
    cause = f"it answered with {type(answer).__name__}, where {wanted} is wanted"
    raise PluginError(
        Problem("P005", Place(plugin, part=hook), cause, f"let {hook} return {wanted}, an empty one for none")
    )
