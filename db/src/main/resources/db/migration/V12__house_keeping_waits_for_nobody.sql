set local role trainyard_owner;
set local search_path to trainyard;

-- Making a partition and dropping one lock the whole table. Behind one that waits for a long reader, a dump say, everybody would queue who
-- records an event: rather it gives up, and is tried again.
alter function ensure_partitions() set lock_timeout = '3s';

-- As before, but for that, and that an execution without an end goes too, once its attempt has one: its process died, and another went on.
create or replace function prune() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp set lock_timeout = '3s' as $$
declare
    month record;
    old   bigint[];
begin
    perform pg_advisory_xact_lock(hashtext('trainyard.prune'));
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
