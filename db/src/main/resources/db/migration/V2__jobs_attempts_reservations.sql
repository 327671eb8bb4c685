set local role trainyard_owner;
set local search_path to trainyard;

create table installation (
    only_one      boolean primary key default true check (only_one),
    id            uuid not null default gen_random_uuid(),
    created_at    timestamptz not null default clock_timestamp(),
    last_cycle    timestamptz,
    serving_since timestamptz not null default clock_timestamp()
);
comment on column installation.last_cycle is 'When a planner last finished a cycle.';
comment on column installation.serving_since is
    'Since when planners have been observing without a gap: silence and deadlines count from here at the earliest.';
insert into installation default values;

-- Workers ------------------------------------------------------------------------------------------------------------

create table worker (
    id              uuid primary key,
    name            text not null,
    host            text not null,
    state           text not null check (state in ('ACTIVE', 'LOST', 'FORGOTTEN')),
    incarnation     uuid,
    boot_id         text not null,
    lock_device     bigint not null,
    lock_inode      bigint not null,
    pid             bigint not null,
    pid_started_at  timestamptz not null,
    engine_id       text not null,
    cpus            numeric not null check (cpus > 0),
    memory_bytes    bigint not null check (memory_bytes > 0),
    run_slots       int not null check (run_slots > 0),
    outputs_root    text not null,
    version         text not null,
    registered_at   timestamptz not null default clock_timestamp()
);
comment on column worker.incarnation is 'One per start of the process. Null: nobody may write as this worker.';

-- In a row of its own, so that renewing it waits for nobody.
create table worker_lease (
    worker_id   uuid primary key references worker,
    incarnation uuid not null,
    renewed_at  timestamptz not null
);

create table device (
    key               text primary key,
    worker_id         uuid not null references worker,
    index             int not null,
    kind              text not null check (kind in ('GPU', 'MIG', 'SLOT')),
    type              text not null,
    memory_bytes      bigint check (memory_bytes > 0),
    unhealthy_because text,
    offered           boolean not null,
    first_seen_at     timestamptz not null default clock_timestamp(),
    changed_at        timestamptz not null default clock_timestamp()
);
create index device_of_worker on device (worker_id);
comment on column device.key is 'What the hardware calls itself: a GPU or MIG UUID; for a run slot worker id and number.';

create table host_event (
    at        timestamptz not null default clock_timestamp(),
    worker_id uuid not null,
    type      text not null,
    data      jsonb not null default '{}'
) partition by range (at);
create index host_event_of_worker on host_event (worker_id, at);

-- Jobs ---------------------------------------------------------------------------------------------------------------

create table job (
    id                  uuid primary key,
    name                text not null,
    team                text,
    submitted_by        text,
    labels              jsonb not null,
    priority            int not null check (priority between 0 and 1000),
    state               text not null
                        check (state in ('QUEUED', 'HELD', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
    request             jsonb not null,
    digest              bytea not null check (length(digest) = 32),
    submitted_at        timestamptz,
    accepted_at         timestamptz not null default clock_timestamp(),
    queued_at           timestamptz not null,
    not_before          timestamptz,
    hold_requested      boolean not null default false,
    hold_reason         text,
    cancel_requested_at timestamptz,
    cancel_requested_by text,
    attempts            int not null default 0,
    retries_spent       int not null default 0,
    free_in_a_row       int not null default 0,
    waiting_because     text,
    last_cause          text,
    ended_at            timestamptz,
    last_event          bigint not null default 0,
    check ((state in ('SUCCEEDED', 'FAILED', 'CANCELLED')) = (ended_at is not null)),
    check (waiting_because is null or state = 'QUEUED')
);
comment on column job.request is 'The message as it was published.';
comment on column job.queued_at is 'Age for the order of the queue; a retry keeps it, so that a job waits in its old place.';
comment on column job.last_event is 'Number of the last event, taken under this row''s lock.';

-- The planner reads its candidates from here, in this order: its cost does not grow with finished jobs.
create index job_queue on job (priority desc, queued_at, id) where state = 'QUEUED';
create index job_backing_off on job (not_before) where state = 'QUEUED' and not_before is not null;
create index job_newest on job (accepted_at desc, id);
-- Few among many: without it, a listing of them would read through all that have ended since.
create index job_live on job (state, accepted_at desc) where state in ('HELD', 'RUNNING');
create index job_of_team on job (team, accepted_at desc);

-- Outlives its job: a replayed record of a pruned job must not run again.
create table job_seen (
    job_id  uuid primary key,
    digest  bytea not null,
    seen_at timestamptz not null default clock_timestamp()
);

create table cancel_tombstone (
    job_id       uuid primary key,
    cancelled_by text,
    cancelled_at timestamptz not null default clock_timestamp()
);

create table rejected_request (
    id          bigint generated always as identity primary key,
    rejected_at timestamptz not null default clock_timestamp(),
    topic       text not null,
    partition   int not null,
    record_offset bigint not null,
    job_id      uuid,
    reason      text not null,
    payload     bytea not null,
    unique (topic, partition, record_offset)
);
create index rejected_request_of_job on rejected_request (job_id);
comment on column rejected_request.payload is 'The first 64 KiB of the record.';

create table job_event (
    job_id     uuid not null,
    seq        bigint not null,
    at         timestamptz not null default clock_timestamp(),
    type       text not null,
    attempt_id uuid,
    data       jsonb not null default '{}',
    primary key (job_id, seq, at)
) partition by range (at);

-- Attempts -----------------------------------------------------------------------------------------------------------

create table attempt (
    id                 uuid primary key,
    job_id             uuid not null references job,
    number             int not null check (number > 0),
    worker_id          uuid not null references worker,
    state              text not null check (state in ('RESERVED', 'PREPARING', 'RUNNING', 'COLLECTING', 'ENDED')),
    state_since        timestamptz not null default clock_timestamp(),
    cpus               numeric not null check (cpus >= 0),
    memory_bytes       bigint not null check (memory_bytes >= 0),
    stop_reason        text check (stop_reason in ('TIME_LIMIT', 'PREEMPTED', 'PREPARE_TIMEOUT', 'CANCELLED')),
    stop_requested_at  timestamptz,
    stop_signalled_at  timestamptz,
    reserved_at        timestamptz not null default clock_timestamp(),
    begun_at           timestamptz,
    image_ready_at     timestamptz,
    image_digest       text,
    created_at         timestamptz,
    container_id       text,
    container_name     text,
    started_at         timestamptz,
    engine_started_at  timestamptz,
    argv               jsonb,
    exited_at          timestamptz,
    engine_finished_at timestamptz,
    exit_code          int,
    oom_killed         boolean,
    engine_error       text,
    ended_at           timestamptz,
    cause              text,
    detail             text,
    outputs_location   text,
    outputs_state      text check (outputs_state in ('COMPLETE', 'INCOMPLETE')),
    unique (job_id, number),
    check ((state = 'ENDED') = (ended_at is not null)),
    check ((state = 'ENDED') = (cause is not null)),
    check (stop_signalled_at is null or stop_reason is not null),
    check (state not in ('RUNNING', 'COLLECTING') or (container_id is not null and started_at is not null))
);
comment on column attempt.engine_started_at is 'The engine host''s clock: evidence. Every other time is the database''s.';

-- What the code may get wrong, these two refuse: a second live attempt of a job, a thing reserved twice.
create unique index attempt_one_live_per_job on attempt (job_id) where state <> 'ENDED';
create index attempt_live_of_worker on attempt (worker_id) where state <> 'ENDED';
create index attempt_ended_newest on attempt (ended_at desc) where state = 'ENDED';

create table reservation (
    id          bigint generated always as identity primary key,
    kind        text not null check (kind in ('DEVICE', 'SLOT', 'PORT', 'LOCATION')),
    key         text not null,
    attempt_id  uuid not null references attempt,
    worker_id   uuid not null references worker,
    reserved_at timestamptz not null default clock_timestamp(),
    released_at timestamptz
);
create unique index reservation_exclusive on reservation (kind, key) where released_at is null;
create index reservation_held_of_worker on reservation (worker_id) where released_at is null;
create index reservation_of_attempt on reservation (attempt_id);
comment on column reservation.key is
    'DEVICE: the device''s key. SLOT, PORT, LOCATION: worker id, then slot number, protocol/port, or path.';

-- What an attempt leaves ---------------------------------------------------------------------------------------------

create table output_file (
    attempt_id  uuid not null references attempt,
    path        text not null,
    kind        text not null,
    size_bytes  bigint not null,
    sha256      bytea,
    modified_at timestamptz not null
);
-- A path may be longer than an index takes.
create unique index output_file_once on output_file (attempt_id, md5(path));

create table metric (
    attempt_id uuid not null,
    run        text not null,
    tag        text not null,
    step       bigint not null,
    value      double precision not null,
    wall_time  timestamptz not null,
    at         timestamptz not null default clock_timestamp()
) partition by range (at);
create index metric_of_attempt on metric (attempt_id, tag, step);

create table log_chunk (
    attempt_id    uuid not null,
    seq           bigint not null,
    at            timestamptz not null default clock_timestamp(),
    source        text not null check (source in ('IMAGE', 'CONTAINER', 'TRAINYARD')),
    text          text not null,
    resume_from   text,
    resume_count  int,
    primary key (attempt_id, seq, at)
) partition by range (at);
comment on column log_chunk.resume_from is
    'The engine''s timestamp of the last line, and how many lines with it were read: where a restarted worker goes on.';

create table blob (
    sha256     bytea primary key check (length(sha256) = 32),
    size_bytes bigint not null,
    stored_at  timestamptz not null default clock_timestamp()
);
comment on table blob is 'Build contexts. The row is written last: a blob without one is not there.';
create table blob_chunk (
    sha256 bytea not null,
    seq    int not null,
    data   bytea not null,
    primary key (sha256, seq)
);
-- Tars do not compress twice, and slices of them are read whole.
alter table blob_chunk alter column data set storage external;

-- Months -------------------------------------------------------------------------------------------------------------

-- Runs as the owner, since planners call it: partitions for this month and the next three.
create function ensure_partitions() returns void
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
declare
    parent text;
    month  date;
begin
    perform pg_advisory_xact_lock(hashtext('trainyard.ensure_partitions'));
    foreach parent in array array['job_event', 'host_event', 'log_chunk', 'metric'] loop
        for month in select generate_series(date_trunc('month', clock_timestamp() at time zone 'UTC'),
                                            date_trunc('month', clock_timestamp() at time zone 'UTC') + interval '3 months',
                                            interval '1 month')::date loop
            execute format('create table if not exists %I partition of %I for values from (%L) to (%L)',
                           parent || to_char(month, '_YYYY_MM'), parent,
                           month::timestamp at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        end loop;
    end loop;
end $$;
revoke all on function ensure_partitions() from public;
grant execute on function ensure_partitions() to trainyard_server, trainyard_worker;
select ensure_partitions();

-- Rights -------------------------------------------------------------------------------------------------------------

grant select on all tables in schema trainyard to trainyard_server, trainyard_worker;
grant insert, update on worker, worker_lease, device, job, job_seen, attempt, reservation, installation to trainyard_worker;
grant insert on host_event, job_event, rejected_request, cancel_tombstone, output_file, metric, log_chunk to trainyard_worker;
grant delete on output_file, metric, cancel_tombstone to trainyard_worker;
grant insert, update on cancel_tombstone to trainyard_server;
grant update on job, attempt to trainyard_server;
grant insert on job_event, blob, blob_chunk to trainyard_server;
grant delete on blob_chunk to trainyard_server;
