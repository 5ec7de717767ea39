-- Entry points of logic that run with the owner's rights may be called by every level: each asks
-- access.require first.
do $$
declare
    v_function regprocedure;
begin
    -- A loop, because GRANT takes no query; the roles are the levels of DESIGN.md 3.
    for v_function in
        select proc.oid::regprocedure
        from pg_catalog.pg_proc as proc
        where proc.pronamespace = 'logic'::regnamespace and proc.prosecdef
    loop
        execute format(
            'grant execute on function %s to leissner_admin, leissner_pricing, leissner_sales, '
            'leissner_support, leissner_finance, leissner_credit, leissner_seller, leissner_customer, leissner_report, '
            'leissner_auditor, leissner_batch, leissner_integration',
            v_function
        );
    end loop;
end;
$$;
