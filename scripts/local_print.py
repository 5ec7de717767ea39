"""`leissner bill print`: the letters of a run on a printer of this house, through the command lp of CUPS.

Each is noted before it goes to the printer's queue and after the queue took it; broken off between the two, it is
printed again.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
from itertools import chain
from pathlib import Path

import pypdf

from leissner.scripts import db, delivery
from leissner.scripts.errors import LeissnerError
from leissner.scripts.invoice_pdf import InvoicePdf

TIMEOUT_S = 60
ON_PAPER = ("delivered", "acknowledged")


def send(conn: db.Connection, run: dict, printer: str | None, only: set[str], templates: Path | None,
         advance=lambda: None) -> dict[str, int]:
    """Prints what is not on paper yet, here or at the print house, and `only` once more: {printed, before}."""
    command = shutil.which("lp")
    if not command:
        raise LeissnerError("There is no command lp on this machine.",
                            "On Debian: apt install cups-client, and cups where the printer is connected here.")
    here, house = delivery.known(conn, run, "print"), delivery.known(conn, run, "print_house")
    left, counts = set(only), {"printed": 0, "before": 0}
    with InvoicePdf(templates, delivery.of(run)["template"]) as maker:
        for row in chain.from_iterable(delivery.pages(conn, run, "print")):
            advance()
            number = row["document"]["number"]
            resend, before = here.get(number, (0, None))
            is_done = any(one[number][1]["state"] in ON_PAPER for one in (here, house) if number in one)
            if only and number not in only or is_done and not only:
                counts["before"] += is_done
                continue
            left.discard(number)
            if before and before["state"] != "produced":
                resend += 1
            _one(conn, [command, *(["-d", printer] if printer else [])], run, row, resend, maker)
            counts["printed"] += 1
    if left:
        raise LeissnerError(f"Run {run['run']} prints no document {min(left)}.", "leissner bill show lists them.")
    return counts


def _one(conn: db.Connection, command: list[str], run: dict, row: dict, resend: int, maker: InvoicePdf) -> None:
    number, names = row["document"]["number"], delivery.of(run)
    pdf = maker.render(row["document"])
    with db.transaction(conn, "finance"):
        db.call(conn, names["put"], p_run=run["run"], p_channel="print", p_state="produced", p_resend=resend, p_rows=[
            {"invoice": row["invoice"], "file": f"{number}.pdf", "pages": len(pypdf.PdfReader(io.BytesIO(pdf)).pages),
             "digest": hashlib.sha256(pdf).hexdigest()}])
    with tempfile.NamedTemporaryFile(prefix="leissner-", suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        try:
            done = subprocess.run([*command, "-t", number, "-o", "sides=two-sided-long-edge", "--", file.name],
                                  capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
                                  stdin=subprocess.DEVNULL, env=os.environ | {"LC_ALL": "C.UTF-8"})
            refused = done.returncode and (done.stderr.strip() or f"exit code {done.returncode}")
        except subprocess.TimeoutExpired:
            refused = f"no answer in {TIMEOUT_S} seconds"
    if refused:
        raise LeissnerError(f"lp did not take document {number}: {refused}",
                            "lpstat -p shows the printers. The same command goes on where it stopped.")
    with db.transaction(conn, "finance"):
        db.call(conn, names["result"], p_run=run["run"], p_channel="print",
                p_rows=[{"invoice": row["invoice"], "resend": resend, "reason": None}])
