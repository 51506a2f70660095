"""`[sign_in]`: how people show who they are before they see the screens; a provider's and a proxy's part."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import NoDecode

from reconciler.facts.sign_in import Way
from reconciler.settings.checked import header_name, names
from reconciler.settings.section import Name, Seconds, Section, seconds

Ways = Annotated[tuple[Way, ...], NoDecode, BeforeValidator(names)]
People = Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)]


def _people(role: str, example: str) -> tuple[str, ...]:
    what = f"Who of those that a provider or a proxy knows is {role}: addresses, names, group:NAME, or *."
    made: tuple[str, ...] = Field(default=(), description=what, examples=[[example]])
    return made


class OidcSettings(Section):
    """`[sign_in.oidc]`: a provider of OpenID Connect."""

    issuer: str | None = Field(
        default=None, description="Its address.", examples=["https://accounts.example.com/realms/desk"]
    )
    client_id: str | None = Field(
        default=None, description="What Trueup is called there.", examples=["trueup"]
    )
    client_secret_env: str | None = Field(
        default=None, description="Variable that holds the client's secret.", examples=["TRUEUP_OIDC_SECRET"]
    )
    client_secret_file: Path | None = Field(
        default=None, description="File that holds it, instead.", examples=["secrets/oidc"]
    )
    name_claim: str = Field(
        default="email",
        min_length=1,
        description="What of its answer is a person's name here.",
        examples=["preferred_username"],
    )
    groups_claim: str = Field(
        default="groups", min_length=1, description="What of its answer lists groups.", examples=["roles"]
    )
    scopes: Annotated[tuple[str, ...], NoDecode, BeforeValidator(names)] = Field(
        default=("openid", "email", "profile"),
        description="What it is asked for.",
        examples=[["openid", "email", "groups"]],
    )


class ProxySettings(Section):
    """`[sign_in.proxy]`: headers of a proxy that signs people in itself."""

    header: Annotated[str | None, AfterValidator(header_name)] = Field(
        default=None, description="Header that holds a person's name.", examples=["X-Forwarded-User"]
    )
    groups_header: Annotated[str | None, AfterValidator(header_name)] = Field(
        default=None,
        description="Header that lists their groups, with commas.",
        examples=["X-Forwarded-Groups"],
    )
    secret_env: str | None = Field(
        default=None,
        description="Variable that holds what the proxy sends in X-Trueup-Proxy-Secret.",
        examples=["TRUEUP_PROXY_SECRET"],
    )
    secret_file: Path | None = Field(
        default=None, description="File that holds it, instead.", examples=["secrets/proxy"]
    )


class GroupRolesSettings(Section):
    """`[sign_in.account_groups.NAME]`: who has which role for the accounts of one group alone."""

    admins: People = _people("admin", "ann@example.com")
    operators: People = _people("operator", "group:desk")
    viewers: People = _people("viewer", "*")


class SignInSettings(Section):
    """How people are let in to the screens."""

    ways: Ways = Field(
        default=(Way.LINK,),
        description="How: link, accounts, oidc, proxy; an empty list asks nobody, on this machine only.",
        examples=[["accounts"]],
    )
    idle: Seconds = seconds(
        604800,
        least=60,
        most=2592000,
        what="How long a session stands that nobody uses; an open page uses it.",
    )
    lasts: Seconds = seconds(2592000, least=60, most=31536000, what="How long a session stands at most.")
    key_file: Path | None = Field(
        default=None,
        description="File of the secret of link and cookies; without it one beside the state database.",
        examples=["secrets/sign-in"],
    )
    admins: People = _people("admin", "ann@example.com")
    operators: People = _people("operator", "group:desk")
    viewers: People = _people("viewer", "*")
    account_groups: dict[Name, GroupRolesSettings] = Field(
        default_factory=dict, description="Roles for the accounts of single groups, by their names."
    )
    oidc: OidcSettings = OidcSettings()
    proxy: ProxySettings = ProxySettings()
