set local role trainyard_owner;
set local search_path to trainyard;

-- What is still to be published. What happened before this migration is not in it.
create table outbox (
    id         bigint generated always as identity primary key,
    job_id     uuid,
    worker_id  uuid,
    seq        bigint,
    at         timestamptz not null,
    type       text not null,
    attempt_id uuid,
    data       jsonb not null,
    check ((job_id is null) <> (worker_id is null)),
    check ((job_id is null) = (seq is null))
);
comment on column outbox.id is
    'Taken under the lock of the job''s row, and so in the order of its events. Of all others it says nothing: ids do not commit in their order.';
-- Rows come and go by the thousand, and it is read several times a second.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

alter table installation add column webhook_url text check (webhook_url ~ '^https?://');
comment on column installation.webhook_url is 'Whom to call when a job has ended or is held; null: nobody. Its secret is the servers'' alone.';

create table webhook_call (
    job_id      uuid not null,
    seq         bigint not null,
    at          timestamptz not null,
    type        text not null,
    attempt_id  uuid,
    data        jsonb not null,
    tries       int not null default 0,
    next_try_at timestamptz not null default clock_timestamp(),
    last_error  text,
    given_up_at timestamptz,
    primary key (job_id, seq)
);
create index webhook_call_due on webhook_call (next_try_at) where given_up_at is null;
comment on table webhook_call is 'Calls that nobody has taken yet.';

-- By triggers, so that nothing which writes an event can leave it out: also not a worker of the release before, while an upgrade is on its way.
create function tell_of_job() returns trigger
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
begin
    insert into outbox (job_id, seq, at, type, attempt_id, data)
    values (new.job_id, new.seq, new.at, new.type, new.attempt_id, new.data);
    if new.type in ('job.ended', 'job.held') then
        insert into webhook_call (job_id, seq, at, type, attempt_id, data)
        select new.job_id, new.seq, new.at, new.type, new.attempt_id, new.data from installation where webhook_url is not null;
    end if;
    return null;
end $$;
create trigger tell after insert on job_event for each row execute function tell_of_job();

create function tell_of_host() returns trigger
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
begin
    insert into outbox (worker_id, at, type, data) values (new.worker_id, new.at, new.type, new.data);
    return null;
end $$;
create trigger tell after insert on host_event for each row execute function tell_of_host();
revoke all on function tell_of_job(), tell_of_host() from public;

grant select, delete on outbox to trainyard_worker;
grant select, update, delete on webhook_call to trainyard_server;

create view history.unpublished as
select count(*) as events, min(at) as oldest_at from outbox;

create view history.webhook_calls as
select c.job_id, j.name as job_name, c.seq, c.type, c.at, c.tries, c.last_error,
       case when c.given_up_at is null then c.next_try_at end as next_try_at, c.given_up_at
from webhook_call c
left join job j on j.id = c.job_id;

grant select on history.unpublished, history.webhook_calls to trainyard_reader, trainyard_server, trainyard_worker;
