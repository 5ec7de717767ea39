"""Work that takes minutes, done by the same commands one would type, beside the pages: once at a time for each name.

What it does can be broken off at any moment and done again; that is promised by the commands, so nothing is kept here
but a log that the page shows.
"""

import re
import subprocess
import sys
import threading
from pathlib import Path

from leissner.scripts.server import Home

_lock = threading.Lock()
_running: dict[str, subprocess.Popen] = {}
COMMAND = "from leissner.scripts.cli import main; main()"


def _file(name: str) -> Path:
    folder = Home().path / "web-work"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{re.sub('[^a-z0-9]+', '-', name)}.log"


def start(name: str, command: list[str]) -> bool:
    """Starts a command in the background; false: one of that name is at work already."""
    with _lock:
        if is_running(name):
            return False
        with open(_file(name), "w") as log:
            _running[name] = subprocess.Popen([sys.executable, "-c", COMMAND, *command], stdout=log, stderr=log,
                                              stdin=subprocess.DEVNULL, start_new_session=True)
        return True


def is_running(name: str) -> bool:
    process = _running.get(name)
    return process is not None and process.poll() is None


def log(name: str, lines: int = 20) -> list[str]:
    """The last lines that the command of that name printed."""
    try:
        return _file(name).read_text("utf-8", "replace").splitlines()[-lines:]
    except FileNotFoundError:
        return []
