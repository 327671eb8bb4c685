set local role trainyard_owner;
set local search_path to trainyard;

-- A name is a handle: each command that is given one looks for it.
create index job_named on job (name, accepted_at desc, id);
create index job_of_person on job (submitted_by, accepted_at desc, id);
-- Ids of one minute begin alike, so that people name a job by the end of its id. (Its beginning is a range of the primary key.)
create index job_id_end on job (reverse(id::text) collate "C");
-- A listing shows rejected requests among the jobs, by time.
create index rejected_request_newest on rejected_request (rejected_at desc, job_id);
