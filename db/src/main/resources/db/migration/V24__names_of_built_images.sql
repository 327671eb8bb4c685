-- The name that a build gives means its image to jobs of its team alone, and is no name of the engine: docs/adr/0006.
set local role trainyard_owner;
set local search_path to trainyard;

drop table image_name;

-- By engine, since several workers can share one. A row stays when the image is removed: its name does not come to mean that of a registry.
create table built_name (
    engine_id text not null,
    team      text not null,
    name      text not null,
    image_id  text not null,
    named_at  timestamptz not null default clock_timestamp(),
    primary key (engine_id, team, name)
);
create index built_name_of_job on built_name (name, team);
comment on table built_name is 'The image that a name means to jobs of a team on an engine, since a build of the team gave it. Team: empty for jobs without one. The name is in full: docker.io/library/x:latest.';
grant select, delete on built_name to trainyard_server;
grant select, insert, update on built_name to trainyard_worker;

create view history.built_names as
select w.name as worker, nullif(b.team, '') as team, b.name, b.image_id, b.named_at
from built_name b
join worker w on w.engine_id = b.engine_id
where w.state <> 'FORGOTTEN';
grant select on history.built_names to trainyard_reader, trainyard_sql, trainyard_server, trainyard_worker;
