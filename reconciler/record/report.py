"""One reconciliation's result as a document, as `trueup reconcile --json` prints it, and its exit code."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any

from reconciler.facts.finding import Evidence, Finding


class ExitCode(IntEnum):
    """What a run says to cron and CI."""

    AGREES = 0  # every leg, or it is in flight within its time
    DISCREPANCY = 1  # even where something else could not be checked
    UNCHECKED = 2  # no discrepancy found, but something could not be checked
    WRONG_SETTINGS = 3


@dataclass(frozen=True, slots=True)
class AccountReport:
    """One account's part.

    Attributes:
        account: Its name in the settings.
        venue: ccxt exchange id.
        status: `complete`, `partial` or `blind`.
        matched: Legs on which ledger and venue hold the same, but for dust.
        legs: Legs compared: the union of both sides.
        findings: Discrepancies, worst first.
        problems: What could not be checked, plain lines.
        notes: What is odd but no discrepancy, plain lines.
        in_flight: Legs whose difference the bots' own orders explain, and that are within their time.
    """

    account: str
    venue: str
    status: str
    matched: int
    legs: int
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()
    in_flight: int = 0

    @property
    def well(self) -> bool:
        """True when all was checked and every leg agrees, or is in flight within its time."""
        return self.status == "complete" and not self.findings and self.matched + self.in_flight == self.legs


@dataclass(frozen=True, slots=True)
class Report:
    """One reconciliation of every account asked for.

    Attributes:
        checked_at: When it was finished, aware UTC.
        accounts: Each account's part, in the order of the settings.
    """

    checked_at: datetime
    accounts: tuple[AccountReport, ...]

    @property
    def exit_code(self) -> ExitCode:
        """A discrepancy outweighs what could not be checked; nothing checked is never agreement.

        Agreement is counted leg by leg: one that neither agrees nor is in flight was not checked.
        """
        if any(account.findings for account in self.accounts):
            return ExitCode.DISCREPANCY
        well = all(account.well for account in self.accounts)
        return ExitCode.AGREES if self.accounts and well else ExitCode.UNCHECKED

    def document(self) -> dict[str, Any]:
        """Return it as plain data for JSON; quantities are strings, times ISO 8601 in UTC."""
        return {
            "checked_at": self.checked_at.isoformat(),
            "accounts": [_account(account) for account in self.accounts],
        }


def _account(account: AccountReport) -> dict[str, Any]:
    return {
        "account": account.account,
        "venue": account.venue,
        "status": account.status,
        "matched": account.matched,
        "legs": account.legs,
        "in_flight": account.in_flight,
        "findings": [_finding(finding) for finding in account.findings],
        "problems": list(account.problems),
        "notes": list(account.notes),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": str(finding.kind),
        "symbol": finding.symbol,
        "leg": str(finding.leg),
        "severity": str(finding.severity),
        "expected": _text(finding.expected),
        "observed": _text(finding.observed),
        "exposure": _text(finding.exposure),
        "reason": finding.reason,
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "party": str(evidence.party),
        "source": evidence.source,
        "text": evidence.text,
        "at": None if evidence.at is None else evidence.at.isoformat(),
        "data": dict(evidence.data),
    }


def _text(quantity: Decimal | None) -> str | None:
    return None if quantity is None else format(quantity.normalize() if quantity else quantity, "f")
