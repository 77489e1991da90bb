"""engine: what a contract owes. Pure: no clock, no file, no environment; the same arguments give the same answer.

* :func:`schedule` says when what is billed, :func:`in_service` from when to when,
* :func:`demands` says which quantities are needed,
* :func:`rate` says what is owed and what holds the contract.
"""

from invoicer.engine.rating import Rating, Unrated, demands, rate
from invoicer.engine.schedule import ScheduledPeriod, schedule
from invoicer.engine.service import in_service

__all__ = ["Rating", "ScheduledPeriod", "Unrated", "demands", "in_service", "rate", "schedule"]
