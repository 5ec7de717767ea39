-- Invoices: where deliveries go. Lock: none. Duration: under a second.

insert into billing.setting (name, value) values ('print_house', null), ('einvoice_folder', null);
