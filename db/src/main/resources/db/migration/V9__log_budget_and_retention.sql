set local role trainyard_owner;
set local search_path to trainyard;

alter table log_chunk add column dropped_bytes bigint;
comment on column log_chunk.dropped_bytes is
    'Of the chunk that stands for what was dropped of a log that grew beyond its budget: how much that was. The outputs have all of it.';
grant delete on log_chunk to trainyard_worker;

alter table installation add column keep_logs interval not null default interval '6 months' check (keep_logs > interval '0');
alter table installation add column keep_metrics interval not null default interval '2 years' check (keep_metrics > interval '0');
comment on column installation.keep_logs is 'Months of logs that ended longer ago are dropped. The outputs keep the whole logs.';

-- Runs as the owner, since planners call it: drops whole months, and what Batch has written about executions that are long over.
create function prune() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
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
                            and (e.end_time is null or e.last_updated > (clock_timestamp() at time zone 'UTC') - interval '7 days'))
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
revoke all on function prune() from public;
grant execute on function prune() to trainyard_server, trainyard_worker;
