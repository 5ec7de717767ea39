-- Reports by the clock: what can be wrong with a schedule, and a word that no report may be called. Lock:
-- exclusive on the table of tailored reports for the check of a few rows. Duration: under a second.

alter table billing.tailored_report drop constraint tailored_report_name_ck;
alter table billing.tailored_report add constraint tailored_report_name_ck check (
    name ~ '^[a-z][a-z0-9_]{0,62}$'
    and name not in (
        'all', 'copy', 'delete', 'deliver', 'edit', 'list', 'save', 'schedule', 'share', 'show'
    )
);
comment on constraint tailored_report_name_ck on billing.tailored_report is
'A report''s name is a-z, 0-9 and _, begins with a letter, and is not a word of the command.';

insert into billing.message (code, language, sentence, hint) values
('LB690', 'en', 'Name where the report is to go.', 'E-mail addresses, one a line.'),
('LB690', 'sv', 'Ange vart rapporten ska skickas.', 'E-postadresser, en per rad.'),
(
    'LB691', 'en', '{place} is no e-mail address.',
    'Folders and servers (sftp://user@host/path) are named by an administrator.'
),
(
    'LB691', 'sv', '{place} är ingen e-postadress.',
    'Mappar och servrar (sftp://användare@värd/sökväg) anges av en administratör.'
),
(
    'LB692', 'en', 'By the clock {report} runs as level {level}, which it is not shared with.',
    'Share it with that level first.'
),
(
    'LB692', 'sv', 'Schemalagd körs {report} med behörigheten {level}, som den inte är delad med.',
    'Dela den med den behörigheten först.'
),
('LB693', 'en', 'There is no schedule {job} at your level.', null),
('LB693', 'sv', 'Det finns inget schema {job} för din behörighet.', null);
