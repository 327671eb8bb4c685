set local role trainyard_owner;
set local search_path to trainyard;

alter table attempt add column kill_requested_at timestamptz,
                    add column kill_at timestamptz;
comment on column attempt.kill_requested_at is 'When somebody asked to kill it, whatever is left of its grace period.';
comment on column attempt.kill_at is 'When its grace period is over: written with stop_signalled_at, so that a restart of the worker adds nothing to it.';

alter table attempt add column refused_by uuid;
comment on column attempt.refused_by is
    'The incarnation of the worker, if its host does not take the job: as long as the worker has it, the job is not placed there again. Null after a release.';
create index attempt_refused on attempt (job_id) where refused_by is not null;
