"""workspace: a workspace folder, as settings, customers and the paths of everything else. It parses no terms."""

from invoicer.workspace.checks import Flaw, did_you_mean, mend_by_choice
from invoicer.workspace.customers import read_customers
from invoicer.workspace.declarations import Declarations, declared_later, place_of, read_declarations
from invoicer.workspace.elsewhere import read_billed
from invoicer.workspace.folder import load, terms_of
from invoicer.workspace.indices import published_later, read_indices
from invoicer.workspace.model import AcceptedFact, Policy, SeriesPattern, Settings, Workspace
from invoicer.workspace.numbers import no_number, two_spellings
from invoicer.workspace.starting import EXAMPLES, copy_example, new_workspace
from invoicer.workspace.tables import Table, read_toml
from invoicer.workspace.texts import decoded, down_to_header, header
from invoicer.workspace.writing import replace_file
from invoicer.workspace.zones import zone, zone_names

__all__ = [
    "EXAMPLES",
    "AcceptedFact",
    "Declarations",
    "Flaw",
    "Policy",
    "SeriesPattern",
    "Settings",
    "Table",
    "Workspace",
    "copy_example",
    "declared_later",
    "decoded",
    "did_you_mean",
    "down_to_header",
    "header",
    "load",
    "mend_by_choice",
    "new_workspace",
    "no_number",
    "place_of",
    "published_later",
    "read_billed",
    "read_customers",
    "read_declarations",
    "read_indices",
    "read_toml",
    "replace_file",
    "terms_of",
    "two_spellings",
    "zone",
    "zone_names",
]
