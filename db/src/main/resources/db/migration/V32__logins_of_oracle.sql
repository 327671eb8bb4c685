-- Oracle's addresses have the login before the at sign, and no slashes before it: jdbc:oracle:thin:user/password@//host.
set local role trainyard_owner;
set local search_path to trainyard;

create or replace function without_logins(text text) returns text
    language sql immutable parallel safe
    return regexp_replace(text, '(?:([/\\]{2,})\S*|(jdbc:oracle:[a-z0-9]{1,20}:)\S+)@', '\1\2***@', 'g');

create or replace function without_logins(value jsonb) returns jsonb
    language sql immutable parallel safe
    return case
        when value::text !~ '([/\\]{2}|jdbc:oracle:).*@' then value
        when jsonb_typeof(value) = 'string' then
            to_jsonb(regexp_replace(value #>> '{}', '(?:([/\\]{2,}).*|(jdbc:oracle:[a-z0-9]{1,20}:).+)@', '\1\2***@'))
        when jsonb_typeof(value) = 'array' then (
            select jsonb_agg(trainyard.without_logins(e.element) order by e.n) from jsonb_array_elements(value) with ordinality e (element, n))
        when jsonb_typeof(value) = 'object' then (
            select jsonb_object_agg(
                       regexp_replace(f.key, '(?:([/\\]{2,}).*|(jdbc:oracle:[a-z0-9]{1,20}:).+)@', '\1\2***@'),
                       trainyard.without_logins(f.value))
            from jsonb_each(value) f)
        else value
    end;
