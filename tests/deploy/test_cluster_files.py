"""The files for many machines are valid to their own tools, and agree with the code.

test_balancer.py tests the balancer.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.settled import compose, composed, dockerfile, gunicorn
from tests.operating.serving import ROOT
from webapp.cluster.queues import PLAIN
from webapp.environment import variable
from webapp.settings import Settings

KUBERNETES = ROOT / "deploy/kubernetes"
VERSION = "1.37"
CUSTOM = {"ScaledObject", "TriggerAuthentication"}
"""Kinds of KEDA, for which Kubernetes has no schema."""

SERVICES = compose()["services"]
CLUSTER = {name: one for name, one in SERVICES.items() if one.get("profiles") == ["cluster"]}
SETTINGS = {variable(name) for name in Settings.model_fields}
PASSWORD = "no$w0rd \"of#a'dress@/"
Object = dict[str, Any]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Object]:
    """All objects that `kubectl apply --kustomize` would send, by kind and name."""
    folder = tmp_path_factory.mktemp("kubernetes") / "kubernetes"
    shutil.copytree(KUBERNETES, folder)
    (folder / "secrets.env").write_bytes((KUBERNETES / "secrets.env.example").read_bytes())
    kubectl = Path(sys.executable).with_name("kubectl")
    output = subprocess.run([kubectl, "kustomize", folder], capture_output=True, check=True).stdout
    objects = [found for found in yaml.safe_load_all(output) if found]
    return {(found["kind"], found["metadata"]["name"]): found for found in objects}


def template(built: dict[tuple[str, str], Object], kind: str, name: str) -> Object:
    spec: Object = built[kind, name]["spec"]["template"]["spec"]
    return spec


def named(value: Any, key: str) -> Iterator[Any]:
    """Yield all values of a key, at any depth."""
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == key)
        yield from (deep for found in value.values() for deep in named(found, key))
    elif isinstance(value, list):
        yield from (deep for found in value for deep in named(found, key))


def test_every_object_is_valid_in_kubernetes(built: dict[tuple[str, str], Object]) -> None:
    checked = [found for (kind, _), found in built.items() if kind not in CUSTOM]
    assert len(checked) >= 15
    for found in checked:
        kubernetes_validate.validate(found, VERSION, strict=True)


def test_an_invalid_object_is_found(built: dict[tuple[str, str], Object]) -> None:
    wrong = {**built["Deployment", "web"], "spec": {"replicas": "two"}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_every_selector_finds_its_pods(built: dict[tuple[str, str], Object]) -> None:
    pods = [
        found["spec"]["template"]["metadata"]["labels"]
        for (kind, _), found in built.items()
        if kind in ("Deployment", "StatefulSet")
    ]
    selectors = [*named([*built.values()], "matchLabels")]
    selectors += [
        found["spec"]["selector"] for (kind, _), found in built.items() if kind == "Service"
    ]
    ours = [selector for selector in selectors if "part" in selector]
    assert len(ours) >= 12
    for selector in ours:
        assert any(selector.items() <= labels.items() for labels in pods), selector


def test_every_port_and_name_exists(built: dict[tuple[str, str], Object]) -> None:
    ports = {
        port["name"]
        for ports in named([*built.values()], "ports")
        for port in ports
        if "name" in port
    }
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        for settings in named([*built.values()], probe):
            for how in ("httpGet", "tcpSocket"):
                assert how not in settings or settings[how]["port"] in ports
    secrets = {name for kind, name in built if kind == "Secret"}
    [secret] = secrets
    keys = built["Secret", secret]["data"].keys()
    references = [*named([*built.values()], "secretKeyRef")]
    references += [one for ones in named([*built.values()], "secretTargetRef") for one in ones]
    assert len(references) >= 6
    for reference in references:
        assert reference["name"] == secret
        assert reference["key"] in keys
    maps = {name for kind, name in built if kind == "ConfigMap"}
    assert {one["name"] for one in named([*built.values()], "configMapRef")} == maps


def test_every_setting_exists(built: dict[tuple[str, str], Object]) -> None:
    pods = [template(built, "Deployment", name) for name in ("web", "worker")]
    environments = [one["name"] for ones in named(pods, "env") for one in ones]
    [settings] = [found["data"] for (kind, _), found in built.items() if kind == "ConfigMap"]
    variables = {*environments, *settings}
    variables |= {
        name for service in ("server", "worker") for name in CLUSTER[service]["environment"]
    }
    assert len(variables) >= 8
    assert variables <= SETTINGS
    assert (
        settings["MOVAZI_RUNNER"] == "celery" == CLUSTER["server"]["environment"]["MOVAZI_RUNNER"]
    )


def test_workers_have_time_to_let_their_runs_end(built: dict[tuple[str, str], Object]) -> None:
    longest = Settings.model_fields["run_seconds"].default
    assert template(built, "Deployment", "worker")["terminationGracePeriodSeconds"] > longest + 10
    [grace] = re.findall(r"\$\{GRACE:-(\d+)s\}", CLUSTER["worker"]["stop_grace_period"])
    assert int(grace) > longest + 10
    server = template(built, "Deployment", "web")
    [container] = server["containers"]
    hesitates = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    stops = gunicorn()["graceful_timeout"]
    assert server["terminationGracePeriodSeconds"] > hesitates + stops
    assert int(CLUSTER["server"]["stop_grace_period"].removesuffix("s")) > stops


def test_workers_are_scaled_by_the_length_of_their_queue(
    built: dict[tuple[str, str], Object],
) -> None:
    scaled = built["ScaledObject", "worker"]["spec"]
    by_line, by_work = scaled["triggers"]
    assert by_line["metadata"]["listName"] == f"waiting:{PLAIN}"
    assert ("Deployment", scaled["scaleTargetRef"]["name"]) in built
    redis = built["Service", "redis"]
    [port] = redis["spec"]["ports"]
    # The full name: KEDA is in another namespace.
    address = f"redis.{redis['metadata']['namespace']}.svc:{port['port']}"
    assert by_line["metadata"]["address"] == address
    assert ("TriggerAuthentication", by_line["authenticationRef"]["name"]) in built
    assert by_work["type"] == "cpu"
    [container] = template(built, "Deployment", "worker")["containers"]
    assert "cpu" in container["resources"]["requests"]  # KEDA's percentage refers to it
    # KEDA refuses numbers here.
    for trigger in scaled["triggers"]:
        assert all(isinstance(value, str) for value in trigger["metadata"].values())
    # A number of replicas here would undo the autoscaler's with each `apply`.
    for name in ("web", "worker"):
        assert "replicas" not in built["Deployment", name]["spec"]


def test_only_workers_may_become_another_user(built: dict[tuple[str, str], Object]) -> None:
    for (kind, name), found in built.items():
        if kind in ("Deployment", "StatefulSet"):
            spec = found["spec"]["template"]["spec"]
            assert spec["securityContext"]["runAsNonRoot"] is True
            assert spec["automountServiceAccountToken"] is False
            for container in spec["containers"]:
                context = container["securityContext"]
                assert context["capabilities"]["drop"] == ["ALL"]
                added = context["capabilities"].get("add", [])
                assert added == (["SETUID", "SETGID"] if name == "worker" else [])
                assert context["allowPrivilegeEscalation"] is (name == "worker")
    user = re.search(r"^USER (\d+)$", dockerfile(), re.M)
    assert user
    for name in ("web", "worker"):
        assert template(built, "Deployment", name)["securityContext"]["runAsUser"] == int(user[1])
    # A worker without this group cannot start runs: see find_run_user.
    group = re.search(r"groupadd --gid (\d+) movazi-run$", dockerfile(), re.M)
    assert group
    worker = template(built, "Deployment", "worker")["securityContext"]
    assert worker["supplementalGroups"] == [int(group[1])]


def test_servers_and_workers_have_the_same_image(built: dict[tuple[str, str], Object]) -> None:
    pods = [template(built, "Deployment", name) for name in ("web", "worker")]
    [image] = {container["image"] for pod in pods for container in pod["containers"]}
    assert image != "movazi"  # kustomization.yaml replaces the name
    assert {CLUSTER[name]["image"] for name in ("server", "worker")} == {"movazi"}


def test_no_service_has_variables_in_the_environment(built: dict[tuple[str, str], Object]) -> None:
    """Kubernetes could name them MOVAZI_…, and an unknown setting stops the start."""
    for name in ("web", "worker"):
        assert template(built, "Deployment", name)["enableServiceLinks"] is False


def test_the_clusters_profile_is_complete_and_separate() -> None:
    assert set(CLUSTER) == {"balancer", "server", "worker", "redis", "postgres"}
    for service in CLUSTER.values():
        for needed in service.get("depends_on", {}):
            assert needed in CLUSTER
            healthy = service["depends_on"][needed]["condition"] == "service_healthy"
            own = "healthcheck" in CLUSTER[needed] or CLUSTER[needed]["image"] == "movazi"
            assert own or not healthy
    assert CLUSTER["server"]["deploy"]["replicas"] == CLUSTER["worker"]["deploy"]["replicas"] == 2
    assert (
        CLUSTER["server"]["environment"]["REDIS_URL"]
        == CLUSTER["worker"]["environment"]["REDIS_URL"]
    )
    assert CLUSTER["worker"]["pids_limit"] == SERVICES["web"]["pids_limit"]
    assert CLUSTER["worker"]["command"] == ["python", "-m", "webapp.cluster"]
    assert CLUSTER["balancer"]["image"] == SERVICES["https"]["image"]
    version = re.search(r":(\d+)\.(\d+)\.(\d+)-", CLUSTER["balancer"]["image"])
    assert version
    assert tuple(map(int, version.groups())) >= (2, 11, 2)  # see Caddyfile.cluster
    file = (ROOT / "deploy/Caddyfile.cluster").read_text()
    assert f"dynamic a {{$SERVER}} {SERVICES['web']['ports'][0].rpartition(':')[2]}" in file
    assert CLUSTER["balancer"]["environment"]["SERVER"] == "server"


def test_compose_starts_one_machine_or_all_of_a_cluster() -> None:
    one = composed("config", "--services")
    assert (one.returncode, one.stderr, one.stdout.split()) == (0, "", ["web"])
    many = composed("config", "--format=json", "balancer", POSTGRES_PASSWORD=PASSWORD)
    assert (many.returncode, many.stderr) == (0, "")
    assert set(json.loads(many.stdout)["services"]) == set(CLUSTER)


def test_only_a_cluster_needs_a_password() -> None:
    refused = composed("--profile=cluster", "config", "--quiet", "balancer")
    assert refused.returncode != 0
    assert "write POSTGRES_PASSWORD=... into .env" in refused.stderr
    many = composed("config", "--format=json", "balancer", POSTGRES_PASSWORD=PASSWORD)
    environments = {
        name: service.get("environment") or {}
        for name, service in json.loads(many.stdout)["services"].items()
    }
    written = PASSWORD.replace("$", "$$")  # as Compose writes it
    assert environments["postgres"]["POSTGRES_PASSWORD"] == written
    assert environments["server"]["PGPASSWORD"] == written
    holders = {name for name, found in environments.items() if written in found.values()}
    assert holders == {"postgres", "server"}


def test_a_worker_reaches_only_redis_and_has_only_its_own_settings() -> None:
    networks = {name: service.get("networks", ["default"]) for name, service in CLUSTER.items()}
    reached = {name for name, found in networks.items() if set(found) & set(networks["worker"])}
    assert reached == {"worker", "redis", "server"}
    assert all(compose()["networks"][name]["internal"] for name in networks["worker"])
    limits = {name for name in Settings.model_fields if name.startswith("run_")} | {"capacity"}
    own = {variable(name) for name in limits - {"run_user"}}  # the image sets run_user
    assert own <= set(CLUSTER["worker"]["environment"])
    assert "env_file" not in CLUSTER["worker"]


def test_compose_and_kubernetes_have_the_same_redis_and_postgresql(
    built: dict[tuple[str, str], Object],
) -> None:
    for name in ("redis", "postgres"):
        [container] = template(built, "StatefulSet", name)["containers"]
        assert container["image"] == CLUSTER[name]["image"]
    [redis] = template(built, "StatefulSet", "redis")["containers"]
    for command in (redis["args"], CLUSTER["redis"]["command"]):
        assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
        assert command[command.index("--appendonly") + 1] == "no"


def test_the_image_can_be_a_server_and_a_worker() -> None:
    assert "-r /tmp/requirements-cluster.lock" in dockerfile()
    assert "!requirements-cluster.lock" in (ROOT / ".dockerignore").read_text().splitlines()
