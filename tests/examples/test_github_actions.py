"""The GitHub Actions example: its service's environment offers what its profile says."""

import json
import tomllib
from pathlib import Path

import yaml

from centrifugo_grpc.releases import Release
from reference_server.config.command_line import parse_command_line
from reference_server.config.load import load_settings

FOLDER = Path(__file__).parents[2] / "examples" / "github-actions"


def workflow_job() -> dict[str, object]:
    document = yaml.safe_load((FOLDER / "conformance.yml").read_text(encoding="utf-8"))
    job: dict[str, object] = document["jobs"]["conformance"]
    return job


def service_environment() -> dict[str, str]:
    services = workflow_job()["services"]
    assert isinstance(services, dict)
    environment: dict[str, str] = services["centrifugo"]["env"]
    return environment


def test_the_service_has_the_namespaces_and_the_secret_of_the_profile() -> None:
    profile = tomllib.loads((FOLDER / "profile.toml").read_text(encoding="utf-8"))
    environment = service_environment()
    assert environment["CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY"] == profile["token_hmac_secret"]
    configured = {
        each["name"]: each for each in json.loads(environment["CENTRIFUGO_CHANNEL_NAMESPACES"])
    }
    assert configured.keys() == {each["name"] for each in profile["namespaces"].values()}
    for namespace in profile["namespaces"].values():
        assert configured[namespace["name"]].get("history_size") == namespace.get("size")
        assert configured[namespace["name"]].get("history_ttl") == namespace.get("ttl")


def test_the_reference_server_starts_from_the_services_environment() -> None:
    loaded = load_settings(parse_command_line(["--release", "6.9"]), service_environment())
    (settings,) = loaded.nodes
    assert settings.release is Release.V6_9
    assert set(settings.namespaces) == {"plain", "history", "presence", "recovery"}
    assert not [notice for notice in loaded.notices if "CENTRIFUGO_" in notice]
