-- What a draft shows is a matter of taste: credits above this amount are listed, in the operator's
-- currency. Lock: settings, for one row. Duration: nothing.

insert into billing.setting (name, value) values ('bill_check_credit', '0');
