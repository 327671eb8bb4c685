set local role trainyard_owner;
set local search_path to trainyard;

-- Each part of the house-keeping is a transaction of its own, so that a table that somebody keeps locked puts off nothing but its own months.
-- The whole of before is made of the parts: workers of an earlier release call it.

create function ensure_partitions(of_table text) returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    month date;
begin
    perform from turn where name = 'partitions' for update;
    for month in select generate_series(date_trunc('month', clock_timestamp() at time zone 'UTC'),
                                        date_trunc('month', clock_timestamp() at time zone 'UTC') + interval '3 months',
                                        interval '1 month')::date loop
        execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
                       of_table || to_char(month, '_YYYY_MM'), of_table,
                       month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
    end loop;
end $$;
revoke all on function ensure_partitions(text) from public;
grant execute on function ensure_partitions(text) to trainyard_server, trainyard_worker;

create or replace function ensure_partitions() returns void
    language sql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s'
    as $$ select trainyard.ensure_partitions(t) from unnest(array['job_event', 'host_event', 'log_chunk', 'metric']) t $$;

create function drop_old_months(of_table text) returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    month record;
begin
    perform from turn where name = 'prune' for update;
    for month in
        select c.relname as name, to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' as ends
        from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace
        where n.nspname = 'trainyard' and p.relname = of_table
    loop
        -- No other table is dropped: of those, what is kept is null.
        if month.ends < (clock_timestamp() at time zone 'UTC')
                - (select case of_table when 'log_chunk' then keep_logs when 'metric' then keep_metrics end from installation) then
            execute format('drop table %I', month.name);
        end if;
    end loop;
end $$;
revoke all on function drop_old_months(text) from public;
grant execute on function drop_old_months(text) to trainyard_server, trainyard_worker;

create function prune_journal() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    old bigint[];
begin
    perform from turn where name = 'prune' for update;
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
revoke all on function prune_journal() from public;
grant execute on function prune_journal() to trainyard_server, trainyard_worker;

create or replace function prune() returns void
    language sql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s'
    as $$
        select trainyard.drop_old_months('log_chunk');
        select trainyard.drop_old_months('metric');
        select trainyard.prune_journal();
    $$;
