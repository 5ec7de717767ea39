-- 50_usage/what_if: a draft list or a ring to try out, handed to the pricing functions by simulation only.

create type logic.what_if as (
    price_list_id bigint, parent_id bigint, ring_id bigint, is_without boolean, period daterange
);
comment on type logic.what_if is
'What simulation pretends on the days of `period`: that the draft list stands right before its parent '
'wherever that is searched, that the ring holds (or, is_without, does not). NULL everywhere else.';

create function logic.ring_period(p_ring_id bigint, p_valid daterange, p_what_if logic.what_if)
returns daterange
language sql immutable parallel safe
return case
    when p_ring_id is distinct from (p_what_if).ring_id then p_valid
    when (p_what_if).is_without then 'empty'::daterange
    else (p_what_if).period
end;

comment on function logic.ring_period(bigint, daterange, logic.what_if) is
$$Days on which a ring holds: its own, but for the ring that is tried out.
Example: select logic.ring_period(1, '[2026-11-01,)', row(null, null, 1, false, '[2026-10-01,2026-11-01)'))
Raises: nothing$$;
