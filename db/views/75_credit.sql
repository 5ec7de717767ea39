-- Report of who is warned and blocked (REPORTS.md 1), in the operator's currency.

create function report.warnings_and_blocks(p_as_of date default null)
returns table (
    customer_no text, name text, credit_limit numeric, balance numeric, overdue numeric,
    oldest_due_days integer, unbilled numeric, exposure numeric, used_percent numeric, state text,
    reason text, since date, blocked_lines bigint
)
language sql stable rows 1000
begin atomic
    select
        found.customer_no, found.name, found.credit_limit, found.balance, found.overdue,
        found.oldest_due_days, found.unbilled, found.exposure, found.used_percent, found.state, found.reason,
        found.since, found.blocked_lines
    from logic.warning_list(p_as_of) as found;
end;

comment on function report.warnings_and_blocks(date) is
$$Payers over a warning level, late, warned or blocked, worst first, on a day (NULL: today): REPORTS.md 1.
balance: open items less advances; overdue: of these the undisputed ones that are due; unbilled: calls and
fees not invoiced, with VAT; exposure: both together, as a percentage of the credit limit in used_percent.
Sums: balance, overdue, unbilled, exposure
Example: select * from report.warnings_and_blocks() where false
Raises: LB901$$;

grant execute on function report.warnings_and_blocks(date) to
    leissner_admin, leissner_sales, leissner_support, leissner_finance, leissner_credit, leissner_report,
    leissner_auditor, leissner_batch, leissner_integration;
