-- The four roles. They are the cluster's, not the database's, so they may be there already.
-- Without a password nobody logs in by password: the operator sets one (docs/operating.md); the embedded server
-- trusts its loopback.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['trainyard_owner', 'trainyard_server', 'trainyard_worker', 'trainyard_reader'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            execute format('create role %I %s', role_name,
                           case role_name when 'trainyard_owner' then 'nologin' else 'login' end);
        end if;
    end loop;
    if not pg_has_role(current_user, 'trainyard_owner', 'usage') then
        execute format('grant trainyard_owner to %I', current_user);
    end if;
    -- The server runs people's SQL as the reader.
    if not pg_has_role('trainyard_server', 'trainyard_reader', 'member') then
        grant trainyard_reader to trainyard_server;
    end if;
end $$;

alter role trainyard_reader set default_transaction_read_only = on;
alter role trainyard_reader set statement_timeout = '30s';

do $$
begin
    execute format('grant create on database %I to trainyard_owner', current_database());
end $$;

create schema trainyard authorization trainyard_owner;
create schema history authorization trainyard_owner;
create schema batch authorization trainyard_owner;

grant usage on schema trainyard, batch to trainyard_worker;
grant usage on schema trainyard to trainyard_server;
grant usage on schema history to trainyard_server, trainyard_worker, trainyard_reader;

-- Workers and servers check that the schema's version lies in their range.
grant usage on schema migrations to trainyard_server, trainyard_worker;
grant select on migrations.schema_version to trainyard_server, trainyard_worker;
