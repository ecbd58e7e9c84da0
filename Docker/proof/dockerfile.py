"""Reads the part of the Dockerfile language that our Dockerfile uses; anything else is refused, not guessed."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path


class ProofError(Exception):
    """A step that did not go as the image needs it."""


@dataclass
class Image:
    """What an image keeps besides its files."""

    env: dict = field(default_factory=lambda: {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"})
    workdir: str = "/"
    user: str = "0:0"
    volumes: list = field(default_factory=list)
    healthcheck: list = field(default_factory=list)
    entrypoint: list = field(default_factory=list)
    command: list = field(default_factory=list)


@dataclass
class Stage:
    """FROM, and what follows it until the next FROM."""

    name: str
    base: str
    steps: list  # of (line number, instruction, the rest)


def stages(path):
    """The stages of a Dockerfile, in order."""
    found = []
    for number, instruction, rest in _instructions(path):
        if instruction == "FROM":
            match = re.fullmatch(r"(\S+)\s+AS\s+(\S+)", rest, re.IGNORECASE)
            if not match:
                raise ProofError(f"{path}:{number}: a stage without a name: FROM {rest}")
            found.append(Stage(name=match[2], base=match[1], steps=[]))
        elif not found:
            raise ProofError(f"{path}:{number}: {instruction} before the first FROM")
        else:
            found[-1].steps.append((number, instruction, rest))
    return found


def _instructions(path):
    """(line number, instruction, the rest); comment lines between continued lines are dropped, as Docker does."""
    started, text = 0, ""
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        if line.lstrip().startswith("#") or (not text and not line.strip()):
            continue
        started = started if text else number
        text += line
        if text.endswith("\\"):
            text = text[:-1]
            continue
        instruction, _, rest = text.partition(" ")
        yield started, instruction.upper(), rest.strip()
        text = ""
    if text:
        raise ProofError(f"{path}:{started}: the last line goes on")


def argv(text):
    """The program and arguments of the JSON form or of the shell form."""
    if text.startswith("["):
        return json.loads(text)
    return ["/bin/sh", "-c", text]


def assignments(text):
    """The pairs of ENV A=1 B=2."""
    words = shlex.split(_plain(text))
    if not all("=" in word for word in words):
        raise ProofError(f"ENV without =: {text}")
    return dict(word.split("=", 1) for word in words)


def flags(text):
    """The flags in front, as a dictionary, and the rest."""
    found = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", text):
        found[match[1]] = match[2]
        text = text[match.end() :]
    return found, text


def apply(image, instruction, rest):
    """What an instruction that touches no files does to the image; false when it is another one."""
    if instruction == "ENV":
        image.env.update(assignments(rest))
    elif instruction == "WORKDIR":
        image.workdir = str(Path(image.workdir) / _plain(rest))
    elif instruction == "USER":
        if not re.fullmatch(r"\d+:\d+", rest):
            raise ProofError(f"USER must be numbers, so that an orchestrator can check them, not {rest}")
        image.user = rest
    elif instruction == "VOLUME":
        image.volumes = image.volumes + [_plain(rest)]
    elif instruction == "HEALTHCHECK":
        _, rest = flags(rest)
        keyword, _, test = rest.partition(" ")
        if keyword != "CMD":
            raise ProofError(f"HEALTHCHECK {rest}")
        image.healthcheck = argv(test)
    elif instruction == "ENTRYPOINT":
        # As Docker does: a new entry point forgets the command of the stage before.
        image.entrypoint, image.command = argv(rest), []
    elif instruction == "CMD":
        image.command = argv(rest)
    elif instruction not in ("EXPOSE", "STOPSIGNAL"):
        return False
    elif instruction == "STOPSIGNAL" and rest != "SIGTERM":
        raise ProofError(f"the proof stops with SIGTERM, not {rest}")
    return True


def _plain(text):
    if "$" in text:
        raise ProofError(f"the proof doesn't expand variables here: {text}")
    return text
