set local role trainyard_owner;
set local search_path to trainyard;

-- The process that said that it stops: whatever it had in hand did not end it.
alter table worker add column let_go uuid;

-- Which process has the attempt in hand, since when, and how many of them in a row ended unexpectedly with it. A suspect is tried for a while,
-- and rests before.
alter table attempt
    add column in_hands_of uuid,
    add column in_hands_since timestamptz,
    add column worker_deaths int not null default 0,
    add column trial interval not null default '0',
    add column rests_until timestamptz;

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
       a.start_refusal,
       a.worker_deaths,
       a.rests_until
from attempt a
join job j on j.id = a.job_id
join worker w on w.id = a.worker_id;
