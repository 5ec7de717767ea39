-- Where the time of a benchmark went: the dearest statements, those inside functions included.
select
    round((total_exec_time / 1000)::numeric, 2) as seconds,
    calls,
    rows,
    left(regexp_replace(query, '\s+', ' ', 'g'), 110) as statement
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database())
order by total_exec_time desc
limit 20
