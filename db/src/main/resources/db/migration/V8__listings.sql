set local role trainyard_owner;
set local search_path to trainyard;

-- Without the devices of workers that are FORGOTTEN: nothing of them can be had again.
create or replace view history.gpus as
select d.key as device, d.index, d.kind, d.type, d.memory_bytes, d.unhealthy_because,
       d.offered and trainyard.shown_state(w.state, l.renewed_at) = 'ACTIVE' as offered,
       w.name as worker, w.host, r.attempt_id, a.job_id, r.reserved_at,
       trainyard.shown_state(w.state, l.renewed_at) as worker_state
from device d
join worker w on w.id = d.worker_id
left join worker_lease l on l.worker_id = w.id
left join reservation r on r.kind = 'DEVICE' and r.key = d.key and r.released_at is null
left join attempt a on a.id = r.attempt_id
where w.state <> 'FORGOTTEN';
