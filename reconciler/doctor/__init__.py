"""Tries each thing that Trueup depends on, and says of each whether it works, or what to do."""

from reconciler.doctor.check import Check, Health
from reconciler.doctor.examination import Doors, examine

__all__ = ["Check", "Doors", "Health", "examine"]
