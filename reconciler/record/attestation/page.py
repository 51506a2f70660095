"""A statement as one page that stands by itself: no script, nothing from elsewhere, good on paper; pure.

All text that came from outside is escaped, and what is not seen in it is shown as a mark.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from reconciler.facts.wording import duration, number
from reconciler.record.attestation.document import digest
from reconciler.record.attestation.limits import CANNOT_SAY, RESTS_ON
from reconciler.record.attestation.markup import STYLE, Row, listed, safe, table
from reconciler.views.attestation import AccountDay, Attestation, Break, Coverage, Gap

NOT_KNOWN: Final = "not known"
_GAPS: Final = 40


def page(stated: Attestation) -> str:
    """Return the page."""
    title = f"Attestation of {stated.day.isoformat()}"
    parts = [
        f"<h1>{safe(title)}</h1>",
        f'<p class="quiet">{safe(_about(stated))}</p>',
        *_loud(stated),
        *_accounts(stated),
        *_breaks(stated),
        *_words(stated),
        *_gaps(stated),
        *_explained(stated),
        *_rest(stated),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}"><meta name="referrer" '
        f'content="no-referrer"><title>{safe(title)}</title><style>{STYLE}</style>'
    )
    body = "\n".join(parts)
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _about(stated: Attestation) -> str:
    whose = f"Accounts of the group {stated.group}" if stated.group else "All accounts"
    if stated.only:
        whose += " that whoever asked may see"
    made = f"made {_moment(stated.made_at)} by Trueup {stated.version}"
    return f"{whose}. From {_moment(stated.since)} to {_moment(stated.until)}, {made}. All times are UTC."


def _loud(stated: Attestation) -> Iterable[str]:
    lines = []
    if not stated.over:
        lines.append(f"This day is not over: the statement goes up to {_clock(stated.until)}.")
    if not stated.accounts:
        lines.append("Nothing is stored of any account: nothing is attested.")
    less = [each for each in stated.accounts if each.coverage.share is None or each.coverage.share < 1]
    if less:
        lines.append(f"{len(less)} of {len(stated.accounts)} accounts were not covered the whole time.")
    if any(each.open_at_end for each in stated.breaks):
        many = sum(each.open_at_end for each in stated.breaks)
        lines.append(f"{many} {'break was' if many == 1 else 'breaks were'} still open at the end.")
    lines += [*stated.forgotten, *stated.unreadable]
    yield from (f'<p class="loud">{safe(line)}</p>' for line in lines)


def _accounts(stated: Attestation) -> Iterable[str]:
    yield f"<h2>Accounts: {len(stated.accounts)}</h2>"
    rows = [
        (
            safe(each.account),
            safe(each.group or "-"),
            _coverage(each.coverage),
            _told(each.coverage),
            _many(sum(found.account == each.account for found in stated.breaks)),
            _unprotected(each),
            _share(each),
            _sweeps(each),
        )
        for each in stated.accounts
    ]
    heads = (
        "Account",
        "Group",
        "#Covered",
        "The rest",
        "#Breaks",
        "#Unprotected, $·s",
        "#Explained",
        "Sweeps kept",
    )
    yield table(heads, rows)


def _coverage(found: Coverage) -> str:
    if found.share is None:
        return NOT_KNOWN
    told = f"{_percent(found.share)} of {duration(found.whole)}"
    return told if found.share == 1 else f'<span class="bad">{told}</span>'


def _told(found: Coverage) -> str:
    parts = (
        (found.in_part, "seen in part"),
        (found.not_watched, "not watched"),
        (found.not_known, NOT_KNOWN),
    )
    told = ", ".join(f"{duration(seconds)} {what}" for seconds, what in parts if seconds >= 1)
    return safe(told or "-")


def _unprotected(each: AccountDay) -> str:
    told = each.unprotected
    if told is None:
        return NOT_KNOWN
    less = told.known < each.coverage.whole - 1
    worth = f"{told.dollar_seconds:,.0f}"
    return f"{worth} or more" if less else worth


def _share(each: AccountDay) -> str:
    told = each.explained
    if told.counted_from is None:
        return NOT_KNOWN
    if told.share is None:
        return "nothing changed"
    return f"{_percent(told.share)} ({told.explained} of {told.explained + told.unexplained})"


def _sweeps(each: AccountDay) -> str:
    kept = each.sweeps
    parts = [
        f"{many} {what}"
        for many, what in ((kept.complete, "complete"), (kept.partial, "partial"), (kept.blind, "blind"))
        if many
    ]
    return safe(", ".join(parts) or "none")


def _breaks(stated: Attestation) -> Iterable[str]:
    yield f"<h2>Breaks: {len(stated.breaks)}</h2>"
    if not stated.breaks:
        yield "<p>No alert of these accounts that is kept was open on this day.</p>"
        return
    rows = [
        (
            f"{each.id}",
            safe(each.account),
            f"{safe(each.title)} <code>{safe(each.symbol)}</code> {safe(each.leg)}",
            safe(each.severity),
            _moment(each.fired_at) + (" (before this day)" if each.before else ""),
            duration(each.seconds),
            _money(each.exposure),
            _ended(each),
            safe(each.reason),
        )
        for each in stated.breaks
    ]
    heads = ("No.", "Account", "What", "Severity", "Fired", "#Open that day", "#Value", "How it ended", "Why")
    yield table(heads, rows)


def _ended(each: Break) -> str:
    if each.ended_at is None:
        return '<span class="bad">still open when this was made</span>'
    told = f"{each.ended} {_moment(each.ended_at)}"
    return safe(f"{told}: {each.because}" if each.because else told)


def _words(stated: Attestation) -> Iterable[str]:
    yield f"<h2>Who said what: {len(stated.words)}</h2>"
    if not stated.words:
        yield "<p>Nobody acknowledged, closed or said anything on this day.</p>"
    else:
        rows = [
            (
                _moment(each.at),
                safe(f"{each.by} ({each.origin})"),
                safe(each.said),
                safe(f"{each.alert}: {each.kind} {each.symbol} of {each.account}"),
                safe(each.note),
            )
            for each in stated.words
        ]
        yield table(("When", "Who", "Did", "Alert", "Note"), rows)
    for each in stated.work:
        since, until = _moment(each.since), _moment(each.until)
        told = f"Maintenance of {each.account} from {since} to {until}, by {each.by}: {each.note}"
        yield f"<p>{safe(told)}</p>"


def _gaps(stated: Attestation) -> Iterable[str]:
    for each in stated.accounts:
        found = each.coverage.gaps
        if not found:
            continue
        yield f"<h2>{safe(each.account)} was not seen whole: {_many(len(found))} times</h2>"
        yield table(("From", "To", "#How long", "What"), [_gap(gap) for gap in found[:_GAPS]])
        if len(found) > _GAPS:
            yield f"<p>And {len(found) - _GAPS} more, which stand in the JSON.</p>"


def _gap(gap: Gap) -> Row:
    seconds = (gap.until - gap.since).total_seconds()
    what = f"{gap.state}: {', '.join(gap.sources)} not well" if gap.sources else gap.state
    return _moment(gap.since), _moment(gap.until), duration(seconds), safe(what)


def _explained(stated: Attestation) -> Iterable[str]:
    rows = [
        (
            safe(each.account),
            safe(", ".join(f"{many} {by}" for by, many in each.explained.counts.items()) or "none"),
            _moment(each.explained.counted_from) + " to " + _moment(each.explained.counted_until)
            if each.explained.counted_from is not None
            else NOT_KNOWN,
        )
        for each in stated.accounts
    ]
    if rows:
        yield "<h2>Whose doing the changes were</h2>"
        yield table(("Account", "Changes, by who made them", "Counted"), rows)


def _rest(stated: Attestation) -> Iterable[str]:
    yield "<h2>What this rests on</h2>" + listed(RESTS_ON)
    yield "<h2>What this cannot say</h2>" + listed(CANNOT_SAY)
    if stated.processes:
        yield "<h2>What runs</h2>"
        rows = [
            (
                safe(each.process),
                _moment(each.started_at),
                _moment(each.at),
                safe(", ".join(" ".join(pair) for pair in each.versions)),
            )
            for each in stated.processes
        ]
        yield table(("Process", "Since", "Said", "Versions"), rows)
    yield f"<h2>The same as JSON</h2><p>SHA-256 of its file: <code>{digest(stated)}</code></p>"


def _percent(share: Decimal) -> str:
    return f"{number(share * 100)} %"


def _money(value: Decimal | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,.2f}"


def _many(count: int) -> str:
    return f"{count:,}"


def _moment(at: datetime | None) -> str:
    return NOT_KNOWN if at is None else f"{at:%Y-%m-%d %H:%M:%S}"


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S} UTC"
