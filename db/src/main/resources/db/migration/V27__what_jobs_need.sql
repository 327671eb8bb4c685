set local role trainyard_owner;
set local search_path to trainyard;

-- What the planner and the retry read of a request, written once when the request is accepted. Where they are missing, an earlier
-- release accepted the job; a planner then fills them in.
alter table job
    add column gpu_count integer, -- 0: none; -1: all of the host
    add column gpu_type text,
    add column gpu_memory_bytes bigint,
    add column gpu_ids text[],
    add column host_ports text[],
    add column location text,
    add column cpus numeric,
    add column memory_bytes bigint,
    add column image text,
    add column retry jsonb;

create index job_needs_missing on job (id) where retry is null and state in ('QUEUED', 'HELD', 'RUNNING');
