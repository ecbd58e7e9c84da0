"""What `COPY` may see: the repository without what the .dockerignore file names."""

import os
import re
import shutil
from pathlib import Path

from .dockerfile import ProofError, flags


def _pattern(line):
    """One line of a .dockerignore file as a regular expression over the path and all that is under it."""
    if line.startswith("!") or re.search(r"[][?]", line):
        raise ProofError(f".dockerignore: {line} is not understood by the proof")
    parts = re.split(r"(\*\*/|\*)", line.strip("/"))
    translated = "".join({"**/": "(?:.*/)?", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    return re.compile(translated + "(?:/.*)?")


def context(repository, ignore, target):
    """Copies the build context to a folder of its own, as `docker build` sends it."""
    lines = [line.strip() for line in Path(ignore).read_text().splitlines()]
    ignored = [_pattern(line) for line in lines if line and not line.startswith("#")]

    def left_out(folder, names):
        relative = os.path.relpath(folder, repository)
        return [n for n in names if any(p.fullmatch(os.path.normpath(os.path.join(relative, n))) for p in ignored)]

    shutil.copytree(repository, target, symlinks=True, ignore=left_out)


def copy(text, origin, root, workdir):
    """COPY: files and folders from the context, or from another stage, into a root."""
    found, rest = flags(text)
    if set(found) - {"from"} or "$" in rest:
        raise ProofError(f"COPY {text}: not understood by the proof")
    *patterns, destination = rest.split()
    # A pattern may match nothing as long as another one does.
    sources = [source for pattern in patterns for source in sorted(_matches(origin, pattern))]
    if not sources:
        raise ProofError(f"COPY {text}: nothing there")
    target = Path(root) / (Path(workdir) / destination).as_posix().lstrip("/")
    into_folder = destination.endswith(("/", ".")) or len(patterns) > 1
    for source in sources:
        _copy_one(source, target, into_folder)


def _matches(origin, pattern):
    if pattern == ".":
        return [Path(origin)]
    return Path(origin).glob(pattern.lstrip("/"))


def _copy_one(source, target, into_folder):
    if source.is_dir():
        # The content of a folder, not the folder.
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        target = target / source.name if into_folder else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    for path in [target, *(target.rglob("*") if source.is_dir() else [])]:
        os.lchown(path, 0, 0)
