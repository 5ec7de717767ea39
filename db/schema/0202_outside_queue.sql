-- Numbers to ask about, in a queue: what waits is looked through once for all of them. Lock: lookups, while
-- they are few. Duration: under a second.

alter table billing.lookup drop constraint lookup_state_ck;
alter table billing.lookup add constraint lookup_state_ck check (
    state in ('waiting', 'asking', 'known', 'unknown', 'refused', 'failed')
);
comment on constraint lookup_state_ck on billing.lookup is
'The state must be waiting, asking, known, unknown, refused or failed.';
comment on column billing.lookup.state is
'waiting: to be asked about; asking: being asked about, by nobody any more after next_at; known: a customer '
'was named, and has the number now; unknown: the outside system does not know it; refused: what it said '
'cannot be so here; failed: it gave no answer that can be read.';

create index lookup_queue_ix on billing.lookup (kind, number, day) where state in ('waiting', 'asking');
comment on index billing.lookup_queue_ix is 'What is to be asked.';
