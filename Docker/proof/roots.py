"""Makes a root folder of each stage of the Dockerfile."""

import copy as copying
import os
import shutil
import subprocess
import time
from pathlib import Path

from .chroot import command
from .context import copy
from .dockerfile import Image, ProofError, apply, argv, flags

MIRROR = os.environ.get("PROVE_MIRROR", "http://deb.debian.org/debian")
SECURITY = os.environ.get("PROVE_SECURITY_MIRROR", "http://deb.debian.org/debian-security")

# What the recipe of the image swift:6.3-bookworm installs beside the toolchain.
TOOLCHAIN_PACKAGES = (
    "binutils libicu-dev libcurl4-openssl-dev libedit-dev libsqlite3-dev libncurses-dev libpython3-dev libxml2-dev"
    " pkg-config uuid-dev tzdata git gcc libstdc++-12-dev"
)

# What makes the image slim: neither documentation nor caches of packages.
SLIM = {
    "etc/dpkg/dpkg.cfg.d/slim": "path-exclude /usr/share/doc/*\npath-exclude /usr/share/man/*\n"
    "path-exclude /usr/share/locale/*\n",
    "etc/apt/apt.conf.d/slim": 'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };\n',
}


def megabytes(path):
    """The size of a folder or file on disk."""
    return int(subprocess.run(["du", "-sm", path], stdout=subprocess.PIPE, check=True, text=True).stdout.split()[0])


class Roots:
    """The roots of bases and stages under one folder."""

    def __init__(self, folder, say, reuse=False):
        self.folder, self.say, self.reuse = Path(folder), say, reuse
        self.images = {}
        # Read-only from this machine while RUN runs, such as mirrors of the packages and git's configuration.
        self.binds = [(path, path, False) for path in os.environ.get("PROVE_BINDS", "").split()]

    def path(self, name):
        """Where the root of a stage is."""
        return self.folder / name.replace(":", "-").replace("/", "-")

    def build(self, stage, context):
        """FROM and every step of a stage."""
        if stage.base not in self.images:
            self._base(stage.base)
        image = copying.deepcopy(self.images[stage.base])
        done = self.begin(stage.name, self.path(stage.base))
        for number, instruction, rest in stage.steps:
            begun = time.monotonic()
            if apply(image, instruction, rest):
                if instruction == "WORKDIR":
                    (self.path(stage.name) / image.workdir.lstrip("/")).mkdir(parents=True, exist_ok=True)
                continue
            if done:
                continue
            if instruction == "COPY":
                origin = flags(rest)[0].get("from")
                copy(rest, self.path(origin) if origin else context, self.path(stage.name), image.workdir)
            elif instruction == "RUN":
                self.run(stage.name, argv(rest), image)
            else:
                raise ProofError(f"line {number}: {instruction} is not understood by the proof")
            self.say(f"{stage.name}: line {number} {instruction} {rest[:70]}… {time.monotonic() - begun:.0f} s")
        self.end(stage.name)
        self.images[stage.name] = image

    def run(self, name, program, image):
        """One RUN."""
        line = command(
            self.path(name), program, image.env | {"HOME": "/root"}, image.user, image.workdir, binds=self.binds
        )
        log = self.folder / f"{name.replace(':', '-')}.log"
        with open(log, "ab") as output:
            status = subprocess.run(line, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
        if status != 0:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-25:])
            raise ProofError(f"{name}: exit status {status} of {program}\n{tail}\n(all of it in {log})")

    def begin(self, name, parent):
        """A copy of the parent's root; true when an earlier proof left it finished."""
        path = self.path(name)
        if self.reuse and self._mark(name).exists():
            self.say(f"{name}: taken from an earlier proof")
            return True
        self._mark(name).unlink(missing_ok=True)
        if path.exists():
            shutil.rmtree(path)
        if parent:
            subprocess.run(["cp", "--archive", "--reflink=auto", parent, path], check=True)
        return False

    def _mark(self, name):
        path = self.path(name)
        return path.parent / (path.name + ".done")

    def end(self, name):
        self._mark(name).touch()

    def _base(self, name):
        """Debian 12 from its archive, in place of the images that FROM names."""
        if name == "debian:bookworm-slim":
            self._debian(name)
        elif name == "swift:6.3-bookworm":
            self._base("debian:bookworm-slim")
            self._swift(name)
        else:
            raise ProofError(f"FROM {name}: there is nothing to take its place")
        self.images[name] = Image()

    def _debian(self, name):
        if self.begin(name, None):
            return
        path = self.path(name)
        log = self.folder / "debootstrap.log"
        with open(log, "wb") as output:
            line = ["debootstrap", "--variant=minbase", "bookworm", path, MIRROR]
            if subprocess.run(line, stdout=output, stderr=output).returncode != 0:
                raise ProofError(f"debootstrap failed, see {log}")
        (path / "etc/apt/sources.list").write_text(
            f"deb {MIRROR} bookworm main\ndeb {MIRROR} bookworm-updates main\ndeb {SECURITY} bookworm-security main\n"
        )
        for file, text in SLIM.items():
            (path / file).write_text(text)
        # As in the image, no service starts because its package is installed.
        policy = path / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        for left in ["var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"]:
            for inner in (path / left).iterdir():
                shutil.rmtree(inner) if inner.is_dir() else inner.unlink()
        self.end(name)
        self.say(f"{name}: a clean Debian 12 by debootstrap, {megabytes(path)} MB")

    def _swift(self, name):
        if self.begin(name, self.path("debian:bookworm-slim")):
            return
        self.run(name, argv(f"apt-get -q update && apt-get -q install --yes {TOOLCHAIN_PACKAGES}"), Image())
        toolchain = Path(shutil.which("swift") or "").resolve().parent.parent
        if toolchain.name != "usr" or toolchain == Path("/usr"):
            raise ProofError("swift must come from an unpacked toolchain, …/usr/bin/swift, which the root gets")
        subprocess.run(["cp", "--archive", "--reflink=auto", f"{toolchain}/.", self.path(name) / "usr"], check=True)
        self.end(name)
        self.say(f"{name}: that and the Swift toolchain of this machine")
