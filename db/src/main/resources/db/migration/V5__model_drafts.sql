set local role trainyard_owner;
set local search_path to trainyard;

-- A kind of model and how it is trained. A version never changes; one that is removed keeps its number.
create table model_draft (
    name       text not null,
    version    int not null check (version > 0),
    compose    text not null,
    params     jsonb not null check (jsonb_typeof(params) = 'array'),
    source     text check (source like 'sha256:%'),
    digest     text not null,
    created_at timestamptz not null default clock_timestamp(),
    created_by text,
    removed_at timestamptz,
    removed_by text,
    primary key (name, version)
);
comment on column model_draft.compose is 'The compose file, complete but for the arguments of its command.';
comment on column model_draft.params is 'A list, since the declared order is the order on the command line. Empty: it takes any.';
comment on column model_draft.source is 'Digest of the build context, where the image is built.';
comment on column model_draft.digest is 'Of the content: the same content again is the same version.';

-- Beside the jobs whose message named a draft. job.request is what it came to: that is what every reader of it runs.
create table job_draft (
    job_id    uuid primary key references job on delete cascade,
    name      text not null,
    version   int not null,
    published jsonb not null,
    foreign key (name, version) references model_draft
);
create index job_draft_of_model on job_draft (name, version);
comment on column job_draft.published is 'The message as it was published, whose digest is the job''s.';
comment on column job.request is 'The message as it was published; of one that named a draft, what the draft made of it.';

-- Without the compose file: its variables may hold secrets.
create view history.drafts as
select d.name, d.version, d.digest, d.params, d.source, d.created_at, d.created_by, d.removed_at, d.removed_by,
       (select count(*) from job_draft j where j.name = d.name and j.version = d.version) as trainings
from model_draft d;

create view history.trainings as
select t.job_id, t.name as draft, t.version, p.params, t.published || jsonb_build_object('params', p.params) as published
from job_draft t
cross join lateral (select trainyard.masked_variables(coalesce(t.published -> 'params', '{}')) as params) p;

grant select on model_draft, job_draft to trainyard_server, trainyard_worker;
grant insert on model_draft to trainyard_server;
grant update (removed_at, removed_by) on model_draft to trainyard_server;
grant insert on job_draft to trainyard_worker;
grant select on history.drafts, history.trainings to trainyard_reader, trainyard_server, trainyard_worker;
