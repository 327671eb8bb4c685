set local role trainyard_owner;
set local search_path to trainyard;

-- Which account sent a request over a server's socket. A server writes it before it publishes the request, intake reads it when it accepts the
-- request with this digest, and after an hour it is removed. No worker and no record of Kafka can claim an account.
create table submission (
    job_id       uuid        not null,
    digest       bytea       not null,
    account      text        not null, -- the account that the kernel named
    submitted_at timestamptz not null default clock_timestamp(),
    primary key (job_id, digest)
);
grant select, insert, delete on submission to trainyard_server;
grant select on submission to trainyard_worker;

alter table job add column account text;
comment on column job.account is
    'the account that sent the request over the socket of a server, and that may see its hidden values; null: unknown, so only root may';
