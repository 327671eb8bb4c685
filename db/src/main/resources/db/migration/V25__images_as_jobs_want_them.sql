set local role trainyard_owner;
set local search_path to trainyard;

-- What a job says by --pull is asked of a host before the job is placed there, too: docs/adr/0005.
alter table host_image add column begun_at timestamptz, add column pulled_at timestamptz;
comment on table host_image is 'Whether a host has an image, by its name in requests; "NAME --pull always": pulled anew, "NAME --pull never": without a pull. No row: nobody has asked.';
comment on column host_image.begun_at is 'When the fetch began that is under way, or was the last.';
comment on column host_image.pulled_at is 'Of --pull always: when the pull began that brought it. A job that came later wants it pulled again.';

alter table worker add column heeds_pull boolean not null default false;
comment on column worker.heeds_pull is 'Whether its process acts on rows of host_image with --pull. One of an earlier release has its attempts see to it.';
