"""Submitted calls against loaded files: the same result, counted once whoever comes at the same time."""

import csv
import threading

import psycopg
from psycopg.types.json import Jsonb

from leissner.scripts import db
from leissner.scripts.tests.test_calls_load import GOLDEN, database, load, operator, state  # noqa: F401


def golden(name: str) -> list[dict]:
    with open(GOLDEN / name, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def submit(conn, calls, source="plain", **more):
    with db.transaction(conn, "integration"):
        return db.call(conn, "call_submit", p_source=source, p_calls=Jsonb(calls), **more)


def test_submitted_calls_become_what_loaded_ones_do(bed, operator, database, load, leissner):  # noqa: F811
    load(GOLDEN / "calls.csv", GOLDEN / "calls_bad.csv")
    other = bed.create(operator.name)
    try:
        with other.connect(db.CLI_LOGIN) as conn:
            calls = golden("calls.csv")
            answers = submit(conn, calls[:5]) + submit(conn, calls[5:]) + submit(conn, golden("calls_bad.csv"))
            assert [row["place"] for row in answers[5:-5]] == list(range(1, len(calls) - 4))
        loaded, submitted = state(database.conninfo), state(other.conninfo)
        for made in loaded, submitted:  # a line that could not be read is kept as it came
            made["suspense"] = sorted((reason, "" if reason == "bad_record" else key)
                                      for _, key, reason, _ in made["suspense"])
        assert submitted == loaded
        with psycopg.connect(other.conninfo) as conn:
            stored = dict(conn.execute("select key, retail from billing.call").fetchall())
            waiting = dict(conn.execute("select key, reason from billing.call_suspense").fetchall())
        # Later calls may move the first ones in a bundle or an interval.
        last = {row["key"]: row["retail"] for row in answers[5:] if row["result"] == "rated"}
        assert last == {key: stored[key] for key in last} and len(last) > 400
        assert {row["key"]: row["reason"] for row in answers if row["result"] == "suspended"} == waiting
    finally:
        bed.drop(other)


def test_two_who_submit_the_same_calls_at_once_count_each_once(database, leissner, conn):  # noqa: F811
    calls, results = golden("calls.csv"), []

    def run(one):
        with database.connect(db.CLI_LOGIN) as own:
            results.append(submit(own, one))
    threads = [threading.Thread(target=run, args=(one,)) for one in (calls, calls[::-1], calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3
    fresh = [row["key"] for rows in results for row in rows if row["result"] in ("rated", "suspended")]
    assert len(fresh) == len(set(fresh))
    assert set(fresh) == {row["key"] for row in conn.execute(
        "select key from billing.call union all select key from billing.call_suspense")}
    assert conn.execute("select count(*) as n from billing.cdr_file").fetchone()["n"] == 1
    assert leissner("check").code == 0


def test_a_request_that_dies_leaves_nothing(database, leissner, conn):  # noqa: F811
    calls = golden("calls.csv")
    with database.connect(db.CLI_LOGIN) as own:
        pid = own.info.backend_pid
        try:
            with db.transaction(own, "integration"):
                db.call(own, "call_submit", p_source="plain", p_calls=Jsonb(calls))
                conn.execute("select pg_terminate_backend(%s)", (pid,))
                own.execute("select 1")
        except psycopg.OperationalError:
            pass
    assert conn.execute("select (select count(*) from billing.call_key) + (select count(*) from billing.cdr_file)"
                        " + (select count(*) from billing.load) as n").fetchone()["n"] == 0
    with database.connect(db.CLI_LOGIN) as own:
        assert {row["result"] for row in submit(own, calls)} >= {"rated", "suspended"}
    assert leissner("check").code == 0
