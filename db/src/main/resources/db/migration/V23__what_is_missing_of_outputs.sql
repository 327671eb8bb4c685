set local role trainyard_owner;
set local search_path to trainyard;

-- A list that was cut says so.
alter table attempt add column outputs_missing text;
comment on column attempt.outputs_missing is 'What is not recorded of its outputs and curves, and why. Null: nothing is missing that could be read.';

create or replace view history.output_places as
select a.id as attempt_id, a.job_id, a.number, a.state as attempt_state, a.outputs_location, a.outputs_state, a.outputs_seen_at,
       b.job_id as superseded_by_job, b.number as superseded_by_number, a.outputs_missing
from attempt a
left join attempt b on b.id = a.outputs_superseded_by;
