-- Customers list the documents they were sent, with as many decimals as the currency has: they may read what
-- currencies there are. Lock: policies of currencies, for a moment. Duration: nothing.

select access.scope_open('billing.currency', 'customer', '(select access.has_level(''customer''))');
