set local role trainyard_owner;
set local search_path to trainyard;

-- Images that hosts are to have, before anything is placed that needs them: docs/adr/0005.
create table host_image (
    worker_id   uuid not null references worker,
    reference   text not null,
    state       text not null check (state in ('WANTED', 'FETCHING', 'PRESENT', 'FAILED')),
    said        text,
    cause       text,
    failed_at   timestamptz,
    next_try_at timestamptz,
    wanted_at   timestamptz not null default clock_timestamp(),
    primary key (worker_id, reference),
    check (state <> 'FAILED' or (cause is not null and failed_at is not null and said is not null))
);
comment on table host_image is 'Whether a host has an image, by its name in requests. No row: nobody has asked.';
comment on column host_image.said is 'How far a fetch is, or why it failed.';
comment on column host_image.next_try_at is 'Of a failure. Null: it is for good, until a job that came later wants the image.';
comment on column host_image.wanted_at is 'When a job last waited for it, to within half a minute.';
create index host_image_to_do on host_image (worker_id) where state <> 'PRESENT';
create index host_image_of_reference on host_image (reference);
grant select on host_image to trainyard_server;
grant select, insert, update, delete on host_image to trainyard_worker;

alter table worker add column fetches_images boolean not null default false;
comment on column worker.fetches_images is 'Whether its process acts on host_image. One of an earlier release does not.';
