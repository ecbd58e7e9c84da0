"""Runs the services of compose.yaml in their roots, in one private network, and gives the worker an order."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from .chroot import Running
from .dockerfile import Image, ProofError

ORDER = {
    "subscriptionId": "SUB-PROOF",
    "customer": {"externalId": "PROOF", "name": "Proof"},
    "term": {"start": "2030-01-01", "months": 12},
    "lineItems": [{"lineId": "1", "product": {"externalId": "GC3040"}, "quantity": 5}],
}


class Services:
    """The services as `docker compose up` starts them, without an engine."""

    def __init__(self, services, roots, say, folder):
        self.services = {service.name: service for service in services}
        self.roots, self.say, self.running = roots, say, {}
        self.folder = roots.folder / folder
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        # All share one loopback interface, where each goes by its own name.
        names = " ".join(["localhost", *self.services])
        (self.folder / "hosts").write_text(f"127.0.0.1 {names}\n")

    def image(self, service):
        """What the image of a service says; Debian's broker takes the place of its image."""
        if service.stage:
            return self.roots.images[service.stage]
        return self.roots.images["rabbitmq"]

    def root(self, service):
        return self.roots.path(service.stage or "rabbitmq")

    def start(self, name):
        """Starts a service: the healthcheck must be bad before, and become good."""
        self._begin(name)
        check = self.services[name].healthcheck or self.image(self.services[name]).healthcheck
        begun = time.monotonic()
        failed = 0
        while not (self.running[name].pid and self.running[name].execute(check).returncode == 0):
            if self.running[name].outer.poll() is not None:
                raise ProofError(f"{name} ended at once:\n{self.log(name)}")
            if time.monotonic() - begun > 90:
                raise ProofError(f"{name} does not become healthy:\n{self.log(name)}")
            failed += 1
            time.sleep(0.05)
        if not failed:
            raise ProofError(f"{name}: the healthcheck {check} is good before the service can be")
        self.say(f"{name}: healthy after {time.monotonic() - begun:.1f} s ({failed} times not yet)")

    def run(self, name, command):
        """Runs a service until it ends; its exit status must be 0."""
        begun = time.monotonic()
        self._begin(name, command, self.roots.binds)
        status = self.running[name].outer.wait()
        self.say(f"{name}: exit status {status} after {time.monotonic() - begun:.0f} s:\n{self.log(name)}")
        if status != 0:
            raise ProofError(f"{name}: all of it in {self.folder / name}.log")

    def _begin(self, name, command=(), binds=()):
        service = self.services[name]
        image = self.image(service)
        binds = [*binds, (str(self.folder / "hosts"), "/etc/hosts", False)]
        named = [path for _, path in service.volumes]
        unnamed = [path for path in image.volumes if path not in named]
        if service.stage and unnamed:
            raise ProofError(f"{name}: {unnamed[0]} has no named volume, so it would be lost with the container")
        # What the image calls a volume is one, even where nobody gives it a name.
        volumes = service.volumes + [(f"of-{name}", path) for path in unnamed]
        binds += [(str(self._volume(service, volume, path)), path, True) for volume, path in volumes]
        self.running[name] = Running(
            self.root(service),
            self.folder / f"{name}.log",
            {"HOME": "/root"} | image.env | service.environment,
            image.user,
            image.workdir,
            argv=list(command) or image.entrypoint + (service.command or image.command),
            binds=binds,
            read_only=service.read_only,
            tmpfs=service.tmpfs,
            hostname=name,
        )

    def _volume(self, service, name, path):
        """A named volume: begins as what the image has there, owner included."""
        folder = self.folder / f"volume-{name}"
        if not folder.exists():
            origin = Path(str(self.root(service)) + path)
            subprocess.run(["cp", "--archive", "--reflink=auto", origin, folder], check=True)
        return folder

    def stop(self, name):
        """Stops a service as an engine does; it must end by itself, with status 0."""
        status, seconds = self.running[name].stop(self.services[name].grace)
        if status != 0:
            raise ProofError(f"{name}: exit status {status} after SIGTERM:\n{self.log(name)}")
        self.say(f"{name}: ended in order {seconds:.1f} s after SIGTERM")

    def expect(self, name, argv, says, status=0, within=60, user=None):
        """Runs a program beside a service and looks at its exit status and output."""
        result = self.running[name].execute(argv, timeout=within, user=user)
        if result.returncode != status or says not in result.stdout:
            raise ProofError(
                f"{name}: {argv} should end with {status} and say {says!r}, but ended with {result.returncode}:\n"
                f"{result.stdout}"
            )
        shown = next((line for line in result.stdout.splitlines() if says and says in line), "").strip()
        self.say(f"{name}: {' '.join(argv)[:90]} → {status} {shown[:110]}")

    def log(self, name):
        return "\n".join((self.folder / f"{name}.log").read_text(errors="replace").splitlines()[-25:])

    def kill(self):
        for running in self.running.values():
            running.kill()


def broker(roots):
    """Debian's RabbitMQ in place of the image rabbitmq: another version, the same settings."""
    base = "debian:bookworm-slim"
    image = Image(
        workdir="/var/lib/rabbitmq",
        user="rabbitmq:rabbitmq",
        volumes=["/var/lib/rabbitmq"],
        entrypoint=["/usr/lib/rabbitmq/bin/rabbitmq-server"],
    )
    image.env |= {"HOME": "/var/lib/rabbitmq", "LANG": "C.UTF-8"}
    image.env["PATH"] += ":/usr/lib/rabbitmq/bin"
    if not roots.begin("rabbitmq", roots.path(base)):
        script = "apt-get -q update && apt-get -q install --yes --no-install-recommends rabbitmq-server"
        roots.run("rabbitmq", ["/bin/sh", "-c", script], Image())
        roots.end("rabbitmq")
    roots.images["rabbitmq"] = image


def take_an_order(services):
    """From an empty machine to an order that is done, and again after the worker was stopped."""
    for name in services.services:
        services.start(name)
    worker = services.services["worker"]
    user = services.image(worker).user.split(":")[0]
    services.expect("worker", ["id", "-u"], user)
    services.expect("worker", ["touch", "/usr/local/bin/x"], "Read-only", status=1, user="0:0")
    services.expect("worker", ["order-worker", "check"], "topology orders is as required")
    order = ["order-worker", "publish", "--operation", "create-subscription", "--id", "proof-1"]
    order += ["--data", json.dumps(ORDER)]
    services.expect("worker", order, "succeeded")
    ready = services.running["worker"].execute(["answers", "8080", "/readyz"])
    services.say(f"worker: /readyz {'answers 200' if ready.returncode == 0 else 'does not answer 200'}")
    services.stop("worker")
    services.start("worker")
    # The same command again: the ledger on the volume knows its outcome.
    services.expect("worker", order, "succeeded")
    services.expect("worker", ["order-worker", "orders", "list"], "proof-1")
    services.stop("worker")
    services.stop("sandbox")
