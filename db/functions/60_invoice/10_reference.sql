-- temp
create function logic.reference_make(p_kind text, p_number text) returns text language sql immutable return p_number;
