"""The month when something dies in the middle: the command that approves, and the server under run and approval."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from decimal import Decimal

import psycopg
import pytest

from leissner.db.tests.fixtures import new_home_folder
from leissner.scripts import bill, db, migrate, server
from leissner.scripts.tests.reference.compare import leissner as command
from leissner.scripts.tests.test_bill import GOLDEN, THROUGH, read

# The command in a process of its own, with parts and transactions so small that there are many moments to die in.
SIZE = 4
COMMAND = (f"import sys; from leissner.scripts import bill, cli; bill.SIZE, bill.APPROVED = {SIZE}, {SIZE};"
           "sys.exit(cli.run(sys.argv[1:]))")
PRIVATE = 150  # payers beside the golden ones
DRAFTS = "select count(*) from billing.invoice where state = 'draft'"
DOCUMENTS = ("select customer_no, invoice.currency, invoice.kind, net, tax, rounding, total,"
             " (select count(*) from billing.invoice_line as line where line.invoice_id = invoice.invoice_id)"
             " from billing.invoice inner join billing.customer on customer_id = payer_id order by 1, 2")


class Month:
    """A database of many small payers beside the golden ones, and the commands that work on it."""

    def __init__(self, conninfo: str):
        self.conninfo = conninfo

    @property
    def url(self) -> str:
        return psycopg.conninfo.make_conninfo(self.conninfo, user=db.CLI_LOGIN)

    def fill(self, folder) -> "Month":
        (folder / "customers.csv").write_text("customer_no,name,kind,street,postcode,city,country,delivery\n" + "".join(
            f"P{n},Payer {n},private,Gatan {n},11122,Stockholm,SE,print\n" for n in range(PRIVATE)))
        (folder / "contracts.csv").write_text("contract_no,customer_no,start\n" + "".join(
            f"PC{n},P{n},2026-0{1 + n % 9}-0{1 + n % 7}\n" for n in range(PRIVATE)))
        (folder / "contract_lines.csv").write_text("contract_no,line_no,service,quantity\n" + "".join(
            f"PC{n},1,VOIP,{1 + n % 3}\n" for n in range(PRIVATE)))
        self.do("import", GOLDEN / "operator")
        self.do("import", folder)
        self.do("calls", "load", GOLDEN / "calls.csv", "--source", "plain")
        return self

    def start(self, *args) -> subprocess.Popen:
        return subprocess.Popen([sys.executable, "-c", COMMAND, *map(str, args)], text=True,
                                env=os.environ | {"DATABASE_URL": self.url},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def do(self, *args) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DATABASE_URL", self.url)
            patch.setattr(bill, "SIZE", SIZE)
            return command(*args)

    def rows(self, query: str) -> list[tuple]:
        with psycopg.connect(self.conninfo) as conn:
            return conn.execute(query.encode()).fetchall()

    def wait(self, process: subprocess.Popen, query: str) -> None:
        """Until the process has done a step, which changes what the query gives; or ended."""
        before, limit = self.rows(query), time.monotonic() + 30
        while process.poll() is None and self.rows(query) == before and time.monotonic() < limit:
            time.sleep(0.02)

    def result(self, run: int, folder) -> tuple:
        """What a run came to, whatever its documents are called."""
        self.do("bill", "export", run, folder / "lines.csv")
        return read(folder / "lines.csv"), self.rows(DOCUMENTS)

    def made(self, *args) -> int:
        return json.loads(self.do("bill", "run", *args, "--json"), parse_float=Decimal)["run"]

    def approve_rest(self, run: int) -> None:
        """What the killed left; a quick machine may leave nothing."""
        if self.rows(f"select state from billing.bill_run where bill_run_id = {run}") != [("approved",)]:
            self.do("bill", "approve", run, "--date", THROUGH, "--yes")

    def check_issued(self, undisturbed: tuple, run: int, folder) -> None:
        """Every document of the run was issued, once, with numbers without gaps."""
        count = len(undisturbed[1])
        assert self.result(run, folder) == undisturbed
        assert self.rows("select count(*), min(number), max(number), count(distinct number), count(distinct reference)"
                         " filter (where kind = 'invoice') = count(*) filter (where kind = 'invoice')"
                         " from billing.invoice where state = 'approved'") == [(count, 1, count, count, True)]
        assert self.rows("select last_no from billing.number_series") == [(count,)]
        assert self.rows(f"select state from billing.bill_run where bill_run_id = {run}") == [("approved",)]
        assert self.rows("select sum((detail ->> 'documents')::integer) from audit.event where kind = 'bill_approve'"
                         ) == [(count,)]
        self.do("check")


@pytest.fixture(scope="module")
def month(bed, tmp_path_factory):
    made = bed.create(bed.template.name)
    yield Month(made.conninfo).fill(tmp_path_factory.mktemp("month"))
    bed.drop(made)


@pytest.fixture
def clone(bed, month):
    made = bed.create(psycopg.conninfo.conninfo_to_dict(month.conninfo)["dbname"])
    yield Month(made.conninfo)
    bed.drop(made)


def kill_approvals(month: Month, folder, seed: int, times: int) -> None:
    rng = random.Random(seed)
    run = month.made("--through", THROUGH)
    undisturbed = month.result(run, folder)
    amid = 0  # kills that left some of the documents as drafts
    for _ in range(times):
        process = month.start("bill", "approve", run, "--date", THROUGH, "--yes")
        if rng.random() < 0.8:  # else perhaps before it has begun
            month.wait(process, DRAFTS)
        time.sleep(rng.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        drafts = month.rows(DRAFTS)[0][0]
        amid += process.returncode == -signal.SIGKILL and 0 < drafts < len(undisturbed[1])
        if not drafts:
            break
    assert amid
    month.approve_rest(run)
    month.check_issued(undisturbed, run, folder)


def test_a_killed_approval_issues_each_document_once(clone, tmp_path):
    kill_approvals(clone, tmp_path, 1, 4)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_approvals_killed_at_many_moments(clone, tmp_path, seed):
    kill_approvals(clone, tmp_path, seed, 8)


def kill_servers(folder, seed: int, times: int) -> None:
    """The server dies under the run, then under approval; it has the settings of a real one, which are durable."""
    rng = random.Random(seed)
    home = server.Home(new_home_folder(), is_test=False)

    def killed(process: subprocess.Popen, step: str, longest: float) -> None:
        month.wait(process, step)
        time.sleep(rng.random() * longest)
        os.kill(int((home.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        out = process.communicate(timeout=60)[0]
        assert "Traceback" not in out
        home.up()

    try:
        home.up()
        with psycopg.connect(home.conninfo(), autocommit=True) as conn:
            conn.execute("create database month template template0")
        month = Month(home.conninfo(dbname="month"))
        with psycopg.connect(month.conninfo, autocommit=True, row_factory=db.dict_row) as conn:
            migrate.migrate(conn)
        month.fill(folder)
        run = month.made("--through", THROUGH)
        undisturbed = month.result(run, folder)
        month.do("bill", "discard", run, "--yes")

        args = ["--through", THROUGH]
        for _ in range(times):
            killed(month.start("bill", "run", "--jobs", "2", *args),
                   "select count(*) from billing.bill_part where done_at is not null", 0.2)
            left = month.rows("select bill_run_id from billing.bill_run where state = 'making'")
            args = ["--resume"] if left else args
        if left:
            run = month.made("--jobs", "2", "--resume")
        else:
            run = month.rows("select max(bill_run_id) from billing.bill_run")[0][0]
        assert month.result(run, folder) == undisturbed

        for _ in range(times):
            killed(month.start("bill", "approve", run, "--date", THROUGH, "--yes"), DRAFTS, 0.03)
        month.approve_rest(run)
        month.check_issued(undisturbed, run, folder)
    finally:
        home.down()
        shutil.rmtree(home.path)


def test_a_killed_server_bills_and_issues_everything_once(tmp_path):
    kill_servers(tmp_path, 1, 1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
def test_servers_killed_at_many_moments(tmp_path, seed):
    kill_servers(tmp_path, seed, 4)
