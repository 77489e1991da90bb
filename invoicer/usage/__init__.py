"""usage: events → exact quantities per contract, meter and period. DuckDB lives here and nowhere else."""

from invoicer.usage.measure import measure

__all__ = ["measure"]
