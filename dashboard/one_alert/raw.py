"""The raw fields of an alert, folded: numbers and names as they are stored, for who has to search by them."""

import streamlit as st

from dashboard.look.table import Column, Row, table
from dashboard.words import numbers as words
from dashboard.words.sentences import sentence
from reconciler.alerts.alert import Alert


def raw_fields(alert: Alert) -> None:
    """Show them."""
    fields = raw(alert)
    columns = (Column("Field"), Column("Value", wide=True))
    rows = [Row((sentence(name), sentence(value))) for name, value in fields]
    note = f"{words.count(len(fields), 'value')}: order ids, quantities in contracts, versions"
    summary = f'<summary><b>Raw fields</b> <span class="t-note">{note}</span></summary>'
    body = table(columns, rows, label="Raw fields")
    with st.container(key="panel-raw", gap=None):
        st.html(f'<details class="t-words">{summary}{body}</details>')


def raw(alert: Alert) -> list[tuple[str, str]]:
    """Return what is stored of an alert, by its names, and the values beside each line of evidence."""
    key = alert.key
    fields = [
        ("id", str(alert.id)),
        ("version", str(alert.version)),
        ("kind", key.kind.value),
        ("account", key.account),
        ("symbol", key.symbol),
        ("leg", key.leg.value),
        ("state", alert.state.value),
        ("severity", alert.severity.value),
        ("expected", _value(alert.expected)),
        ("observed", _value(alert.observed)),
        ("exposure", _value(alert.exposure)),
        ("contract_size", _value(alert.contract_size)),
        ("first_seen", alert.first_seen.isoformat()),
        ("fired_at", _value(alert.fired_at)),
        ("last_seen", alert.last_seen.isoformat()),
        ("resolved_at", _value(alert.resolved_at)),
        ("found", str(alert.count)),
    ]
    for place, item in enumerate(alert.evidence, 1):
        name = f"evidence {place}, {item.party.value}/{item.source}"
        fields += [(f"{name}, {each}", value) for each, value in item.data.items()]
    return fields


def _value(value: object) -> str:
    if value is None:
        return ""
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat()) if isoformat else str(value)
