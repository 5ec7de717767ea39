"""Secrets of other systems: named in settings and files, kept in the environment or in HOME/secrets."""

import os
import stat

from leissner.scripts.errors import LeissnerError
from leissner.scripts.server import Home


def get(name: str) -> tuple[str, str]:
    """The secret of a name, and where it is kept."""
    path = Home().path / "secrets" / name
    if given := os.environ.get(name):
        return given, f"the environment variable {name}"
    try:
        with open(path, encoding="utf-8") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or state.st_mode & 0o177 or state.st_uid not in (0, os.geteuid()):
                raise LeissnerError(f"{path} is not read: others could read or change it.", f"chmod 600 {path}")
            secret = file.read().strip("\r\n")
    except FileNotFoundError:
        raise LeissnerError(f"There is no secret {name}: neither an environment variable nor a file {path}.",
                            f"Put the password, or the private key, into that file, and chmod 600 {path}") from None
    except UnicodeDecodeError:
        raise LeissnerError(f"{path} is no text.") from None
    if not secret or not secret.startswith("-----BEGIN ") and not secret.isprintable():
        raise LeissnerError(f"{path} must be one line, or a private key.")
    return secret, f"{path}"
