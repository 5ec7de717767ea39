-- What outside systems follow: marks of what changed, and the sentences of payments that another system hands
-- over. Lock: share row exclusive on the marked tables, for the moment of their new triggers. Duration: under
-- a second.

create table billing.change_mark (
    tx bigint not null,
    kind text collate "C" not null,
    id bigint not null,
    op text not null,
    key text,
    constraint change_mark_pk primary key (tx, kind, id),
    constraint change_mark_kind_ck check (kind in ('customer', 'contract', 'invoice', 'payment', 'block')),
    constraint change_mark_op_ck check (op in ('insert', 'update', 'delete'))
);

comment on table billing.change_mark is
'What each transaction changed of what outside systems follow; the order in which these read it is that of '
'the seal of the log, so that a transaction that took long is never passed over.';
comment on column billing.change_mark.tx is 'The transaction, by its number in the log.';
comment on column billing.change_mark.kind is 'customer, contract, invoice, payment or block.';
comment on column billing.change_mark.id is 'Surrogate key of what changed.';
comment on column billing.change_mark.op is
'insert (new; of an invoice: issued), update (changed, or something that belongs to it; of an invoice: what '
'is open of it), delete.';
comment on column billing.change_mark.key is 'Its number as it was, where it is deleted.';
comment on constraint change_mark_pk on billing.change_mark is 'A transaction marks a row once.';
comment on constraint change_mark_kind_ck on billing.change_mark is
    'The kind must be customer, contract, invoice, payment or block.';
comment on constraint change_mark_op_ck on billing.change_mark is
    'A change is an insert, update or delete.';

select access.staff_open('billing.change_mark', array['auditor'], '{}');
insert into audit.exempt (table_name, why) values
('billing.change_mark', 'Says only that something changed; what, is in the log or append-only.');

-- Marking ---------------------------------------------------------------------------------------------------

-- By `execute`: static PL/pgSQL keeps the plan of its first, small use (audit.tg_change).
create function billing.tg_change_mark()
returns trigger
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    execute format(
        'insert into billing.change_mark (tx, kind, id, op, key)
        select own.tx, %L, changed.id, changed.op, changed.key
        from (%s) as changed (id, op, key)
        cross join audit.tx_current() as own
        -- what is new or gone is not only changed
        on conflict on constraint change_mark_pk
        do update set op = excluded.op, key = excluded.key where excluded.op <> ''update''',
        tg_argv[0], tg_argv[1]
    );
    return null;
end
$$;

comment on function billing.tg_change_mark() is $$Trigger function: marks what a statement changed: kind, and
the query that gives (id, op, key) from old_rows and new_rows.
It checks no permission: a trigger runs for whoever may change the table.
Raises: nothing$$;

do $$
declare
    v_one record;
begin
    -- A loop over tables and events: triggers are made one statement each.
    for v_one in
        select
            mark.table_name, mark.kind, event.event,
            case event.event
                when 'insert' then 'referencing new table as new_rows'
                when 'update' then 'referencing old table as old_rows new table as new_rows'
                else 'referencing old table as old_rows'
            end as seen,
            replace(
                replace(mark.query, '{event}', event.event),
                '{rows}', case event.event when 'delete' then 'old_rows' else 'new_rows' end
            ) as query
        from (
            values
            (
                'customer', 'customer', array['insert', 'update', 'delete'],
                'select one.customer_id, ''{event}'', one.customer_no from {rows} as one'
            ),
            (
                'customer_term', 'customer', array['insert', 'update', 'delete'],
                'select distinct one.customer_id, ''update'', null from {rows} as one'
            ),
            (
                'customer_in_group', 'customer', array['insert', 'update', 'delete'],
                'select distinct one.customer_id, ''update'', null from {rows} as one'
            ),
            (
                'contract', 'contract', array['insert', 'update', 'delete'],
                'select one.contract_id, ''{event}'', one.contract_no from {rows} as one'
            ),
            (
                'contract_term', 'contract', array['insert', 'update', 'delete'],
                'select distinct one.contract_id, ''update'', null from {rows} as one'
            ),
            (
                'contract_line', 'contract', array['insert', 'update', 'delete'],
                'select distinct one.contract_id, ''update'', null from {rows} as one'
            ),
            (
                'line_term', 'contract', array['insert', 'update', 'delete'],
                'select distinct line.contract_id, ''update'', null from {rows} as one
                inner join billing.contract_line as line on line.contract_line_id = one.contract_line_id'
            ),
            (
                'subscriber_number', 'contract', array['insert', 'update', 'delete'],
                'select distinct line.contract_id, ''update'', null from {rows} as one
                inner join billing.contract_line as line on line.contract_line_id = one.contract_line_id'
            ),
            (
                'invoice', 'invoice', array['insert'],
                'select one.invoice_id, ''insert'', null from {rows} as one where one.state <> ''draft'''
            ),
            (
                'invoice', 'invoice', array['update'],
                'select one.invoice_id, case old.state when ''draft'' then ''insert'' else ''update'' end,
                null from {rows} as one inner join old_rows as old on old.invoice_id = one.invoice_id
                where one.state <> ''draft'''
            ),
            (
                'open_item', 'invoice', array['update'],
                'select distinct one.invoice_id, ''update'', null from {rows} as one
                where one.invoice_id is not null'
            ),
            (
                'payment', 'payment', array['insert', 'update'],
                'select one.payment_id, ''{event}'', null from {rows} as one'
            ),
            (
                'credit_block', 'block', array['insert', 'update'],
                'select one.credit_block_id, ''{event}'', null from {rows} as one'
            )
        ) as mark (table_name, kind, events, query)
        cross join lateral unnest(mark.events) as event (event)
    loop
        execute format(
            'create trigger %I after %s on billing.%I %s
            for each statement execute function billing.tg_change_mark(%L, %L)',
            '_95_mark_' || v_one.event, v_one.event, v_one.table_name, v_one.seen, v_one.kind, v_one.query
        );
    end loop;
end
$$;

-- Sentences -------------------------------------------------------------------------------------------------

insert into billing.message (code, language, sentence, hint) values
(
    'LB919', 'en', 'The cursor {after} is none of this database''s.',
    'Take a new one (changes without a cursor give it), and read everything once more.'
),
(
    'LB919', 'sv', 'Läsmärket {after} är inte från den här databasen.',
    'Ta ett nytt (ändringar utan läsmärke ger det), och läs allt en gång till.'
),
('LB920', 'en', 'There are no changes of kind {what}.', 'There are: {known}.'),
('LB920', 'sv', 'Det finns inga ändringar av slaget {what}.', 'Det finns: {known}.'),
(
    'LB734', 'en', 'Payment {key} was handed over before with another {what}: {before}, now {now}.',
    'A key names one payment. Give another payment a key of its own.'
),
(
    'LB734', 'sv', 'Betalningen {key} har lämnats förut med annat innehåll ({what}): {before}, nu {now}.',
    'En nyckel är en enda betalning. Ge en annan betalning en egen nyckel.'
),
('LB735', 'en', 'The amount of a payment must be more than 0, not {amount}.', null),
('LB735', 'sv', 'Beloppet för en betalning måste vara större än 0, inte {amount}.', null),
(
    'LB736', 'en', 'Reference {reference} is of customer {payer}, not of {customer}.',
    'Give one of them only.'
),
(
    'LB736', 'sv', 'Referensen {reference} hör till kunden {payer}, inte till {customer}.',
    'Ange bara en av dem.'
),
(
    'LB737', 'en', 'No account of the operator receives {currency}.',
    'Bankgiro, plusgiro and IBAN stand in operator.csv, others in payment_sources.csv.'
),
(
    'LB737', 'sv', 'Inget av operatörens konton tar emot {currency}.',
    'Bankgiro, plusgiro och IBAN står i operator.csv, andra i payment_sources.csv.'
),
('LB738', 'en', 'A payment that is handed over needs a key.', 'The other system''s own number for it.'),
(
    'LB738', 'sv', 'En betalning som lämnas över behöver en nyckel.',
    'Det andra systemets eget nummer för den.'
);
