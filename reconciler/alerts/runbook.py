"""What a person can do about an alert: the steps of its kind, filled with what it is about."""

from reconciler.alerts.alert import Alert
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.registry import spec_of


def steps_for(alert: Alert) -> Steps:
    """Return three steps, the most urgent first."""
    codes = [item.data["code"] for item in alert.evidence if "code" in item.data]
    affected = Affected(
        account=alert.key.account,
        symbol=alert.key.symbol,
        observed=alert.observed,
        contract_size=alert.contract_size,
        code=codes[0] if codes else "",
    )
    return spec_of(alert.key.kind).steps(affected)
