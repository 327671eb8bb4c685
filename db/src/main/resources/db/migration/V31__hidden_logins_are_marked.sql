-- Where a login was hidden, the text says so, wherever it stands: a part of a request has no other mark, and published again it would run
-- with another value. Messages with this mark are refused.
set local role trainyard_owner;
set local search_path to trainyard;

create or replace function without_logins(text text) returns text
    language sql immutable parallel safe
    return regexp_replace(text, '([/\\]{2,})\S*@', '\1***@', 'g');

create or replace function without_logins(value jsonb) returns jsonb
    language sql immutable parallel safe
    return case
        when value::text !~ '[/\\]{2}.*@' then value
        when jsonb_typeof(value) = 'string' then to_jsonb(regexp_replace(value #>> '{}', '([/\\]{2,}).*@', '\1***@'))
        when jsonb_typeof(value) = 'array' then (
            select jsonb_agg(trainyard.without_logins(e.element) order by e.n) from jsonb_array_elements(value) with ordinality e (element, n))
        when jsonb_typeof(value) = 'object' then (
            select jsonb_object_agg(regexp_replace(f.key, '([/\\]{2,}).*@', '\1***@'), trainyard.without_logins(f.value))
            from jsonb_each(value) f)
        else value
    end;
