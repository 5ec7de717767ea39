-- SOAP: what an API key may do, answers kept so that a repeated request does nothing twice, the sentences of
-- its faults. Lock: access.api_key, a moment. Duration: a moment.

alter table access.api_key
add column operations text[],
add column addresses cidr[],
add column rate_limit int,
add constraint api_key_operations_ck check (cardinality(operations) > 0),
add constraint api_key_addresses_ck check (cardinality(addresses) > 0),
add constraint api_key_rate_ck check (rate_limit > 0);

comment on column access.api_key.operations is
    'Operations, or services as a whole, that it may call; NULL is all of its level.';
comment on column access.api_key.addresses is 'Addresses and networks it may be used from; NULL is any.';
comment on column access.api_key.rate_limit is 'Requests a minute; NULL is without limit.';
comment on constraint api_key_operations_ck on access.api_key is
    'Name at least one operation, or none to allow all.';
comment on constraint api_key_addresses_ck on access.api_key is
    'Name at least one address, or none to allow all.';
comment on constraint api_key_rate_ck on access.api_key is 'The limit must be one request a minute or more.';

create table access.request (
    app_user_id bigint not null,
    request_id text not null,
    operation text not null,
    digest bytea not null,
    answer text,
    made_at timestamptz not null default now(),
    constraint request_pk primary key (app_user_id, request_id),
    constraint request_user_fk foreign key (app_user_id) references access.app_user,
    constraint request_id_ck check (length(request_id) between 1 and 200),
    constraint request_digest_ck check (length(digest) = 32)
);

create index request_made_ix on access.request (made_at);

comment on table access.request is
    'Writing requests that came with an id of the caller''s, and what was answered: the same one again gets '
    'the same answer and does nothing. Kept for 30 days.';
comment on column access.request.app_user_id is 'Whose request.';
comment on column access.request.request_id is 'The caller''s id of it.';
comment on column access.request.operation is 'The operation.';
comment on column access.request.digest is 'SHA-256 of its arguments.';
comment on column access.request.answer is 'What was answered, as XML; NULL while it works.';
comment on column access.request.made_at is 'When it was made.';
comment on constraint request_pk on access.request is 'A caller uses a request id once.';
comment on constraint request_user_fk on access.request is 'The request must belong to a user.';
comment on constraint request_id_ck on access.request is 'A request id has 1 to 200 characters.';
comment on constraint request_digest_ck on access.request is 'The digest must be a SHA-256.';

-- Requests of nobody we know are logged too.
grant execute on function audit.event_add(text, text, jsonb) to leissner_web;

select access.staff_open('access.request', array['auditor'], array[]::text[]);

insert into audit.exempt (table_name, why) values
('access.request', 'Machinery: what requests do is logged where they do it, and each request as an event.');

insert into billing.message (code, language, sentence, hint) values
(
    'LB930', 'en',
    'Log in with HTTP Basic, an API key or a UsernameToken: name, password or key is missing or wrong.', null
),
(
    'LB930', 'sv',
    'Logga in med HTTP Basic, API-nyckel eller UsernameToken: namn, lösenord eller nyckel saknas '
    'eller är fel.',
    null
),
('LB931', 'en', 'This API key may not call {operation}.', 'Ask for the operation to be added to the key.'),
('LB931', 'sv', 'API-nyckeln får inte anropa {operation}.', 'Be om att åtgärden läggs till på nyckeln.'),
(
    'LB932', 'en',
    'This API key may not be used from {address}.',
    'Ask for the address to be added to the key.'
),
('LB932', 'sv', 'API-nyckeln får inte användas från {address}.', 'Be om att adressen läggs till på nyckeln.'),
('LB933', 'en', 'This API key may make {limit} requests a minute: try again in {seconds} seconds.', null),
('LB933', 'sv', 'API-nyckeln får göra {limit} anrop i minuten: försök igen om {seconds} sekunder.', null),
(
    'LB934', 'en',
    'The request id {request_id} was used for another request on {day}.',
    'Give each request an id of its own.'
),
('LB934', 'sv', 'Anrops-id {request_id} användes till ett annat anrop {day}.', 'Ge varje anrop ett eget id.'),
('LB935', 'en', 'There is none with {what}.', null),
('LB935', 'sv', 'Det finns ingen med {what}.', null),
('LB936', 'en', '{what}', null),
('LB936', 'sv', '{what}', null),
('LB937', 'en', 'The data does not allow it: {what}', null),
('LB937', 'sv', 'Uppgifterna tillåter det inte: {what}', null),
('LB938', 'en', 'A value cannot be read: {what}', null),
('LB938', 'sv', 'Ett värde kan inte läsas: {what}', null),
('LB939', 'en', 'You may not do this at your permission level.', null),
('LB939', 'sv', 'Din behörighet räcker inte till det.', null),
('LB940', 'en', 'The request is larger than {limit} bytes.', 'Send less at once; calls in bulk go as files.'),
(
    'LB940', 'sv',
    'Anropet är större än {limit} byte.',
    'Skicka mindre åt gången; samtal i mängd går som filer.'
),
(
    'LB941', 'en',
    'The request has a DTD or an entity, which SOAP does not allow.',
    'Leave out <!DOCTYPE and <!ENTITY.'
),
(
    'LB941', 'sv',
    'Anropet har en DTD eller en entitet, vilket SOAP inte tillåter.',
    'Utelämna <!DOCTYPE och <!ENTITY.'
),
('LB942', 'en', 'The request is not in UTF-8.', 'Send text/xml; charset=utf-8.'),
('LB942', 'sv', 'Anropet är inte i UTF-8.', 'Skicka text/xml; charset=utf-8.'),
('LB943', 'en', 'SOAP requests are sent with POST, not {method}.', 'The WSDL is at ?wsdl.'),
('LB943', 'sv', 'SOAP-anrop skickas med POST, inte {method}.', 'WSDL:en finns på ?wsdl.'),
('LB944', 'en', 'The request is not XML that can be read: {why}.', null),
('LB944', 'sv', 'Anropet är inte läsbar XML: {why}.', null),
('LB945', 'en', 'The request is not a SOAP 1.1 envelope: {why}.', 'The WSDL at ?wsdl says what is expected.'),
('LB945', 'sv', 'Anropet är inte ett SOAP 1.1-kuvert: {why}.', 'WSDL:en på ?wsdl säger vad som väntas.'),
('LB946', 'en', 'There is no operation {operation}.', 'The WSDL at ?wsdl has all operations.'),
('LB946', 'sv', 'Det finns ingen åtgärd {operation}.', 'WSDL:en på ?wsdl har alla åtgärder.'),
('LB947', 'en', 'The request does not fit the WSDL: {why}.', null),
('LB947', 'sv', 'Anropet stämmer inte med WSDL:en: {why}.', null),
('LB948', 'en', 'The content type {type} is not taken.', 'Send text/xml; charset=utf-8.'),
('LB948', 'sv', 'Innehållstypen {type} tas inte emot.', 'Skicka text/xml; charset=utf-8.'),
('LB949', 'en', 'Something went wrong on our side; it is in the log as {log_id}.', 'Tell us this number.'),
('LB949', 'sv', 'Något gick fel hos oss; det står i loggen som {log_id}.', 'Uppge numret till oss.'),
('LB950', 'en', 'Someone else is changing the same data.', 'Send the request once more.'),
('LB950', 'sv', 'Någon annan ändrar samma uppgifter.', 'Skicka anropet en gång till.'),
('LB951', 'en', 'This took too long and was stopped.', 'Ask for less at once.'),
('LB951', 'sv', 'Det tog för lång tid och avbröts.', 'Fråga efter mindre åt gången.'),
('LB952', 'en', 'The database does not answer.', 'Send the request again in a moment.'),
('LB952', 'sv', 'Databasen svarar inte.', 'Skicka anropet igen om en stund.');
