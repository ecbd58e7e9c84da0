"""Reads the part of compose.yaml that says how a service runs."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from .dockerfile import ProofError

# What the proof acts on, and what only an engine can: images, ports, restarts, capabilities, process 1 of `init`.
ACTED_ON = {
    "build", "command", "depends_on", "environment", "healthcheck", "hostname", "image", "read_only",
    "stop_grace_period", "tmpfs", "volumes",
}
LEFT_TO_AN_ENGINE = {"cap_drop", "init", "ports", "restart", "security_opt"}


@dataclass
class Service:
    """One service."""

    name: str
    stage: str  # of the Dockerfile; empty for an image of somebody else's
    environment: dict
    command: list
    healthcheck: list
    volumes: list  # of (name, path inside)
    tmpfs: list
    read_only: bool
    grace: float
    depends_on: list


def services(path):
    """The services of a file, in an order in which each comes after what it depends on."""
    document = yaml.safe_load(_expanded(Path(path).read_text()))
    found = {name: _service(name, fields, document) for name, fields in document["services"].items()}
    ordered = []

    def add(name):
        for needed in found[name].depends_on:
            add(needed)
        if found[name] not in ordered:
            ordered.append(found[name])

    for name in found:
        add(name)
    return ordered


def _service(name, fields, document):
    if unknown := set(fields) - ACTED_ON - LEFT_TO_AN_ENGINE:
        raise ProofError(f"service {name}: {', '.join(sorted(unknown))} not understood by the proof")
    for port in fields.get("ports", []):
        if not port.startswith("127.0.0.1:"):
            raise ProofError(f"service {name}: port {port} is open to other machines")
    volumes = [tuple(volume.split(":", 1)) for volume in fields.get("volumes", [])]
    for volume, _ in volumes:
        if volume not in document.get("volumes", {}):
            raise ProofError(f"service {name}: volume {volume} is not declared")
    test = fields.get("healthcheck", {}).get("test", [])
    depends_on = fields.get("depends_on", {})
    if any(value != {"condition": "service_healthy"} for value in depends_on.values()):
        raise ProofError(f"service {name}: starts before what it depends on is healthy")
    return Service(
        name=name,
        stage=fields.get("build", {}).get("target", ""),
        environment={key: str(value) for key, value in fields.get("environment", {}).items()},
        command=fields.get("command", []),
        healthcheck=test[1:] if test[:1] == ["CMD"] else test,
        volumes=volumes,
        tmpfs=fields.get("tmpfs", []),
        read_only=fields.get("read_only", False),
        grace=float(fields.get("stop_grace_period", "10s").removesuffix("s")),
        depends_on=list(depends_on),
    )


def _expanded(text):
    """${NAME:-default} becomes the default: the proof takes nothing from the environment."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)
    if "$" in text:
        raise ProofError("compose: a variable without a default")
    return text
