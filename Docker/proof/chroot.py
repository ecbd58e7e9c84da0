"""Runs a program in a root folder, in mount and process namespaces of its own.

The mounts belong to the namespace, so they are gone when the program is, however it ended; nothing is left to unmount.
"""

import os
import shlex
import subprocess
import time
from pathlib import Path


def command(root, argv, env, user="0:0", workdir="/", binds=(), read_only=False, tmpfs=(), hostname=None):
    """The command line that runs `argv` as process 1 in `root`. Binds are (outside, inside, writable)."""
    root = str(root)
    lines = ["set -e", f"mount --bind {root} {root}"]
    lines += [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    for outside, inside, writable in binds:
        inner = Path(root + inside)
        if Path(outside).is_dir():
            inner.mkdir(parents=True, exist_ok=True)
        else:
            inner.parent.mkdir(parents=True, exist_ok=True)
            inner.touch()
        lines.append(f"mount --bind {outside} {inner}")
        if not writable:
            lines.append(f"mount -o remount,bind,ro {inner}")
    for inside in tmpfs:
        lines.append(f"mount -t tmpfs -o mode=1777 tmpfs {root}{inside}")
    if read_only:
        lines.append(f"mount -o remount,bind,ro {root}")
    if hostname:
        lines.append(f"hostname {hostname}")
    lines.append("exec " + shlex.join(_entry(root, argv, env, user, workdir)))
    outer = ["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child"]
    return [*outer, "sh", "-c", "\n".join(lines)]


def _entry(root, argv, env, user, workdir):
    pairs = [f"{name}={value}" for name, value in env.items()]
    chroot = ["chroot", f"--userspec={user}", "--groups=", root]
    return [*chroot, "/usr/bin/env", f"--chdir={workdir}", "-i", *pairs, *argv]


class Running:
    """A program that was started in a root; `docker exec` and `docker stop` for it."""

    def __init__(self, root, log, env, user, workdir, **options):
        self.root, self.env, self.user, self.workdir, self.log = str(root), env, user, workdir, Path(log)
        argv = options.pop("argv")
        line = command(root, argv, env, user, workdir, **options)
        with open(log, "ab") as output:
            self.outer = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    @property
    def pid(self):
        """Process 1 of its namespace, as seen from here."""
        children = Path(f"/proc/{self.outer.pid}/task/{self.outer.pid}/children").read_text().split()
        return int(children[0]) if children else None

    def execute(self, argv, timeout=60, user=None, env=None):
        """Runs a program beside it; the result as of `subprocess.run`, with its output as one text."""
        inside = _entry(self.root, argv, env or self.env, user or self.user, self.workdir)
        line = ["nsenter", f"--target={self.pid}", "--mount", "--uts", "--pid", *inside]
        return subprocess.run(
            line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=timeout
        )

    def stop(self, grace, sign=15):
        """Signals process 1 and waits; (exit status, seconds). The outer process passes the status on."""
        begun = time.monotonic()
        if (pid := self.pid) is not None:
            os.kill(pid, sign)
        return self.outer.wait(grace), time.monotonic() - begun

    def kill(self):
        """Ends it, whatever it does; its children go with the namespace."""
        if self.outer.poll() is None:
            self.outer.kill()
            self.outer.wait()
