-- What lines are worth by month (reports 1 and 7): the folded totals keep who held a line, and the revenue,
-- beside its calls. Lock: exclusive on call_line_month, while it is written again. Duration: a minute for ten
-- million rows of call_customer_month.

alter table billing.call_line_month disable trigger _10_process_only;
truncate billing.call_line_month;
alter table billing.call_line_month drop constraint call_line_month_uq;
alter table billing.call_line_month add column customer_id bigint not null;
alter table billing.call_line_month add column revenue numeric not null;
alter table billing.call_line_month add constraint call_line_month_uq
unique nulls not distinct (month, seller_id, contract_line_id, customer_id);
insert into billing.call_line_month (month, seller_id, contract_line_id, customer_id, calls, revenue)
select
    total.month, total.seller_id, total.contract_line_id, total.customer_id, sum(total.calls),
    sum(total.revenue)
from billing.call_customer_month as total
where total.load_id = 0
group by total.month, total.seller_id, total.contract_line_id, total.customer_id;
alter table billing.call_line_month enable trigger _10_process_only;

comment on table billing.call_line_month is
'Calls and revenue of contract lines by month, seller and customer: the folded rows of call_customer_month, '
'added up.';
comment on column billing.call_line_month.customer_id is 'Customer of the calls: who held the line then.';
comment on column billing.call_line_month.revenue is 'Retail of the calls, in the operator''s currency.';
comment on constraint call_line_month_uq on billing.call_line_month is
    'One total per month, seller, line and customer.';
