"""Work that takes minutes, done by the same commands one would type, beside the pages: once at a time for each name.

It is done over the web's own login, with the level and name of who asked: in a session of its own, which outlives the
login but not the person being shut out.

What it does can be broken off at any moment and done again; that is promised by the commands, so nothing is kept here
but a log that the page shows.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from flask import current_app
from flask_login import current_user

from leissner.scripts import db
from leissner.scripts.server import Home
from leissner.webui import database, said

_lock = threading.Lock()
_running: dict[str, subprocess.Popen] = {}
COMMAND = """
import sys
from leissner.scripts import cli, db
try:
    code = cli.run(sys.argv[1:])
finally:
    db.work_close()
sys.exit(code)
"""


def _file(name: str) -> Path:
    folder = Home().path / "web-work"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{re.sub('[^a-z0-9]+', '-', name)}.log"


def start(name: str, command: list[str], then: Callable[[], None] | None = None) -> bool:
    """Starts a command in the background, after what the request has written, with what is done when it ended; false:
    one of that name is at work already."""
    with _lock:
        if is_running(name):
            return False
        database.keep()
        token = database.apart("work_open", p_what=" ".join(command))
        environment = os.environ | current_app.extensions["work"] | {db.WORK: f"{current_user.level} {token}"}
        with open(_file(name), "w") as log:
            _running[name] = subprocess.Popen(
                [sys.executable, "-c", COMMAND, *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True, env=environment)
        if then:
            threading.Thread(target=_end, args=(_running[name], then), daemon=True).start()
        return True


def _end(process: subprocess.Popen, then: Callable[[], None]) -> None:
    process.wait()
    then()


def is_running(name: str) -> bool:
    process = _running.get(name)
    return process is not None and process.poll() is None


def log(name: str, lines: int = 20) -> list[str]:
    """The last lines that the command of that name printed, in the reader's language."""
    try:
        return said.lines(_file(name).read_text("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return []
