"""Working hours: when people are there, and how long a span of their hours takes on the clock."""

from sales.calendar import Zone
from sales.values import Model


class Hours(Model):
    """When the working hours are."""

    time_zone: Zone = "UTC"
