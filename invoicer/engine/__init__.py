"""engine: what a contract owes. Pure: no clock, no file, no environment; the same arguments give the same answer.

* :func:`schedule` says when what is billed,
* :func:`demands` says which quantities are needed,
* :func:`rate` says what is owed and what holds the contract.
"""

from invoicer.engine.rating import Rating, demands, rate
from invoicer.engine.schedule import ScheduledPeriod, schedule

__all__ = ["Rating", "ScheduledPeriod", "demands", "rate", "schedule"]
