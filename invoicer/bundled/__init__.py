"""bundled: the plugins that come in the box; ``plugins/markets/ee`` imports as ``invoicer.bundled.markets.ee``."""

from invoicer import home

__path__ = [str(home.folder("plugins"))]
