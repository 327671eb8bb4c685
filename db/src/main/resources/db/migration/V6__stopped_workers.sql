set local role trainyard_owner;
set local search_path to trainyard;

alter table worker drop constraint worker_state_check;
alter table worker add constraint worker_state_check check (state in ('ACTIVE', 'STOPPED', 'LOST', 'FORGOTTEN'));
comment on column worker.state is 'STOPPED: its process ended politely; registering makes it ACTIVE again.';

-- SUSPECT is derived: a worker that fell silent cannot say so.
create function shown_state(state text, renewed_at timestamptz) returns text
    language sql stable parallel safe
    return case when state = 'ACTIVE' and (renewed_at is null or renewed_at <= clock_timestamp() - interval '30 seconds')
                then 'SUSPECT' else state end;

create or replace view history.workers as
select w.id as worker_id, w.name, w.host, trainyard.shown_state(w.state, l.renewed_at) as state, w.version, w.cpus, w.memory_bytes,
       w.run_slots, w.outputs_root, w.registered_at, l.renewed_at as last_seen_at,
       (select count(*) from attempt a where a.worker_id = w.id and a.state <> 'ENDED') as live_attempts
from worker w
left join worker_lease l on l.worker_id = w.id;

create or replace view history.gpus as
select d.key as device, d.index, d.kind, d.type, d.memory_bytes, d.unhealthy_because,
       d.offered and trainyard.shown_state(w.state, l.renewed_at) = 'ACTIVE' as offered,
       w.name as worker, w.host, r.attempt_id, a.job_id, r.reserved_at,
       trainyard.shown_state(w.state, l.renewed_at) as worker_state
from device d
join worker w on w.id = d.worker_id
left join worker_lease l on l.worker_id = w.id
left join reservation r on r.kind = 'DEVICE' and r.key = d.key and r.released_at is null
left join attempt a on a.id = r.attempt_id;
