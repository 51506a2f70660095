"""Tries each thing that Trueup depends on, and says of each whether it works, or what to do."""

from reconciler.doctor.check import Check, Health
from reconciler.doctor.examination import Openers, examine

__all__ = ["Check", "Health", "Openers", "examine"]
