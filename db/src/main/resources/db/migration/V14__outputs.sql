set local role trainyard_owner;
set local search_path to trainyard;

-- A container may mount folders of its host. Those in which Trainyard and the engine keep their own files it may not, also those of
-- another worker of that host.
alter table worker add column own_folders text[] not null default '{}';
comment on column worker.own_folders is
    'Folders of its host in which this worker, what runs in its process, or its container engine keeps files.';

-- A named place of outputs may be given to one attempt after another.
alter table attempt drop constraint attempt_outputs_state_check;
alter table attempt add constraint attempt_outputs_state_check
    check (outputs_state in ('COMPLETE', 'INCOMPLETE', 'SUPERSEDED'));
alter table attempt add column outputs_superseded_by uuid references attempt;
comment on column attempt.outputs_superseded_by is
    'The attempt that wrote over files of this one''s manifest, or removed them. The manifest says what they were.';

-- While an attempt runs, its outputs are looked at now and then.
alter table attempt add column outputs_seen_at timestamptz;
comment on column attempt.outputs_seen_at is
    'When the recorded outputs were last brought up to date. Until the attempt has ended they have no digests.';

create view history.output_places as
select a.id as attempt_id, a.job_id, a.number, a.state as attempt_state, a.outputs_location, a.outputs_state, a.outputs_seen_at,
       b.job_id as superseded_by_job, b.number as superseded_by_number
from attempt a
left join attempt b on b.id = a.outputs_superseded_by;
grant select on history.output_places to trainyard_reader, trainyard_server, trainyard_worker;
