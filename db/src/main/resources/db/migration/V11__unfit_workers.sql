set local role trainyard_owner;
set local search_path to trainyard;

alter table worker add column unfit_because text;
comment on column worker.unfit_because is
    'Why nothing is placed on it, as its own process sees it: its engine does not answer, its disk is full. Cleared by that process.';

create or replace view history.workers as
select w.id as worker_id, w.name, w.host, trainyard.shown_state(w.state, l.renewed_at) as state, w.version, w.cpus, w.memory_bytes,
       w.run_slots, w.outputs_root, w.registered_at, l.renewed_at as last_seen_at,
       (select count(*) from attempt a where a.worker_id = w.id and a.state <> 'ENDED') as live_attempts,
       w.unfit_because
from worker w
left join worker_lease l on l.worker_id = w.id;

create or replace view history.gpus as
select d.key as device, d.index, d.kind, d.type, d.memory_bytes, d.unhealthy_because,
       d.offered and w.unfit_because is null and trainyard.shown_state(w.state, l.renewed_at) = 'ACTIVE' as offered,
       w.name as worker, w.host, r.attempt_id, a.job_id, r.reserved_at,
       trainyard.shown_state(w.state, l.renewed_at) as worker_state
from device d
join worker w on w.id = d.worker_id
left join worker_lease l on l.worker_id = w.id
left join reservation r on r.kind = 'DEVICE' and r.key = d.key and r.released_at is null
left join attempt a on a.id = r.attempt_id
where w.state <> 'FORGOTTEN';
