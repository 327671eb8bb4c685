set local role trainyard_owner;
set local search_path to trainyard;

-- Why the engine did not create or start the container. Clients choose their exit code by it, as docker run does.
alter table attempt add column start_refusal text;

create or replace view history.attempts as
select a.id                                 as attempt_id,
       a.job_id,
       j.name                               as job_name,
       j.team,
       a.number,
       a.state,
       a.cause,
       without_logins(a.detail)             as detail,
       a.exit_code,
       a.oom_killed,
       w.name                               as worker,
       w.host,
       (select array_agg(r.key order by r.key) from reservation r
        where r.attempt_id = a.id and r.kind = 'DEVICE') as devices,
       a.image_digest,
       without_logins(a.argv)               as argv,
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
       a.exited_at - a.started_at           as run_time,
       a.start_refusal
from attempt a
join job j on j.id = a.job_id
join worker w on w.id = a.worker_id;
