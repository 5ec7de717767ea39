-- operation_field: what arguments and columns of operations mean, where no column of a table has their name
-- or where its comment says something else. Callers: the WSDL.

create function logic.operation_field()
returns table (owner text, name text, says text)
language sql immutable parallel safe rows 200
begin atomic
    select field.owner, field.name, field.says
    from (values
        (null, 'words', 'Words to search for; å is as good as a.')
    ) as field (owner, name, says);
end;

comment on function logic.operation_field() is $$What arguments and columns of operations mean: of one
function (owner), or of all where owner is NULL.
Example: select name, says from logic.operation_field() where owner is null
Raises: nothing$$;
