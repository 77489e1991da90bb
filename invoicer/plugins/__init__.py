"""plugins: find, load and check plugins.

Three places, one way to speak: bundled with invoicer (``plugins/<kind>/<name>``), installed (entry point group
``invoicer``), and ``plugins/*.py`` of a workspace (a leading underscore means a helper). :func:`load` builds everything
anew; nothing is found or registered at import.
"""

from invoicer.plugins.find import Loaded
from invoicer.plugins.load import Plugins, load

__all__ = ["Loaded", "Plugins", "load"]
