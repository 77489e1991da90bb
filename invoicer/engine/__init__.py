"""engine: what a contract owes. Pure: no clock, no file, no environment; the same arguments give the same answer.

* :func:`schedule` says when what is billed, :func:`in_service` from when to when,
* :func:`demands` says which quantities are needed (:func:`due_meters`: of which meters; :func:`served_meters`: of
  which days at all), :func:`asked_figures` which
  declared ones,
* :func:`rate` says what is owed and what holds the contract.
"""

from typing import TYPE_CHECKING

from invoicer.late import late

if TYPE_CHECKING:
    from invoicer.engine.commitments import settlements
    from invoicer.engine.holds import UNDECLARED, Unrated
    from invoicer.engine.metered import due_meters, served_meters
    from invoicer.engine.periods import schedule
    from invoicer.engine.rating import Rating, asked_figures, demands, rate
    from invoicer.engine.schedule import ScheduledPeriod
    from invoicer.engine.service import in_service

__all__ = [
    "UNDECLARED",
    "Rating",
    "ScheduledPeriod",
    "Unrated",
    "asked_figures",
    "demands",
    "due_meters",
    "in_service",
    "rate",
    "schedule",
    "served_meters",
    "settlements",
]

late(
    __name__,
    {
        "commitments": ("settlements",),
        "holds": ("UNDECLARED", "Unrated"),
        "periods": ("schedule",),
        "metered": ("due_meters", "served_meters"),
        "rating": (
            "Rating",
            "asked_figures",
            "demands",
            "rate",
        ),
        "schedule": ("ScheduledPeriod",),
        "service": ("in_service",),
    },
)
