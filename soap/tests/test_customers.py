"""Customers, contracts, numbers, prices, usage, charges and blocks, as another system keeps them: by zeep."""

import datetime
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from zeep.exceptions import Fault

DAY, LATER = datetime.date(2026, 12, 1), datetime.date(2027, 3, 1)


def rows(page) -> list:
    """The rows of a page; zeep gives those of a list without pages themselves."""
    return getattr(page, "row", page) or []


@pytest.fixture(scope="module")
def client(served):
    return served.client()


@pytest.fixture(scope="module")
def service(client):
    return rows(client.listServices())[0].code


@pytest.fixture(scope="module")
def made(client, service):
    """Two customers, the first with contract, line and a block of numbers, made in one step."""
    client.createCustomer("S1", "Syd AB", "SA1", service, datetime.date(2026, 1, 1), city="Lund",
                          number="046-700 10 00", to_number="046-700 10 09")
    client.createCustomer("S2", "Nord AB", "SA2", service, datetime.date(2026, 1, 1))
    return "S1"


def test_a_customer_with_its_addresses(client, made):
    assert client.getAddress(made, "visiting").city == "Lund"
    client.saveAddress(made, "billing", street="Box 1", city="Malmö", country="SE")
    client.saveAddress(made, "billing", city="Ystad")
    one, = (one for one in rows(client.listAddresses(made)) if one.kind == "billing")
    assert (one.street, one.city) == ("Box 1", "Ystad")
    assert client.getCustomer(made).billing_city == "Ystad" and client.getCustomer(made).city == "Lund"
    with pytest.raises(Fault, match="Someone else has changed"):
        client.saveAddress(made, "billing", city="Lomma", row_version=1)


def test_a_customer_below_another(client, made):
    client.saveCustomer("S3", "Dotter AB")
    moved = client.moveCustomer("S3", DAY, made, "parent")
    assert (moved.parent_no, moved.payer_no) == (made, made)
    with pytest.raises(Fault, match="would be above itself") as fault:
        client.moveCustomer(made, LATER, "S3")
    assert fault.value.code == "soap:Client.LB801"
    term, = rows(client.listCustomerTerms("S3"))
    assert (term.from_on, term.parent_no) == (DAY, made)
    client.saveCustomerTerm("S3", LATER, bill_to="self")
    assert client.deleteCustomerTerm("S3", LATER) is True
    client.saveCustomer("S4", "Enkel AB", parent_no=made)
    tree = {one.customer_no: one.parent_no for one in rows(client.getCustomerTree(made))}
    assert tree == {made: None, "S4": made}


def test_contracts_and_lines(client, made, service):
    client.saveContract("SA3", made, datetime.date(2026, 6, 1), reference="Order 7")
    client.saveContract("SA3", made, datetime.date(2026, 6, 1), text="Växel")
    found = client.getContract("SA3")
    assert (found.reference, found.text, found.status) == ("Order 7", "Växel", "active")
    assert [one.contract_no for one in rows(client.listContracts(made, limit=1))] == ["SA1"]
    page = client.listContracts(made, limit=1)
    assert [one.contract_no for one in rows(client.listContracts(made, after=page.next))] == ["SA3"]
    assert client.saveLine("SA3", service, quantity=3) == 1 and client.saveLine("SA3", service) == 2
    client.saveLine("SA3", service, 1, to_on=datetime.date(2027, 6, 1))
    line = client.getLine("SA3", 1)
    assert (line.quantity, line.to_on) == (3, datetime.date(2027, 6, 1))
    assert [one.line for one in rows(client.listLines(made))] == ["SA1/1", "SA3/1", "SA3/2"]
    assert {one.line_no for one in rows(client.listLineFees(contract_no="SA3"))} == {1, 2}
    client.saveLineTerm("SA3", 1, LATER, quantity=5)
    assert rows(client.listLineTerms("SA3", 1))[0].quantity == 5
    assert client.deleteLineTerm("SA3", 1, LATER) is True
    client.saveContractTerm("SA3", LATER, interval_months=3)
    assert rows(client.listContractTerms("SA3"))[0].interval_months == 3
    assert client.deleteContractTerm("SA3", LATER) is True
    assert client.endLine("SA3", 2, DAY) == DAY
    ended = client.terminateContract("SA3", LATER)
    assert (ended.ends_on, ended.is_bound, client.getContract("SA3").status) == (LATER, False, "ending")
    with pytest.raises(Fault) as fault:
        client.terminateContract("nothing")
    assert fault.value.code == "soap:Client.LB802"


def test_a_seller_proposes_and_staff_decide(served, client, service):
    with served.database.connect() as conn:
        seller = conn.execute("select code from billing.seller order by code limit 1").fetchone()["code"]
    client.saveCustomer("S5", "Säljarens AB", seller=seller)
    own = served.client("seller", seller)
    for no in ("SP1", "SP2"):
        assert own.proposeContract("S5", no, service, start_on=DAY) == no
    with pytest.raises(Fault) as fault:
        own.approveContract("SP1")
    assert fault.value.code == "soap:Client.LB939"
    client.approveContract("SP1")
    client.declineContract("SP2")
    assert [(one.contract_no, one.state) for one in rows(client.listContracts("S5"))] == [
        ("SP1", client.getContract("SP1").status)]


def test_numbers_by_the_day(client, made):
    assert client.assignNumber("046-700 20 00", "SA2") == "46467002000"
    with pytest.raises(Fault, match="belongs to SA1/1 of customer S1") as fault:
        client.assignNumber("046-700 10 05", "SA2")
    assert fault.value.code == "soap:Client.LB803"
    assert client.moveNumber("046-700 10 05", DAY, "SA2") == "46467001005"
    holders = [rows(client.findNumber("+46 46 700 10 05", day))[0].customer_no
               for day in (DAY - datetime.timedelta(1), DAY)]
    assert holders == ["S1", "S2"]
    assert client.releaseNumber("046-700 10 05", LATER) == "46467001005"
    assert rows(client.findNumber("046-700 10 05", LATER)) == []
    assert len(rows(client.listNumbers(customer_no=made))) == 3
    client.releaseNumber("046-700 20 00", datetime.date(2026, 2, 1))
    assert "46467002000" in [one.number for one in rows(client.listFreeNumbers(limit=1000))]
    with pytest.raises(Fault, match="Nobody has the number"):
        client.releaseNumber("046-700 99 99", DAY)


def test_a_number_moved_by_many_at_once_has_one_holder(served, client, made):
    client.assignNumber("046-700 30 00", "SA2", to_number="046-700 30 99")
    own = [(served.client(), f"SA{1 + n % 2}") for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        moved = pool.map(lambda one: one[0].moveNumber("046-700 30 50", DAY, one[1]), own)
    assert set(moved) == {"46467003050"}
    found = rows(client.listNumbers(number="046-700 30 50"))
    assert sorted((one.from_on, one.ends_on) for one in found) == [
        (datetime.date(2026, 1, 1), DAY), (DAY, None)]


def test_preselection(client):
    assert client.addPreselection("046-700 10 00", "9500", happened_at="2026-11-01T10:00:00+01:00") == "46467001000"
    client.addPreselection("046-700 10 00", "9500", state="rejected", reason="Wrong owner",
                           happened_at="2026-11-02T10:00:00+01:00")
    assert [one.state for one in rows(client.findPreselections(number="046-700 10 00"))] == ["rejected", "ordered"]
    assert {one.customer_no for one in rows(client.listPreselections(words="46467001000"))} == {"S1"}


def test_prices_and_where_they_come_from(served, client, service):
    price_list = next(one for one in rows(client.listPriceLists()) if one.level == "retail" and not one.is_draft)
    assert client.getPriceList(price_list.code).currency == price_list.currency
    target = f"dest:{rows(client.listDestinations(limit=1))[0].code}"
    with pytest.raises(Fault) as fault:
        client.setPrice(price_list.code, target, "voice", from_on=LATER, rate=Decimal("1.25"))
    assert fault.value.code == "soap:Client.LB939"
    pricing = served.client("pricing")
    pricing.setPrice(price_list.code, target, "voice", from_on=LATER, rate=Decimal("1.25"), setup=Decimal("0.5"))
    price = client.getPrice(price_list.code, target, "voice", on=LATER)
    assert (price.rate, price.setup, price.origin_list, price.origin_target, price.from_on) == (
        Decimal("1.25"), Decimal("0.5"), price_list.code, target, LATER)
    with pytest.raises(Fault, match="Someone else has changed"):
        pricing.setPrice(price_list.code, target, "voice", from_on=LATER, rate=1, row_version=0)
    pricing.removePrice(price_list.code, target, "voice", from_on=LATER, row_version=price.row_version)
    with pytest.raises(Fault, match="no dest:nowhere|There is no target dest:nowhere"):
        client.getPrice(price_list.code, "dest:nowhere", "voice")
    charge = rows(client.listServiceCharges(service))[0]
    assert charge.target == f"service:{service}:{charge.charge}"
    assert charge.target in [one.target for one in rows(client.listFees(price_list.code, DAY, limit=1000))]
    assert [one.code for one in rows(client.listRings())] == sorted(one.code for one in rows(client.listRings()))
    holder = next(one.customer_no for one in rows(client.findCustomers()) if one.contracts)
    assert all(one.ring for one in rows(client.listCustomerRings(holder)))
    assert all(one.turn >= 1 for one in rows(client.listCustomerPriceLists(holder)))


def test_usage_of_bundles_and_of_the_limit(client, made):
    client.saveCustomer(made, "Syd AB", credit_limit=10000)
    used = client.getUsage(made)
    assert (used.payer_no, used.credit_limit, used.calls, used.blocked_lines) == (made, 10000, 0, 0)
    assert used.exposure == used.balance + used.unbilled
    for customer in rows(client.findCustomers(limit=1000)):
        for bundle in rows(client.listBundleUsage(customer.customer_no)):
            assert bundle.remaining == max(bundle.units + bundle.carried - bundle.used, 0)


def test_charges_by_hand(client, made):
    client.saveCharge("SA1", 1, DAY, "Installation", 950)
    client.saveCharge("SA1", 1, DAY, "Installation", 800)
    charge = client.getCharge("SA1", 1, DAY, "Installation")
    assert (charge.price, charge.quantity, charge.is_billed) == (800, 1, False)
    assert [one.text for one in rows(client.listCharges(made))] == ["Installation"]
    assert client.deleteCharge("SA1", 1, DAY, "Installation") is True
    assert client.deleteCharge("SA1", 1, DAY, "Installation") is False


def test_a_block_its_orders_and_their_answers(served, client, made):
    assert client.setBlock(made, ["SA1/1"], reason="Asked for") == 1
    block, = rows(client.listBlocks(made))
    assert (block.line, block.scope, block.origin, block.set_by, block.order_state) == (
        "SA1/1", "outgoing", "person", "soap-integration-en", "ordered")
    order, = (one for one in rows(client.fetchBlockOrders()) if one.customer_no == made)
    assert (order.action, order.state, order.way, "112" in order.exempt) == ("block", "sent", "fetched", True)
    client.confirmBlockOrder(order.key, False, "No such line")
    assert client.retryBlockOrders(order.key) == 1
    client.fetchBlockOrders()
    client.confirmBlockOrder(order.key)
    client.confirmBlockOrder(order.key)
    assert order.key not in [one.key for one in rows(client.listBlockOrders())]
    assert [one.state for one in rows(client.listBlockOrders(is_all=True)) if one.key == order.key] == ["confirmed"]
    lifted = client.liftBlock(made)
    assert (lifted.lifted, lifted.orders, lifted.still_blocked) == (1, 1, 0)
    with pytest.raises(Fault) as fault:
        client.confirmBlockOrder("nothing")
    assert fault.value.code == "soap:Client.LB414"
    with pytest.raises(Fault) as fault:
        served.client("support").setBlock(made)
    assert fault.value.code == "soap:Client.LB939"


def test_a_customer_is_closed_with_all_it_has(client, made):
    client.createCustomer("S6", "Under AB", "SA6", rows(client.listServices())[0].code, datetime.date(2026, 1, 1),
                          parent_no=made)
    with pytest.raises(Fault, match="S6") as fault:
        client.closeCustomer(made, LATER)
    assert fault.value.code == "soap:Client.LB820"
    closed = client.closeCustomer(made, LATER, is_tree=True)
    assert (closed.ends_on, closed.contracts, closed.proposed) == (LATER, 2, 0)
    assert {one.status for one in rows(client.listLines(made))} <= {"ending", "ended"}
    assert client.closeCustomer(made, LATER, is_tree=True).contracts == 0
