"""Fetches pgTAP's SQL once into a cache outside the tree; it is never committed.

From the npm package where npm is there, else from the Debian package (unpacked, not installed). What arrives
is used only when its SHA-256 is the one below; when neither can be had the tests fail, they do not skip.
"""

import hashlib
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

NPM_PACKAGE = "@electric-sql/pglite-pgtap@0.0.15"
DEBIAN_PACKAGE = "postgresql-15-pgtap"
KNOWN = {
    "92ee8ada9672e6201105a78614be8d07b8a76e5c17c85b42c279f6e48c84da68",  # 1.3.5, from npm
    "203cc5839a143c567bd36ebfc93085fd124be46d0f990b5dba5399a51d6c75e9",  # 1.2.0, from Debian
}


class PgtapMissing(Exception):
    """pgTAP could not be fetched."""


def pgtap_sql() -> bytes:
    """The SQL that makes pgTAP's functions in the first schema of the search path."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "leissner"
    for sha256 in KNOWN:
        kept = cache / f"pgtap-{sha256}.sql"
        if kept.exists() and hashlib.sha256(kept.read_bytes()).hexdigest() == sha256:
            return kept.read_bytes()
    reasons = []
    for way in (from_npm, from_debian):
        try:
            text = fetch(way)
        except (OSError, subprocess.SubprocessError, PgtapMissing, KeyError, StopIteration) as error:
            reasons.append(f"{way.__name__}: {error}")
            continue
        cache.mkdir(parents=True, exist_ok=True)
        half = cache / f"pgtap-{os.getpid()}.part"
        half.write_bytes(text)
        half.replace(cache / f"pgtap-{hashlib.sha256(text).hexdigest()}.sql")
        return text
    raise PgtapMissing("pgTAP could be fetched neither from npm nor from Debian: " + "; ".join(reasons))


def fetch(way: Callable[[Path], bytes]) -> bytes:
    """Runs one way in a folder of its own and checks what it brought."""
    with tempfile.TemporaryDirectory(prefix="leissner-pgtap-") as folder:
        text = way(Path(folder))
    sha256 = hashlib.sha256(text).hexdigest()
    if sha256 not in KNOWN:
        raise PgtapMissing(f"what came has SHA-256 {sha256}, which is none that was tried")
    return text


def run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)


def from_npm(folder: Path) -> bytes:
    run(folder, "npm", "pack", "--silent", NPM_PACKAGE)
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        inner = package.extractfile("package/dist/pgtap.tar.gz")
        with tarfile.open(fileobj=inner) as files:
            return files.extractfile("share/postgresql/extension/pgtap.sql").read()


def from_debian(folder: Path) -> bytes:
    run(folder, "apt-get", "download", "-q", DEBIAN_PACKAGE)
    run(folder, "dpkg-deb", "-x", str(next(folder.glob("*.deb"))), "out")
    files = folder.glob("out/usr/share/postgresql/*/extension/pgtap--*.sql")
    return next(path for path in files if path.stem.count("--") == 1).read_bytes()  # not an upgrade script
