"""The running day, for the pages that show traffic as it comes in: while the demo serves, its mobile partner's export
of the day so far is loaded, then a few calls each half minute, as a switch would send them."""

import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path
from random import Random

from leissner.scripts.demo.calls import GENERIC_HEAD, STOCKHOLM, Traffic, generic
from leissner.scripts.demo.operator import Operator

SOURCE = "mobil"
PAUSE = 30  # seconds between two files
PER_DAY = 400  # calls, over 24 hours of equal traffic
HOUR = dt.timedelta(hours=1)


def come_in(folder: Path, seed: int, day: dt.date) -> None:
    """Starts to load calls as they are made, until the process ends; files are kept in folder/today."""
    operator = Operator(seed, day)
    (folder / "today").mkdir(exist_ok=True)

    def follow() -> None:
        while True:
            load(write(folder / "today", operator, seed, dt.datetime.now(STOCKHOLM)))
            if stop.wait(PAUSE):
                return

    stop = threading.Event()
    threading.Thread(target=follow, daemon=True).start()


def write(folder: Path, operator: Operator, seed: int, now: dt.datetime) -> Path | None:
    """The calls since the last file of the day, or since midnight; at least one, so that something happens. None:
    it was written this very second."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    files = sorted(folder.glob(f"{now:%Y-%m-%d}-*.csv"))
    since = dt.datetime.strptime(files[-1].stem, "%Y-%m-%d-%H%M%S").replace(tzinfo=STOCKHOLM) if files else midnight
    path = folder / f"{now:%Y-%m-%d-%H%M%S}.csv"
    if path.exists():
        return None
    wanted = max(1, round(PER_DAY * (now - since).total_seconds() / 86400))
    key = int(now.timestamp())
    hour = since.replace(minute=0, second=0, microsecond=0)
    traffic = Traffic(f"{seed}/{key}", operator, hour, max(now, hour + HOUR))
    # Hours are drawn whole; what would not have begun yet has just begun.
    calls = [call._replace(start=min(call.start, key - call.ring)) for call in traffic.of(SOURCE, wanted)]
    calls.sort(key=lambda call: call.start)
    lines = [line for _, line in generic(calls, Random(key), first=key * 1000)]
    half = path.with_suffix(".part")
    half.write_text("\n".join([GENERIC_HEAD, *lines, ""]), encoding="iso-8859-1")
    half.rename(path)
    return path


def load(path: Path | None) -> None:
    """In a process of its own, as cron would; what it finds wrong stands on the page of files."""
    if path:
        code = "import sys; from leissner.scripts import cli; sys.exit(cli.run(sys.argv[1:]))"
        subprocess.run([sys.executable, "-c", code, "calls", "load", path, "--source", SOURCE],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
