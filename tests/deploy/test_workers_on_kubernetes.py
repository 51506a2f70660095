"""The manifest for Kubernetes, as far as it can be told without a cluster: what it says is so of ours."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml

from dashboard.gate import HEALTH
from reconciler.cli.application import application
from reconciler.settings import Settings, load
from tests.deploy import kubernetes_schemas
from tests.reconciler.settings_files import written

MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes.yaml"

NEEDED = {"caddy:2": {"add": ["NET_BIND_SERVICE"]}}
"""Its image gives the file that capability (`setcap`): without it Linux refuses to run it (EPERM)."""


def every() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(MANIFEST.read_text("utf-8")))


def things(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in every() if each["kind"] == kind}


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = things("Deployment")[name]["spec"]["template"]["spec"]
    return spec


def containers(name: str) -> list[dict[str, Any]]:
    return [*pod(name).get("initContainers", ()), *pod(name)["containers"]]


def variables(name: str) -> dict[str, str]:
    return {each["name"]: each["value"] for one in containers(name) for each in one.get("env", ())}


def refused(thing: dict[str, Any]) -> list[str]:
    """What Kubernetes' own schemas say against a thing; an unknown name is an error to them."""
    group, _, version = thing["apiVersion"].rpartition("/")
    kind = "-".join(part for part in (thing["kind"].lower(), group, version) if part)
    schemas = kubernetes_schemas.kept()
    known = {"$defs": schemas["$defs"], **schemas["kinds"][kind]}
    return [each.message for each in jsonschema.Draft202012Validator(known).iter_errors(thing)]


def test_kubernetes_own_schemas_take_all_of_it_and_no_slip_of_the_pen() -> None:
    for each in every():
        assert refused(each) == [], each["metadata"]["name"]
    slip = deepcopy(things("Deployment")["trueup-workers"])
    slip["spec"]["template"]["spec"]["terminationGracePeriod"] = 30
    slip["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = "8502"
    assert len(refused(slip)) == 2


@pytest.mark.parametrize("name", ["trueup-workers", "trueup-screens"])
def test_nodes_are_emptied_one_pod_after_another_and_a_venue_that_is_down_holds_none_up(name: str) -> None:
    labels = things("Deployment")[name]["spec"]["selector"]
    budget = things("PodDisruptionBudget")[name]["spec"]
    assert budget["selector"] == labels
    assert (budget["maxUnavailable"], budget["unhealthyPodEvictionPolicy"]) == (1, "AlwaysAllow")
    (spread,) = pod(name)["topologySpreadConstraints"]
    assert spread["labelSelector"] == labels
    assert spread["topologyKey"] == "kubernetes.io/hostname"


def test_the_screens_get_no_keys_of_a_venue() -> None:
    given = {
        each["secretRef"]["name"] for one in containers("trueup-screens") for each in one.get("envFrom", ())
    }
    assert given == {"trueup-database", "trueup-screens"}


@pytest.mark.parametrize("name", ["trueup-workers", "trueup-screens"])
def test_a_deployment_selects_its_own_pods_and_every_mount_has_its_volume(name: str) -> None:
    spec = things("Deployment")[name]["spec"]
    labels = spec["template"]["metadata"]["labels"]
    assert spec["selector"]["matchLabels"] == labels
    volumes = {each["name"] for each in pod(name)["volumes"]}
    mounted = {each["name"] for one in containers(name) for each in one.get("volumeMounts", ())}
    assert mounted == volumes
    assert spec["replicas"] > 1


@pytest.mark.parametrize("name", ["trueup-workers", "trueup-screens"])
def test_no_container_is_root_or_writes_its_own_root(name: str) -> None:
    assert pod(name)["securityContext"]["runAsNonRoot"] is True
    assert pod(name)["automountServiceAccountToken"] is False
    for each in containers(name):
        confined = each["securityContext"]
        assert confined["readOnlyRootFilesystem"] is True
        assert confined["allowPrivilegeEscalation"] is False
        assert confined["capabilities"] == {"drop": ["ALL"], **NEEDED.get(each["image"], {})}


@pytest.mark.parametrize("name", ["trueup-workers", "trueup-screens"])
def test_what_a_container_is_told_to_run_is_understood(name: str) -> None:
    (own,) = [each for each in pod(name)["containers"] if each["image"] == "trueup"]
    word, *options = own["args"]
    group = typer.main.get_command(application)
    with group.make_context("trueup", [word, *options]) as context:
        command = group.get_command(context, word)  # type: ignore[attr-defined] # it is a group
        made = command.make_context(word, list(options), parent=context)
    assert made.params["config"] == Path("/settings/trueup.toml")
    if word == "run":
        assert made.params["claim"] == 60


@pytest.mark.parametrize("name", ["trueup-workers", "trueup-screens"])
def test_the_variables_are_settings_of_this_house(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = {key: value for key, value in variables(name).items() if key.startswith("TRUEUP_")}
    for key, value in told.items():
        section, _, field = key.removeprefix("TRUEUP_").lower().partition("__")
        model = Settings.model_fields[section].annotation
        assert model is not None
        assert field in model.model_fields, key
        monkeypatch.setenv(key, value)
    settings = load(written(tmp_path), venues=False)
    if name == "trueup-workers":
        assert (str(settings.serve.address), settings.serve.port) == ("0.0.0.0", 8502)
    else:
        assert settings.sign_in.key_file == Path("/key/trueup.sign-in")


def test_what_is_asked_for_life_and_readiness_is_what_is_served() -> None:
    (worker,) = pod("trueup-workers")["containers"]
    asked = {probe: worker[probe]["exec"]["command"][-1] for probe in ("livenessProbe", "readinessProbe")}
    assert "http://127.0.0.1:8502/healthz" in asked["livenessProbe"]
    assert "http://127.0.0.1:8502/readyz" in asked["readinessProbe"]
    assert {"name": "serve", "containerPort": 8502} in worker["ports"]
    screens, passing_on = pod("trueup-screens")["containers"]
    for probe in ("livenessProbe", "startupProbe"):
        assert f"http://127.0.0.1:8501{HEALTH}" in screens[probe]["exec"]["command"][-1]
    asked = passing_on["readinessProbe"]["httpGet"]
    assert asked == {"path": HEALTH, "port": passing_on["ports"][0]["name"]}
    passed_on = things("ConfigMap")["trueup-passing-on"]["data"]["Caddyfile"]
    assert f":{passing_on['ports'][0]['containerPort']} {{" in passed_on
    assert "reverse_proxy 127.0.0.1:8501 {" in passed_on


def test_both_screens_have_one_key_which_is_their_users_own_and_one_address_keeps_to_one_of_them() -> None:
    key, *_ = containers("trueup-screens")
    assert key["command"] == [
        "install",
        "-m",
        "600",
        "/given/key",
        variables("trueup-screens")["TRUEUP_SIGN_IN__KEY_FILE"],
    ]
    service = things("Service")["trueup-screens"]["spec"]
    assert service["sessionAffinity"] == "ClientIP"
    assert service["selector"] == things("Deployment")["trueup-screens"]["spec"]["selector"]["matchLabels"]
    (port,) = service["ports"]
    named = [each["name"] for one in containers("trueup-screens") for each in one.get("ports", ())]
    assert port["targetPort"] in named
