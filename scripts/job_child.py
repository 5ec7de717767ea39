"""The process of a job's run: `python -m leissner.scripts.job_child ARGS…` is `leissner ARGS…`, but ends when its
parent does, so that no run outlives the one who holds its lock. Its standard input is a pipe whose other end the
parent has: it ends with the parent, however that dies.
"""

import os
import sys
import threading

from leissner.scripts import cli

ORPHANED = 75


def _watch(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    os._exit(ORPHANED)


if __name__ == "__main__":
    pipe = os.dup(0)
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)  # what the command itself starts gets no hold of the pipe
    threading.Thread(target=_watch, args=[pipe], daemon=True).start()
    sys.exit(cli.run(sys.argv[1:]))
