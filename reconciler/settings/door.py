"""What must fit together before the screens are opened to people: checked on raw values, told all at once."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from reconciler.facts.sign_in import Door, Lists, Provider, ProxyHeaders, Roles, Way
from reconciler.settings.consistency import ledger_names
from reconciler.settings.credentials import read_held
from reconciler.settings.problem import Problem
from reconciler.settings.sections import DashboardSettings
from reconciler.settings.sign_in import OidcSettings, ProxySettings, SignInSettings

_LISTS = ("admins", "operators", "viewers")
_LOOPBACK = ("127.0.0.0/8", "::1/128")


def door_of(
    dashboard: DashboardSettings, sign_in: SignInSettings, folder: Path, environ: Mapping[str, str]
) -> Door | tuple[Problem, ...]:
    """Return the door of the screens, its secrets read now; or what is wrong with those.

    Args:
        dashboard: Where the screens are.
        sign_in: Who is let in.
        folder: What a relative file is relative to.
        environ: The environment.
    """
    oidc, proxy = sign_in.oidc, sign_in.proxy
    client = read_held(
        "sign_in.oidc.client_secret", oidc.client_secret_env, oidc.client_secret_file, folder, environ
    )
    shared = read_held("sign_in.proxy.secret", proxy.secret_env, proxy.secret_file, folder, environ)
    problems = tuple(each for each in (client, shared) if isinstance(each, Problem))
    if problems:
        return problems
    return Door(
        ways=sign_in.ways,
        idle=sign_in.idle,
        lasts=sign_in.lasts,
        roles=_roles_of(sign_in),
        provider=None if Way.OIDC not in sign_in.ways else _provider_of(oidc, str(client)),
        proxy=None if Way.PROXY not in sign_in.ways else _headers_of(proxy, shared),
        proxies=dashboard.proxies,
        # Nobody signs in where others can read along.
        public_url=dashboard.public_url if is_encrypted(dashboard.public_url) else None,
        certificate=_file(dashboard.tls_certificate, folder),
        certificate_key=_file(dashboard.tls_key, folder),
        key_file=_file(sign_in.key_file, folder) or "",
    )


def _roles_of(sign_in: SignInSettings) -> Roles:
    by_group = tuple(
        (name, Lists(each.admins, each.operators, each.viewers))
        for name, each in sign_in.account_groups.items()
    )
    return Roles(sign_in.admins, sign_in.operators, sign_in.viewers, by_group)


def _provider_of(oidc: OidcSettings, secret: str) -> Provider:
    return Provider(
        str(oidc.issuer), str(oidc.client_id), secret, oidc.name_claim, oidc.groups_claim, oidc.scopes
    )


def _headers_of(proxy: ProxySettings, secret: object) -> ProxyHeaders:
    return ProxyHeaders(str(proxy.header), proxy.groups_header or "", str(secret or ""))


def _file(path: Path | None, folder: Path) -> str | None:
    return None if path is None else str(folder / path.expanduser())


def door_problems_of(raw: Any) -> Iterator[Problem]:
    """Yield what does not fit together in the merged settings; wrong types are pydantic's to tell."""
    if isinstance(raw, Mapping):
        yield from door_problems(_table(raw, "dashboard"), _table(raw, "sign_in"))


def door_problems(dashboard: Mapping[str, Any], sign_in: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what does not fit between the two sections."""
    given = sign_in.get("ways")
    ways = (str(Way.LINK),) if given is None else ledger_names(given)
    if ways is None:
        return
    proxies = ledger_names(dashboard.get("proxies")) or ()
    yield from _address(dashboard, ways, proxies)
    yield from _certificate(dashboard)
    yield from _public(dashboard, proxies)
    yield from _times(sign_in)
    yield from _provider(_table(sign_in, "oidc"), ways)
    yield from _proxy(_table(sign_in, "proxy"), ways, proxies)
    yield from _people(sign_in, ways)


def is_encrypted(url: object) -> bool:
    """Return whether what passes there is encrypted, or stays on this machine."""
    parts = urlsplit(str(url))
    return parts.scheme == "https" or (parts.hostname or "") == "localhost" or _is_loopback(parts.hostname)


def _address(
    dashboard: Mapping[str, Any], ways: tuple[str, ...], proxies: tuple[str, ...]
) -> Iterator[Problem]:
    address = dashboard.get("address")
    if address is None or _is_loopback(address) or not _is_address(address):
        return
    where = "dashboard.address"
    if not ways:
        yield Problem(where, "is not of this machine, and sign_in.ways is empty: add a way, or use 127.0.0.1")
    if not dashboard.get("tls_certificate") and not proxies:
        yield Problem(
            where,
            "is not of this machine, and what passes would not be encrypted: add tls_certificate and "
            "tls_key, or name in proxies what speaks TLS before it; or use 127.0.0.1, and a tunnel",
        )
    if dashboard.get("public_url") is None:
        yield Problem(
            "dashboard.public_url",
            'is missing: say under which address people reach the screens, "https://trueup.example.com"',
        )


def _certificate(dashboard: Mapping[str, Any]) -> Iterator[Problem]:
    for one, other in (("tls_certificate", "tls_key"), ("tls_key", "tls_certificate")):
        if dashboard.get(one) and not dashboard.get(other):
            yield Problem(f"dashboard.{other}", f"is missing, and {one} is given: give both, or none")


def _public(dashboard: Mapping[str, Any], proxies: tuple[str, ...]) -> Iterator[Problem]:
    url = dashboard.get("public_url")
    if url is None or is_encrypted(url) or not (proxies or dashboard.get("tls_certificate")):
        return
    yield Problem("dashboard.public_url", "should begin with https://, for people sign in there")


def _times(sign_in: Mapping[str, Any]) -> Iterator[Problem]:
    try:
        idle, lasts = float(sign_in.get("idle", 0)), float(sign_in.get("lasts", 2592000))
    except (TypeError, ValueError):
        return  # pydantic tells of it
    if idle > lasts:
        yield Problem(
            "sign_in.idle", "is longer than sign_in.lasts, so it would never count: make it shorter"
        )


def _provider(oidc: Mapping[str, Any], ways: tuple[str, ...]) -> Iterator[Problem]:
    where = "sign_in.oidc"
    if Way.OIDC not in ways:
        if oidc:
            yield Problem(where, 'is given, and sign_in.ways has no "oidc": add it, or remove the section')
        return
    for key, example in (("issuer", "https://accounts.example.com"), ("client_id", "trueup")):
        if not oidc.get(key):
            yield Problem(f"{where}.{key}", f'is missing: add {key} = "{example}"')
    if not oidc.get("client_secret_env") and not oidc.get("client_secret_file"):
        yield Problem(
            f"{where}.client_secret_env",
            'is missing: add client_secret_env = "TRUEUP_OIDC_SECRET" and set that variable',
        )
    if oidc.get("issuer") and not is_encrypted(oidc["issuer"]):
        yield Problem(f"{where}.issuer", "should begin with https://, for what answers there lets people in")


def _proxy(proxy: Mapping[str, Any], ways: tuple[str, ...], proxies: tuple[str, ...]) -> Iterator[Problem]:
    where = "sign_in.proxy"
    if Way.PROXY not in ways:
        if proxy:
            yield Problem(where, 'is given, and sign_in.ways has no "proxy": add it, or remove the section')
        return
    if not proxy.get("header"):
        yield Problem(f"{where}.header", 'is missing: add header = "X-Forwarded-User"')
    if not proxies:
        yield Problem(
            "dashboard.proxies", 'is missing: name the addresses of the proxy, such as ["10.0.0.2"]'
        )
    secret = proxy.get("secret_env") or proxy.get("secret_file")
    if not secret and any(_is_loopback(each) for each in proxies):
        yield Problem(
            f"{where}.secret_env",
            "is missing: the proxy is on this machine, where every user could send that header; have it send "
            "a secret in X-Trueup-Proxy-Secret, and name it here",
        )


def _people(sign_in: Mapping[str, Any], ways: tuple[str, ...]) -> Iterator[Problem]:
    outside = [way for way in (Way.OIDC, Way.PROXY) if way in ways]
    single = {f"account_groups.{name}": each for name, each in _table(sign_in, "account_groups").items()}
    tables = {"": sign_in}
    tables |= {f"{where}.": each for where, each in single.items() if isinstance(each, Mapping)}
    lists = {f"{where}{each}": table.get(each) for where, table in tables.items() for each in _LISTS}
    if outside and not any(lists.values()):
        yield Problem(
            "sign_in.admins", 'is missing, so that nobody would be let in: add admins = ["ann@example.com"]'
        )
    if not outside:
        for each, given in lists.items():
            if given:
                yield Problem(
                    f"sign_in.{each}",
                    "is for whom a provider or a proxy knows, and sign_in.ways has neither; "
                    "accounts have their role from `trueup user add`: remove it",
                )


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = raw.get(key)
    return table if isinstance(table, Mapping) else {}


def _is_address(text: object) -> bool:
    try:
        ip_address(str(text))
    except ValueError:
        return False
    return True


def _is_loopback(text: object) -> bool:
    try:
        network = ip_network(str(text), strict=False)
    except ValueError:
        return False
    return any(
        network.version == each.version and network.overlaps(each) for each in map(ip_network, _LOOPBACK)
    )
