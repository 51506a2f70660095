"""What a person can do about a finding: three concrete steps, in plain words, from the file of its kind."""

from decimal import Decimal

from reconciler.facts.finding import Kind
from reconciler.kinds.form.steps import Affected, Steps
from reconciler.kinds.registry import spec_of


def steps(
    kind: Kind,
    *,
    account: str,
    symbol: str,
    observed: Decimal | None = None,
    contract_size: Decimal | None = None,
    code: str = "",
) -> Steps:
    """Return three steps, the most urgent first; what they are filled with is said in `Affected`."""
    return spec_of(kind).steps(Affected(account, symbol, observed, contract_size, code))
