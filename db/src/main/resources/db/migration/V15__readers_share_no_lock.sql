-- Whoever may run SQL may take any advisory lock and name any channel. So the product's locks are rows, its channels have a name that only its
-- own roles know, and the server runs people's queries as a role of its own.

do $$
begin
    if not exists (select from pg_roles where rolname = 'trainyard_sql') then
        create role trainyard_sql login;
    end if;
    -- Only who belongs to a role may end its sessions: end_long_readers() does, as the owner.
    grant trainyard_reader, trainyard_sql to trainyard_owner;
end $$;

set local role trainyard_owner;
set local search_path to trainyard;

-- What only one process at a time does.
create table turn (
    name   text primary key,
    holder uuid,
    until  timestamptz
);
comment on table turn is
    'Whose turn it is. A turn that lasts one transaction is the lock of its row; a longer one has a holder, and lasts until it is not renewed.';
insert into turn (name) values ('plan'), ('events'), ('partitions'), ('prune');
grant select, update on turn to trainyard_worker;

create table key_lock (
    key bigint primary key
);
comment on table key_lock is 'Always empty to others: see lock_keys.';
alter table key_lock set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

-- Locks what may have no row yet, until the transaction ends: whoever inserts a key waits for a transaction that has inserted it, even though it
-- has deleted it again. In the order of the keys, so that two who lock several do not wait for each other.
create function lock_keys(keys text[]) returns void
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
begin
    insert into key_lock select distinct hashtextextended(k, 0) from unnest(keys) k order by 1;
    delete from key_lock where key in (select hashtextextended(k, 0) from unnest(keys) k);
end $$;
revoke all on function lock_keys(text[]) from public;
grant execute on function lock_keys(text[]) to trainyard_server, trainyard_worker;

alter table installation add column channel uuid not null default gen_random_uuid();
comment on column installation.channel is 'Part of the names of the channels of NOTIFY, since anyone may notify a channel whose name he knows.';

-- A reader can switch off the limits that its role comes with, so that somebody has to look: ends what a statement or a transaction of a reader
-- takes longer, what stands still within a transaction, and what does nothing at all.
create function end_long_readers(busy interval, standing interval, idle interval) returns bigint
    language sql security definer set search_path = pg_catalog, pg_temp
    return (
        select count(*) filter (where pg_terminate_backend(pid)) from pg_stat_activity
        where (usename = 'trainyard_sql' or pg_has_role(usesysid, 'trainyard_reader', 'member'))
          -- The server is a member of the reader as well, and administrators of everything.
          and pg_has_role('trainyard_owner', usesysid, 'usage')
          and case state
                  when 'idle' then state_change < clock_timestamp() - idle
                  when 'active' then least(query_start, xact_start) < clock_timestamp() - busy
                  else state_change < clock_timestamp() - standing or xact_start < clock_timestamp() - busy
              end);
revoke all on function end_long_readers(interval, interval, interval) from public;
grant execute on function end_long_readers(interval, interval, interval) to trainyard_worker;

-- The server's queries.
grant usage on schema history to trainyard_sql;
grant select on all tables in schema history to trainyard_sql;
alter default privileges in schema history grant select on tables to trainyard_sql;

-- Both as before, but for the lock.
create or replace function ensure_partitions() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    parent text;
    month  date;
begin
    perform from turn where name = 'partitions' for update;
    foreach parent in array array['job_event', 'host_event', 'log_chunk', 'metric'] loop
        for month in select generate_series(date_trunc('month', clock_timestamp() at time zone 'UTC'),
                                            date_trunc('month', clock_timestamp() at time zone 'UTC') + interval '3 months',
                                            interval '1 month')::date loop
            execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
                           parent || to_char(month, '_YYYY_MM'), parent,
                           month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        end loop;
    end loop;
end $$;

create or replace function prune() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    month record;
    old   bigint[];
begin
    perform from turn where name = 'prune' for update;
    for month in
        select c.relname as name, p.relname as parent, to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' as ends
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace
        where n.nspname = 'trainyard' and p.relname in ('log_chunk', 'metric')
    loop
        if month.ends < (clock_timestamp() at time zone 'UTC')
                - (select case month.parent when 'log_chunk' then keep_logs else keep_metrics end from installation) then
            execute format('drop table %I', month.name);
        end if;
    end loop;

    -- Nothing depends on these rows: what an attempt did is in its own. So many at a time, and the rest when it is called again.
    select array_agg(job_instance_id) into old from (
        select i.job_instance_id from batch.batch_job_instance i
        where not exists (select from batch.batch_job_execution e
                          where e.job_instance_id = i.job_instance_id
                            and (e.last_updated > (clock_timestamp() at time zone 'UTC') - interval '7 days'
                                 or e.end_time is null and exists (
                                        select from batch.batch_job_execution_params p
                                        where p.job_execution_id = e.job_execution_id
                                          and p.parameter_value in (select a.id::text from attempt a where a.state <> 'ENDED'))))
          and exists (select from batch.batch_job_execution e where e.job_instance_id = i.job_instance_id)
        order by i.job_instance_id limit 10000) i;
    delete from batch.batch_step_execution_context where step_execution_id in (
        select step_execution_id from batch.batch_step_execution where job_execution_id in (
            select job_execution_id from batch.batch_job_execution where job_instance_id = any(old)));
    delete from batch.batch_step_execution where job_execution_id in (
        select job_execution_id from batch.batch_job_execution where job_instance_id = any(old));
    delete from batch.batch_job_execution_context where job_execution_id in (
        select job_execution_id from batch.batch_job_execution where job_instance_id = any(old));
    delete from batch.batch_job_execution_params where job_execution_id in (
        select job_execution_id from batch.batch_job_execution where job_instance_id = any(old));
    delete from batch.batch_job_execution where job_instance_id = any(old);
    delete from batch.batch_job_instance where job_instance_id = any(old);
end $$;
