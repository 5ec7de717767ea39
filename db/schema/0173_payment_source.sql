-- Payments: where their files come from, and each file that came. Lock: none. Duration: under a second.

create table billing.payment_source (
    payment_source_id bigint generated always as identity,
    code text not null,
    protocol text not null,
    host text,
    port int,
    path text not null default '.',
    user_name text,
    secret text,
    format text,
    pattern text not null default '*',
    archive text,
    account text,
    currency text,
    pass_on text,
    quiet_seconds int not null default 2,
    is_enabled boolean not null default true,
    row_version int not null default 1,
    constraint payment_source_pk primary key (payment_source_id),
    constraint payment_source_code_uq unique (code),
    constraint payment_source_currency_fk foreign key (currency) references billing.currency (currency),
    constraint payment_source_code_ck check (code ~ '^[A-Za-z0-9_-][A-Za-z0-9._-]*$'),
    constraint payment_source_protocol_ck check (protocol in ('ftp', 'ftps', 'sftp', 'folder')),
    constraint payment_source_host_ck check (
        case protocol when 'folder' then host is null else coalesce(host, '') ~ '^[A-Za-z0-9.:_-]+$' end
    ),
    constraint payment_source_port_ck check (port between 1 and 65535),
    constraint payment_source_path_ck check (
        path <> '' and path || coalesce(user_name, '') || coalesce(archive, '') !~ '[[:cntrl:]]'
    ),
    constraint payment_source_folder_ck check (
        (protocol <> 'folder' or path like '/%') and pass_on like '/%'
    ),
    constraint payment_source_secret_ck check (
        secret ~ '^[A-Za-z_][A-Za-z0-9_-]*$' and secret not in ('DATABASE_URL', 'PGPASSWORD')
    ),
    constraint payment_source_format_ck check (format ~ '^[a-z0-9_.]+$'),
    constraint payment_source_quiet_seconds_ck check (quiet_seconds between 0 and 120)
);
create index payment_source_currency_ix on billing.payment_source (currency);

comment on table billing.payment_source is 'Servers and folders from which payment files are fetched.';
comment on column billing.payment_source.payment_source_id is 'Surrogate key, inside only.';
comment on column billing.payment_source.code is 'Short name, of its folder too.';
comment on column billing.payment_source.protocol is 'ftp, ftps, sftp or folder.';
comment on column billing.payment_source.host is 'The server; NULL for a folder of this machine.';
comment on column billing.payment_source.port is 'NULL: the protocol''s own.';
comment on column billing.payment_source.path is
    'The folder: from where the login begins, or from the root where it begins with /.';
comment on column billing.payment_source.user_name is 'Who logs in; NULL: as the machine is set up.';
comment on column billing.payment_source.secret is
    'Name of the environment variable, or of the file in HOME/secrets, that holds the password or the '
    'private key; never the secret itself.';
comment on column billing.payment_source.format is 'Format of its files; NULL: each is recognised.';
comment on column billing.payment_source.pattern is
    'Which names are payment files, with * and ?; several with semicolons.';
comment on column billing.payment_source.archive is
    'Folder on the server into which files go that are done; NULL: they stay.';
comment on column billing.payment_source.account is
    'Our account that its files are for: bankgiro or IBAN; NULL: one of the operator''s.';
comment on column billing.payment_source.currency is 'Currency of that account; NULL: the operator''s.';
comment on column billing.payment_source.pass_on is
    'Folder into which its files are handed on unread; NULL: they are loaded here.';
comment on column billing.payment_source.quiet_seconds is
    'How long a file must keep its size before it is taken.';
comment on column billing.payment_source.is_enabled is 'no: it is fetched only when it is named.';
comment on column billing.payment_source.row_version is
    'Rises by one with each change; a save with an older one is refused.';
comment on constraint payment_source_pk on billing.payment_source is 'The key of a payment source is unique.';
comment on constraint payment_source_code_uq on billing.payment_source is
    'There is a payment source with that code already.';
comment on constraint payment_source_currency_fk on billing.payment_source is
    'The currency must be in currencies.';
comment on constraint payment_source_code_ck on billing.payment_source is
    'The code of a payment source is letters, digits and . _ - only, and does not begin with a point.';
comment on constraint payment_source_protocol_ck on billing.payment_source is
    'The protocol must be ftp, ftps, sftp or folder.';
comment on constraint payment_source_host_ck on billing.payment_source is
    'A server needs the name of its host alone, a folder has none.';
comment on constraint payment_source_port_ck on billing.payment_source is 'A port is 1 to 65535.';
comment on constraint payment_source_path_ck on billing.payment_source is
    'Path, user and archive must be one line.';
comment on constraint payment_source_folder_ck on billing.payment_source is
    'A folder of this machine is named from the root.';
comment on constraint payment_source_secret_ck on billing.payment_source is
    'The secret is named, as a variable or file is; the password itself never stands here.';
comment on constraint payment_source_format_ck on billing.payment_source is
    'The format is a name such as bgmax.';
comment on constraint payment_source_quiet_seconds_ck on billing.payment_source is
    'The quiet time is 0 to 120 seconds.';

create trigger _10_row_version before update on billing.payment_source
for each row execute function access.tg_row_version();

create table billing.payment_fetch (
    payment_fetch_id bigint generated always as identity,
    payment_source_id bigint not null,
    name text not null,
    size bigint not null,
    stamp text,
    digest bytea not null,
    state text not null default 'fetched',
    reason text,
    fetched_at timestamptz not null default clock_timestamp(),
    decided_at timestamptz,
    archived_at timestamptz,
    constraint payment_fetch_pk primary key (payment_fetch_id),
    constraint payment_fetch_file_uq unique (payment_source_id, name, digest),
    constraint payment_fetch_source_fk foreign key (payment_source_id)
        references billing.payment_source (payment_source_id),
    constraint payment_fetch_state_ck check (
        state in ('fetched', 'loaded', 'rejected', 'passed_on', 'repeated')
    ),
    constraint payment_fetch_size_ck check (size > 0),
    constraint payment_fetch_digest_ck check (length(digest) = 32),
    constraint payment_fetch_decided_ck check ((state = 'fetched') = (decided_at is null)),
    constraint payment_fetch_archived_ck check (archived_at is null or state not in ('fetched', 'rejected'))
);
create index payment_fetch_digest_ix on billing.payment_fetch (digest);
create index payment_fetch_open_ix on billing.payment_fetch (payment_source_id)
where state in ('fetched', 'rejected');

comment on table billing.payment_fetch is
'Each file that came from a payment source, with its hash and what became of it.';
comment on column billing.payment_fetch.payment_fetch_id is 'Surrogate key.';
comment on column billing.payment_fetch.payment_source_id is 'Where it came from.';
comment on column billing.payment_fetch.name is 'Its name there.';
comment on column billing.payment_fetch.size is 'Bytes.';
comment on column billing.payment_fetch.stamp is
    'The server''s mark of its last change, as the server writes it; NULL: it tells none.';
comment on column billing.payment_fetch.digest is 'SHA-256 of its bytes.';
comment on column billing.payment_fetch.state is
    'fetched, then one of loaded, rejected, passed_on; repeated: the same bytes came before.';
comment on column billing.payment_fetch.reason is
    'Why it was rejected, why it still waits, or what else is to say.';
comment on column billing.payment_fetch.fetched_at is 'When it was here whole.';
comment on column billing.payment_fetch.decided_at is 'When it was decided what becomes of it.';
comment on column billing.payment_fetch.archived_at is 'When it went into the server''s archive.';
comment on constraint payment_fetch_pk on billing.payment_fetch is 'A fetched file is identified by its id.';
comment on constraint payment_fetch_file_uq on billing.payment_fetch is
    'The same bytes under the same name are one file.';
comment on constraint payment_fetch_source_fk on billing.payment_fetch is 'The payment source must exist.';
comment on constraint payment_fetch_state_ck on billing.payment_fetch is
    'The state must be fetched, loaded, rejected, passed_on or repeated.';
comment on constraint payment_fetch_size_ck on billing.payment_fetch is 'A payment file is not empty.';
comment on constraint payment_fetch_digest_ck on billing.payment_fetch is 'A SHA-256 has 32 bytes.';
comment on constraint payment_fetch_decided_ck on billing.payment_fetch is
    'A file is fetched until it is decided what becomes of it.';
comment on constraint payment_fetch_archived_ck on billing.payment_fetch is
    'Only what is done goes into the archive.';
comment on index billing.payment_fetch_digest_ix is 'Did these bytes come before?';
comment on index billing.payment_fetch_open_ix is 'What is not loaded yet, or was rejected.';

select access.staff_open(
    'billing.payment_source', array['support', 'credit', 'auditor'], array['finance', 'batch']
);
select access.staff_open(
    'billing.payment_fetch', array['support', 'finance', 'credit', 'auditor', 'batch'], '{}'
);
select audit.enable('billing.payment_source');
select audit.enable('billing.payment_fetch');

insert into billing.message (code, language, sentence)
select con.conname, 'sv', told.swedish
from (
    values
    ('payment_source_code_uq', 'Det finns redan en betalningskälla med den koden.'),
    ('payment_source_currency_fk', 'Valutan måste finnas bland valutorna.'),
    (
        'payment_source_code_ck',
        'En betalningskällas kod är bara bokstäver, siffror och . _ - och börjar inte med punkt.'
    ),
    ('payment_source_protocol_ck', 'Protokollet ska vara ftp, ftps, sftp eller folder.'),
    ('payment_source_host_ck', 'En server behöver bara sitt värdnamn, en mapp har inget.'),
    ('payment_source_port_ck', 'En port är 1 till 65535.'),
    ('payment_source_path_ck', 'Sökväg, användare och arkiv ska vara en rad.'),
    ('payment_source_folder_ck', 'En mapp på den här maskinen anges från roten.'),
    (
        'payment_source_secret_ck',
        'Hemligheten anges med namn, som en variabel eller fil; själva lösenordet står aldrig här.'
    ),
    ('payment_source_format_ck', 'Formatet är ett namn som bgmax.'),
    ('payment_source_quiet_seconds_ck', 'Vilotiden är 0 till 120 sekunder.'),
    ('payment_fetch_file_uq', 'Samma innehåll under samma namn är en fil.'),
    ('payment_fetch_source_fk', 'Betalningskällan måste finnas.'),
    (
        'payment_fetch_state_ck',
        'Tillståndet ska vara fetched, loaded, rejected, passed_on eller repeated.'
    ),
    ('payment_fetch_size_ck', 'En betalningsfil är inte tom.'),
    ('payment_fetch_digest_ck', 'En SHA-256 har 32 byte.'),
    ('payment_fetch_decided_ck', 'En fil är fetched tills det är avgjort vad som blir av den.'),
    ('payment_fetch_archived_ck', 'Bara det som är klart går till arkivet.')
) as told (name, swedish)
inner join pg_catalog.pg_constraint as con on told.name = con.conname
where con.connamespace = 'billing'::regnamespace;

insert into billing.message (code, language, sentence, hint) values
('LB640', 'en', 'There is no payment source {source}; known are: {known}.',
'leissner import payment_sources.csv brings new ones.'),
('LB640', 'sv', 'Det finns ingen betalningskälla {source}; kända är: {known}.',
'leissner import payment_sources.csv lägger till nya.');
