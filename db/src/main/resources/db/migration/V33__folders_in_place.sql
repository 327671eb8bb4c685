set local role trainyard_owner;
set local search_path to trainyard;

-- Files and folders of a submitter that a job may mount in place: a server saw the submitter on its socket. Each is for the one request
-- with this digest, and for the worker of the machine where they are. Only servers write grants, so that no worker can give itself one.
create table in_place_grant (
    job_id     uuid        primary key,
    digest     bytea       not null,
    worker_id  uuid        not null,
    granted_to text        not null, -- the account that the kernel named
    places     text[]      not null, -- absolute paths
    granted_at timestamptz not null default clock_timestamp()
);
grant select, insert, delete on in_place_grant to trainyard_server;
grant select on in_place_grant to trainyard_worker;

-- Null: any worker may run the job.
alter table job add column only_worker uuid;
