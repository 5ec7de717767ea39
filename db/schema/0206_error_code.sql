-- The errors that people and other systems meet, as one list. Lock: none. Duration: a moment.

create view billing.error_code with (security_invoker = true) as
select
    message.code,
    message.sentence,
    message.hint
from billing.message as message
where message.code ~ '^LB[0-9]{3}$' and message.language = 'en'
order by message.code;

comment on view billing.error_code is
    'Every error code, as web, SOAP and command line give it, in English.';
comment on column billing.error_code.code is 'The code: LB1 price, LB2 discount, LB3 rating, LB4 credit …';
comment on column billing.error_code.sentence is 'What is wrong; {field} is filled in.';
comment on column billing.error_code.hint is 'What to do about it.';
