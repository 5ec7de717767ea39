"""Bad input on the way to an invoice: each gets a sentence a person can act on, and the rest goes through."""

import json

import pytest

from leissner.scripts.tests.test_bill import GOLDEN, THROUGH, conn, database, done, loaded, rows  # noqa: F401

REFUSED = {  # file: its rows, and what the import says of line 2
    "unknown country": ("customers", "customer_no,name,country\n9,Nio,QQ", ["country", "QQ"]),
    "unknown currency": ("customers", "customer_no,name,currency\n9,Nio,XTS", ["currency", "XTS"]),
    "unknown delivery": ("customers", "customer_no,name,delivery\n9,Nio,fax", ["delivery", "fax"]),
    "its own parent": ("customers", "customer_no,name,parent_no,bill_to\n1000,Björk koncern,1003,parent", ["1000"]),
    "payment in the past": ("customers", "customer_no,name,payment_days\n9,Nio,-5", ["payment_days"]),
    "negative quantity": ("contract_lines", "contract_no,line_no,service,quantity\nC3,1,TRUNK,-1", ["quantity"]),
    "unknown service": ("contract_lines", "contract_no,line_no,service,quantity\nC3,1,TELEX,1", ["service", "TELEX"]),
    "ends before it begins": ("contracts", "contract_no,customer_no,start,end\nC9,2000,2026-05-01,2026-04-01",
                              ["2026-05-01", "end before"]),
    "interval of no months": ("contracts", "contract_no,customer_no,start,interval_months\nC9,2000,2026-05-01,0",
                              ["interval_months"]),
    "VAT of 250 percent": ("vat_codes", "code,percent,category,account\nHUGE,250,S,2611", ["percent"]),
    "unknown VAT category": ("vat_codes", "code,percent,category,account\nODD,25,Q,2611", ["category"]),
    "rate of zero": ("exchange_rates", "date,currency,rate\n2026-10-01,EUR,0", ["rate"]),
    "amount that is none": ("charges", "contract_no,date,text,quantity,price,line_no\nC3,2026-10-01,Kabel,1,ett,1",
                            ["price", "ett"]),
    "no such day": ("charges", "contract_no,date,text,quantity,price,line_no\nC3,2026-02-30,Kabel,1,10,1", ["date"]),
    "fee without rate": ("prices", "price_list,target,amount\nMASTER,service:MOBILE:monthly,99",
                         ["rate", "MASTER has no parent"]),
    "fee as set-up": ("prices", "price_list,target,setup\nMASTER,service:MOBILE:monthly,99",
                      ["rate", "one month of a periodic charge"]),
    "fee from a later day": ("prices", "price_list,target,from,rate\nMASTER,service:MOBILE:monthly,2026-10-01,99",
                             ["from", "--close"]),
    "charge of no kind": ("service_charges", "service,charge,name,kind\nMOBILE,sim,SIM card,",
                          ["kind", "one of", "periodic"]),
}
FAULTS = {  # what is done to the operator, payers without a document then, what the run says
    "payer without address": ("update billing.customer set street = null where customer_no = '1000'", {"1000"},
                              ["1000", "street", "customers.csv"]),
    "e-mail without @": ("update billing.customer set email = 'acme.example' where customer_no = '2000'", {"2000"},
                         ["2000", "email"]),
    "e-mail to nobody": ("update billing.customer set email = null where customer_no = '2000'", {"2000"},
                         ["2000", "email"]),
    "currency without rate": ("delete from billing.exchange_rate", {"4000"}, ["EUR", "4000"]),
    "VAT code without a valid rate": (
        "update billing.vat_code set valid = daterange('2027-01-01', null) where code = 'SE25'",
        {"1000", "1002", "2000", "3000", "3001", "4000"}, ["SE25", "no rate"]),
    "no VAT code for a buyer abroad": ("delete from billing.vat_code where code = 'EU'", {"4000"}, ["4000", "AE"]),
    "service without VAT code": ("update billing.service set vat_code = null where code = 'MOBILE'", {"3001"},
                                 ["MOBILE", "VAT"]),
    "charge without price": (
        "delete from billing.price_item where service_charge_id in (select service_charge_id"
        " from billing.service_charge inner join billing.service using (service_id) where service.code = 'MOBILE')",
        set(), ["C5", "monthly", "MASTER,service:MOBILE:monthly,PRICE", "prices.csv"]),
    "service without price list": ("update billing.service set price_list_id = null where code = 'MOBILE'",
                                   set(), ["C5", "no price list", "services.csv"]),
}
ODD = {  # what is done, the kind in the list of what looks odd, its subject
    "bankgiro mistyped": ("update billing.operator set bankgiro = '505-0108'", "account", "bankgiro"),
    "org.nr mistyped": ("update billing.customer set org_no = '551234-0019' where customer_no = '1000'", "org_no",
                        "1000"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_is_refused_with_line_field_and_value(leissner, database, conn, tmp_path, case):  # noqa: F811
    name, text, says = REFUSED[case]
    (tmp_path / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    table = {"charges": "manual_charge", "prices": "price_item"}.get(name, name.removesuffix("s"))
    before = rows(conn, f"select count(*), max(xmin::text::bigint) from billing.{table}")
    outcome = leissner("import", tmp_path / f"{name}.csv")
    told = outcome.err + outcome.out
    assert outcome.code and "Traceback" not in told
    for word in (f"{name}.csv", *says):
        assert word in told
    assert rows(conn, f"select count(*), max(xmin::text::bigint) from billing.{table}") == before


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_stops_its_payer_and_nobody_else(leissner, database, conn, case):  # noqa: F811
    everyone = {"1000", "1002", "2000", "3000", "3001", "4000"}
    change, stopped, says = FAULTS[case]
    conn.execute("set session_replication_role = replica")
    conn.execute(change)
    outcome = leissner("bill", "run", "--through", THROUGH)
    assert outcome.code == 1
    for word in says:
        assert word in outcome.out
    billed = {row[0] for row in rows(conn, "select customer_no from billing.invoice inner join billing.customer"
                                           " on customer_id = payer_id")}
    assert billed == everyone - stopped
    done(leissner("check"))


@pytest.mark.parametrize("case", ODD)
def test_what_would_go_astray_is_listed_before_approval(leissner, database, conn, case):  # noqa: F811
    change, kind, subject = ODD[case]
    conn.execute(change)
    done(leissner("bill", "run", "--through", THROUGH))
    found = json.loads(done(leissner("bill", "check", 1, "--json")).out)
    assert (kind, subject) in {(row["kind"], row["subject"]) for row in found}
