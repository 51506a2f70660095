"""What a provider of OpenID Connect is asked, by Authlib: where to send people, who came back. It blocks."""

from collections.abc import Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from dashboard.entrance.vouching import ProviderError, Round, Vouched
from reconciler.facts.sign_in import Provider

SECONDS = 10.0
"""How long each of its answers may take."""

LEEWAY_SECONDS = 60

# Signatures by a key that only the provider has: none by a secret that is shared, and never none at all.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]

_DISCOVERY = "/.well-known/openid-configuration"


class Asked:
    """A provider, asked anew for what it publishes until it has once said it."""

    def __init__(self, provider: Provider) -> None:
        """Nothing is asked yet."""
        self._provider = provider
        self._published: Mapping[str, Any] | None = None

    def published(self) -> Mapping[str, Any]:
        """Return what it publishes of itself.

        Raises:
            ProviderError: It cannot be asked, or is another one.
        """
        if self._published is None:
            issuer = self._provider.issuer.rstrip("/")
            found = _got(f"{issuer}{_DISCOVERY}")
            if str(found.get("issuer", "")).rstrip("/") != issuer:
                raise ProviderError(
                    "what answers there calls itself otherwise: correct [sign_in.oidc] issuer"
                )
            if not {"authorization_endpoint", "token_endpoint", "jwks_uri"} <= found.keys():
                raise ProviderError("what answers there is no provider of OpenID Connect")
            self._published = found
        return self._published

    def address(self, round_: Round) -> str:
        """Return where to send somebody."""
        told = self.published()
        with self._session(round_) as session:
            address, _ = session.create_authorization_url(
                told["authorization_endpoint"],
                state=round_.state,
                nonce=round_.nonce,
                code_verifier=round_.verifier,
            )
        return str(address)

    def vouched(self, round_: Round, code: str) -> Vouched:
        """Return whom the provider vouches for.

        Raises:
            ProviderError: For nobody.
        """
        told = self.published()
        try:
            with self._session(round_) as session:
                token = session.fetch_token(
                    told["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=round_.verifier,
                )
            claims = self._claims(token, round_)
            if not {self._provider.name_claim, self._provider.groups_claim} <= claims.keys():
                claims = {**self._more(str(token["access_token"]), claims), **claims}
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError, KeyError) as error:
            raise ProviderError(f"its answer is not one that counts ({type(error).__name__})") from error
        return self._person(claims)

    def _session(self, round_: Round) -> Any:
        methods = self.published().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        by = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return OAuth2Session(
            self._provider.client_id,
            self._provider.client_secret,
            token_endpoint_auth_method=by,
            scope=" ".join(self._provider.scopes),
            redirect_uri=round_.back,
            code_challenge_method="S256",
            default_timeout=SECONDS,
        )

    def _claims(self, token: Mapping[str, Any], round_: Round) -> Mapping[str, Any]:
        told = self.published()
        keys = KeySet.import_key_set(_got(str(told["jwks_uri"])))  # type: ignore[arg-type]  # it checks itself
        signed = jwt.decode(str(token["id_token"]), keys, algorithms=ALGORITHMS)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            options={
                "iss": {"essential": True, "value": told["issuer"]},
                "aud": {"essential": True, "value": self._provider.client_id},
                "nonce": {"essential": True, "value": round_.nonce},
            },
            params={
                "nonce": round_.nonce,
                "client_id": self._provider.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=LEEWAY_SECONDS)
        return dict(claims)

    def _more(self, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what the provider says beside the token, of the same person; nothing if it says nothing."""
        address = self.published().get("userinfo_endpoint")
        if not address:
            return {}
        found = _got(str(address), {"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != claims["sub"]:
            raise ProviderError("it vouches for one person and tells of another")
        return found

    def _person(self, claims: Mapping[str, Any]) -> Vouched:
        wanted = self._provider.name_claim
        name = claims.get(wanted)
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise ProviderError(f"it says nothing of the kind `{wanted}`: see [sign_in.oidc] name_claim")
        if wanted == "email" and claims.get("email_verified") is False:
            raise ProviderError("it has not verified this e-mail address")
        groups = claims.get(self._provider.groups_claim, ())
        listed = [groups] if isinstance(groups, str) else groups
        return Vouched(name.strip(), tuple(each for each in listed if isinstance(each, str)))


def _got(address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    try:
        answer = requests.get(address, headers=dict(headers or {}), timeout=SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise ProviderError(f"it does not answer as it should ({type(error).__name__})") from error
    if not isinstance(found, dict):
        raise ProviderError("its answer is of no known form")
    return found
