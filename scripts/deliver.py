"""`leissner bill deliver`: all ways out of the house in one command. One that fails stops no other."""

from collections.abc import Callable
from pathlib import Path

from leissner.scripts import db, delivery, einvoice, invoice_email, print_house
from leissner.scripts.errors import LeissnerError


def all_ways(conn: db.Connection, run: dict, wanted: dict[str, str | None], retry: bool, templates: Path | None,
             advance=lambda: None) -> dict[str, LeissnerError]:
    """Delivers what waits, by the way of each document; the errors by way. What is delivered is left alone."""
    with db.transaction(conn, "finance", read_only=True):
        places = {name: wanted[name] or db.call_one(conn, "setting_get", p_name=name) for name in wanted}
    ways: dict[str, Callable[[], object]] = {
        "print": lambda: print_house.write(
            conn, run, _place(places, "print_house", "sftp://user@host/in"), print_house.Wish(templates=templates),
            advance),
        "email": lambda: invoice_email.send(conn, run, retry, templates, advance),
        "einvoice": lambda: einvoice.write(
            conn, run, Path(_place(places, "einvoice_folder", "/var/spool/einvoice")), advance, is_again=False),
    }
    errors = {}
    for row in sums(conn, run["run"]):
        if row["waiting"] or retry and row["failed"] or row["failed"] and row["way"] == "einvoice":
            try:
                with delivery.told():
                    ways[row["way"]]()
            except LeissnerError as error:
                errors[row["way"]] = error
    with db.transaction(conn, "finance"):
        db.call(conn, "bill_deliver_finish", p_run=run["run"])
    return errors


def sums(conn: db.Connection, run: int) -> list[dict]:
    """How many documents left by each way."""
    with db.transaction(conn, "finance", read_only=True):
        return db.call(conn, "delivery_sums", p_run=run)


def _place(places: dict[str, str | None], name: str, example: str) -> str:
    if not (place := places[name]):
        raise LeissnerError(f"No place is set for {name}.",
                            f"Import settings.csv with the row {name},{example} or name it with the option.")
    return place
