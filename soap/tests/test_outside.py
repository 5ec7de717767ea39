"""The intermediate level over SOAP, from an empty database: an outside CRM makes its customers known, calls are priced,
an accounting system takes the invoice basis and answers with its numbers."""

import datetime
from decimal import Decimal

import psycopg
import pytest
from zeep.exceptions import Fault

from leissner.scripts.tests.test_lookup import calls, done, tariff

FIRST = datetime.date(2026, 11, 1)


def rows(page) -> list:
    """The rows of a page; zeep gives none for one without."""
    return getattr(page, "row", None) or []


def test_from_a_customer_that_is_recognised_to_an_acknowledged_basis(empty_served, leissner, tmp_path):
    done(leissner("import", tariff(tmp_path)))
    client = empty_served.client()
    with pytest.raises(Fault, match="“NONE” is not known here") as fault:
        client.recogniseCustomer("K1", service="NONE")
    assert fault.value.code == "soap:Client.LB802"
    made = client.recogniseCustomer("K1", "Kund Ett", numbers=["+46 902 00 00 01", "+46902000100..+46902000199"],
                                    from_on=FIRST, request_id="crm-1")
    assert (made.customer_no, made.contract_no, made.line_no, made.created) == (
        "K1", "K1", 1, ["customer", "contract", "line", "number 46902000001", "number 46902000100"])
    assert client.recogniseCustomer("K1", "Kund Ett AB", numbers=["+46902000150"]).changed == ["customer"]
    with pytest.raises(Fault, match="The number 46902000001 belongs to K1/1 of customer K1") as fault:
        client.recogniseCustomer("K2", numbers=["+46902000001"], from_on=FIRST)
    assert fault.value.code == "soap:Client.LB803"

    file = calls(tmp_path / "day.csv", (2, "46902000001", ""), (3, "46902000150", ""), (3, "46902000002", ""))
    assert "2" in done(leissner("calls", "load", file, "--source", "switch")).out
    client.recogniseCustomer("K2", numbers=["+46902000002"], from_on=datetime.date(2026, 11, 3))
    done(leissner("calls", "rate"))
    assert rows(client.listBasisRuns()) == []
    done(leissner("bill", "run", "--through", "2026-11-27"))
    done(leissner("bill", "approve", 1, "--date", "2026-11-28", "--yes"))

    run, = rows(client.listBasisRuns())
    assert (run.run, run.through, run.state, run.documents, run.answered) == (
        1, datetime.date(2026, 11, 27), "approved", 2, 0)
    page = client.listBasisDocuments(1, is_answered=False, limit=1)
    rest = client.listBasisDocuments(1, is_answered=False, after=page.next)
    assert [(row.basis_no, row.payer) for row in rows(page) + rows(rest)] == [("B0001", "K1"), ("B0002", "K2")]
    document = client.getBasis("B0001")
    assert run.totals[0].total == document.total + client.getBasis("B0002").total
    assert sum(line.net for line in document.lines) == document.net_total == document.taxes[0].base
    assert [(line.contract_no, line.quantity, line.net) for line in document.lines if line.line_kind == "usage"] == [
        ("K1", 2, Decimal("1.36"))]
    answer = [{"basis_no": "B0001", "number": "F1"}, {"basis_no": "B0002", "number": "F2"}]
    assert client.acknowledgeBasis(answer) == 2 and client.acknowledgeBasis(answer) == 0
    with pytest.raises(Fault, match="Document B0002 takes no number F3") as fault:
        client.acknowledgeBasis([{"basis_no": "B0002", "number": "F3"}])
    assert fault.value.code == "soap:Client.LB538"
    assert rows(client.listBasisDocuments(is_answered=False)) == []
    with psycopg.connect(empty_served.database.conninfo) as conn:
        assert conn.execute("select count(*) from audit.event where kind = 'basis_answer'").fetchone() == (2,)
    done(leissner("check"))
