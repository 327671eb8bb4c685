-- Passwords hold slashes, blanks and line breaks, and addresses are written //user@host and https:\/\/user@host as well. So what is hidden does not
-- end where a correct address would: too much rather than too little.
set local role trainyard_owner;
set local search_path to trainyard;

-- In a message, up to the last @ before the next blank, so that the rest of it can be read.
create or replace function without_logins(text text) returns text
    language sql immutable parallel safe
    return regexp_replace(text, '([/\\]{2,})\S*@', '\1', 'g');

-- In a value, up to its last @. In names as well: a label's is free.
create or replace function without_logins(value jsonb) returns jsonb
    language sql immutable parallel safe
    return case
        when value::text !~ '[/\\]{2}.*@' then value
        when jsonb_typeof(value) = 'string' then to_jsonb(regexp_replace(value #>> '{}', '([/\\]{2,}).*@', '\1'))
        when jsonb_typeof(value) = 'array' then (
            select jsonb_agg(trainyard.without_logins(e.element) order by e.n) from jsonb_array_elements(value) with ordinality e (element, n))
        when jsonb_typeof(value) = 'object' then (
            select jsonb_object_agg(regexp_replace(f.key, '([/\\]{2,}).*@', '\1'), trainyard.without_logins(f.value)) from jsonb_each(value) f)
        else value
    end;

-- What is still to be told was written by the rule before. Locked in the order in which events are written.
lock table outbox, webhook_call in share row exclusive mode;
update outbox set data = without_logins(data) where data <> without_logins(data);
update webhook_call set data = without_logins(data) where data <> without_logins(data);
