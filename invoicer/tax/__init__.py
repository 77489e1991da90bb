"""tax: entitlements get their treatment and their levies, foreign amounts their exchange rate, documents their notes.

The room asks markets and does the sums; it knows no country. It reads no clock, file or setting.
"""

from invoicer.tax.assess import Assessment, treat
from invoicer.tax.exchange import Exchange
from invoicer.tax.notes import country_name, note, notes, percent_text

__all__ = ["Assessment", "Exchange", "country_name", "note", "notes", "percent_text", "treat"]
