"""What was done as a file of values that a spreadsheet opens, and that does nothing there. Pure."""

import csv
import io
from collections.abc import Sequence

from dashboard.words.audit import inert
from reconciler.views.audit import ActView


def written(found: Sequence[ActView]) -> str:
    """Return what was done as CSV, each value as it is stored; no cell is a formula to a spreadsheet.

    It begins with the mark by which a spreadsheet knows that it is UTF-8.
    """
    text = io.StringIO()
    text.write("\ufeff")
    lines = csv.writer(text)
    lines.writerow(["at", "who", "did", "to", "kind", "account", "note", "from", "alert"])
    for act in found:
        values = (act.actor, act.action, act.subject, act.kind, act.account, act.note, act.origin)
        lines.writerow([act.at.isoformat(), *map(inert, values), act.alert_id or ""])
    return text.getvalue()
