-- The public contract: within a major version a view may gain columns, never change or lose one.
set local role trainyard_owner;
set local search_path to trainyard;

-- Values of variables whose names look secret never leave: their name stays.
create function masked_variables(variables jsonb) returns jsonb
    language sql immutable parallel safe
    return (
        select coalesce(jsonb_object_agg(key, case when key ~* '(TOKEN|SECRET|PASSWORD|_KEY$)' then '"***"' else value end), '{}')
        from jsonb_each(variables));

create function masked(request jsonb) returns jsonb
    language sql immutable parallel safe
    return (
        select case when jsonb_typeof(r.request #> '{image,build,args}') = 'object'
                    then jsonb_set(r.request, '{image,build,args}', trainyard.masked_variables(r.request #> '{image,build,args}'))
                    else r.request end
        from (select case when jsonb_typeof(request #> '{run,environment}') = 'object'
                          then jsonb_set(request, '{run,environment}', trainyard.masked_variables(request #> '{run,environment}'))
                          else request end as request) r);

create view history.jobs as
select j.id                                 as job_id,
       j.name,
       j.team,
       j.submitted_by,
       j.labels,
       j.priority,
       j.state,
       j.attempts,
       j.retries_spent,
       j.last_cause,
       j.hold_reason,
       j.waiting_because,
       j.cancel_requested_at,
       j.accepted_at,
       j.queued_at,
       j.not_before,
       j.ended_at,
       masked(j.request)                    as request,
       encode(j.digest, 'hex')              as digest
from job j;

create view history.attempts as
select a.id                                 as attempt_id,
       a.job_id,
       j.name                               as job_name,
       j.team,
       a.number,
       a.state,
       a.cause,
       a.detail,
       a.exit_code,
       a.oom_killed,
       w.name                               as worker,
       w.host,
       (select array_agg(r.key order by r.key) from reservation r
        where r.attempt_id = a.id and r.kind = 'DEVICE') as devices,
       a.image_digest,
       a.argv,
       a.container_name,
       a.container_id,
       a.outputs_location,
       a.outputs_state,
       a.stop_reason,
       a.reserved_at,
       a.begun_at,
       a.image_ready_at,
       a.created_at,
       a.started_at,
       a.exited_at,
       a.ended_at,
       a.exited_at - a.started_at           as run_time
from attempt a
join job j on j.id = a.job_id
join worker w on w.id = a.worker_id;

create view history.steps as
select a.id as attempt_id, a.job_id, s.step, s.started_at, s.ended_at, s.ended_at - s.started_at as duration
from attempt a
cross join lateral (values
    ('reserve',   a.reserved_at,    coalesce(a.begun_at, a.ended_at)),
    ('image',     a.begun_at,       coalesce(a.image_ready_at, a.ended_at)),
    ('container', a.image_ready_at, coalesce(a.exited_at, a.ended_at)),
    ('outputs',   a.exited_at,      a.ended_at)) as s (step, started_at, ended_at)
where s.started_at is not null;

create view history.gpu_reservations as
select r.attempt_id, a.job_id, j.team, d.key as device, d.type, d.kind, w.name as worker, w.host,
       r.reserved_at, r.released_at
from reservation r
join attempt a on a.id = r.attempt_id
join job j on j.id = a.job_id
join device d on d.key = r.key
join worker w on w.id = r.worker_id
where r.kind = 'DEVICE';

create view history.gpu_hours as
select job_id, team, worker, type,
       sum(extract(epoch from coalesce(released_at, clock_timestamp()) - reserved_at)) / 3600.0 as gpu_hours
from history.gpu_reservations
group by job_id, team, worker, type;

create view history.outputs as
select o.attempt_id, a.job_id, a.number, o.path, o.kind, o.size_bytes, encode(o.sha256, 'hex') as sha256, o.modified_at,
       a.outputs_location || '/' || o.path as location
from output_file o
join attempt a on a.id = o.attempt_id;

create view history.metrics as
select m.attempt_id, a.job_id, m.run, m.tag, m.step, m.value, m.wall_time
from metric m
join attempt a on a.id = m.attempt_id;

create view history.events as
select job_id, seq, at, type, attempt_id, data from job_event;

create view history.workers as
select w.id as worker_id, w.name, w.host, w.state, w.version, w.cpus, w.memory_bytes, w.run_slots, w.outputs_root,
       w.registered_at, l.renewed_at as last_seen_at,
       (select count(*) from attempt a where a.worker_id = w.id and a.state <> 'ENDED') as live_attempts
from worker w
left join worker_lease l on l.worker_id = w.id;

create view history.gpus as
select d.key as device, d.index, d.kind, d.type, d.memory_bytes, d.unhealthy_because, d.offered,
       w.name as worker, w.host, r.attempt_id, a.job_id, r.reserved_at
from device d
join worker w on w.id = d.worker_id
left join reservation r on r.kind = 'DEVICE' and r.key = d.key and r.released_at is null
left join attempt a on a.id = r.attempt_id;

create view history.queue as
select row_number() over (order by priority desc, queued_at, id) as place,
       id as job_id, name, team, priority, queued_at, not_before, attempts, waiting_because
from job
where state = 'QUEUED';

create view history.rejected as
select id, rejected_at, topic, partition, record_offset, job_id, reason from rejected_request;

grant select on all tables in schema history to trainyard_reader, trainyard_server, trainyard_worker;
