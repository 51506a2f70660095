"""The manifest for Kubernetes, as far as it can be told without a cluster: what it says is so of ours."""

from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from reconciler.cli.application import application
from reconciler.settings import Settings, load
from tests.reconciler.settings_files import written

MANIFEST = Path(__file__).resolve().parents[2] / "deploy" / "kubernetes.yaml"


def things(kind: str) -> dict[str, dict[str, Any]]:
    every = yaml.safe_load_all(MANIFEST.read_text("utf-8"))
    return {each["metadata"]["name"]: each for each in every if each["kind"] == kind}


def pod(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = things("Deployment")[name]["spec"]["template"]["spec"]
    return spec


def containers(name: str) -> list[dict[str, Any]]:
    return [*pod(name).get("initContainers", ()), *pod(name)["containers"]]


def variables(name: str) -> dict[str, str]:
    return {each["name"]: each["value"] for one in containers(name) for each in one.get("env", ())}


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
        assert confined["capabilities"] == {"drop": ["ALL"]}


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
