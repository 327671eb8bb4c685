set local role trainyard_owner;
set local search_path to trainyard;

-- A name can be moved to another image by anyone who can name images on the host; the id of an image is a digest of what is in it.
create table built_image (
    worker_id uuid not null references worker (id),
    content   text not null,
    image_id  text not null,
    built_at  timestamptz not null default clock_timestamp(),
    primary key (worker_id, content)
);
comment on table built_image is 'The id of the image that a worker built from a content (source, Dockerfile, arguments, target).';
grant select, insert, update on built_image to trainyard_worker;

-- By engine, since several workers can share one. A row stays when the image is removed: jobs of the team still name it.
create table image_name (
    engine_id text not null,
    name      text not null,
    team      text not null,
    taken_at  timestamptz not null default clock_timestamp(),
    primary key (engine_id, name)
);
comment on table image_name is 'The team whose build took the name of an image on an engine; empty: jobs without a team. The name is in full: docker.io/library/x:latest.';
grant select, insert on image_name to trainyard_worker;
