-- What a value is cannot be told by the name of its variable. So the history shows no values of variables but those that the request declares to be
-- public, and of addresses not what comes before the @.
set local role trainyard_owner;
set local search_path to trainyard;

create function without_logins(text text) returns text
    language sql immutable parallel safe
    return regexp_replace(text, '://[^/\s]*@', '://', 'g');

-- Twice, since a body that is bound when it is written needs the function that it calls: for readers the schema does not exist.
create function without_logins(value jsonb) returns jsonb
    language sql immutable parallel safe
    return value;
create or replace function without_logins(value jsonb) returns jsonb
    language sql immutable parallel safe
    return case
        when value::text !~ '://[^/]*@' then value
        when jsonb_typeof(value) = 'string' then to_jsonb(trainyard.without_logins(value #>> '{}'))
        when jsonb_typeof(value) = 'array' then (
            select jsonb_agg(trainyard.without_logins(e.element) order by e.n) from jsonb_array_elements(value) with ordinality e (element, n))
        when jsonb_typeof(value) = 'object' then (
            select jsonb_object_agg(f.key, trainyard.without_logins(f.value)) from jsonb_each(value) f)
        else value
    end;

-- A request that lacks something says so by a field that no message may have: published again, it would run with something else.
create function marked(shown jsonb, original jsonb) returns jsonb
    language sql immutable parallel safe
    return case when shown = original then shown else shown || '{"masked": true}' end;

-- Null for values that are not shown: no message may have that either.
create function masked_variables(variables jsonb, public jsonb) returns jsonb
    language sql immutable parallel safe
    return (
        select coalesce(jsonb_object_agg(key, case when coalesce(public ? key, false) then value else 'null' end), '{}')
        from jsonb_each(variables));

create or replace function masked(request jsonb) returns jsonb
    language sql immutable parallel safe
    return (
        select trainyard.marked(trainyard.without_logins(
            case when jsonb_typeof(r.shown #> '{image,build,args}') = 'object'
                 then jsonb_set(r.shown, '{image,build,args}',
                                trainyard.masked_variables(r.shown #> '{image,build,args}', request #> '{run,publicVariables}'))
                 else r.shown end), request)
        from (select case when jsonb_typeof(request #> '{run,environment}') = 'object'
                          then jsonb_set(request, '{run,environment}',
                                         trainyard.masked_variables(request #> '{run,environment}', request #> '{run,publicVariables}'))
                          else request end as shown) r);

create or replace view history.jobs as
select j.id                                 as job_id,
       j.name,
       j.team,
       j.submitted_by,
       without_logins(j.labels)             as labels,
       j.priority,
       j.state,
       j.attempts,
       j.retries_spent,
       j.last_cause,
       without_logins(j.hold_reason)        as hold_reason,
       without_logins(j.waiting_because)    as waiting_because,
       j.cancel_requested_at,
       j.accepted_at,
       j.queued_at,
       j.not_before,
       j.ended_at,
       masked(j.request)                    as request,
       encode(j.digest, 'hex')              as digest
from job j;

create or replace view history.attempts as
select a.id                                 as attempt_id,
       a.job_id,
       j.name                               as job_name,
       j.team,
       a.number,
       a.state,
       a.cause,
       without_logins(a.detail)             as detail,
       a.exit_code,
       a.oom_killed,
       w.name                               as worker,
       w.host,
       (select array_agg(r.key order by r.key) from reservation r
        where r.attempt_id = a.id and r.kind = 'DEVICE') as devices,
       a.image_digest,
       without_logins(a.argv)               as argv,
       a.container_name,
       a.container_id,
       a.outputs_location,
       a.outputs_state,
       a.stop_reason,
       a.reserved_at,
       a.begun_at,
       a.image_ready_at,
       a.created_at,
       a.started_at,
       a.exited_at,
       a.ended_at,
       a.exited_at - a.started_at           as run_time
from attempt a
join job j on j.id = a.job_id
join worker w on w.id = a.worker_id;

create or replace view history.events as
select job_id, seq, at, type, attempt_id, without_logins(data) as data from job_event;

create or replace view history.queue as
select row_number() over (order by priority desc, queued_at, id) as place,
       id as job_id, name, team, priority, queued_at, not_before, attempts, without_logins(waiting_because) as waiting_because
from job
where state = 'QUEUED';

create or replace view history.rejected as
select id, rejected_at, topic, partition, record_offset, job_id, without_logins(reason) as reason from rejected_request;

create or replace view history.drafts as
select d.name, d.version, d.digest, without_logins(d.params) as params, d.source, d.created_at, d.created_by, d.removed_at, d.removed_by,
       (select count(*) from job_draft j where j.name = d.name and j.version = d.version) as trainings
from model_draft d;

-- Parameters are arguments of the command, which is shown.
create or replace view history.trainings as
select t.job_id, t.name as draft, t.version, without_logins(coalesce(t.published -> 'params', '{}')) as params,
       marked(without_logins(t.published), t.published) as published
from job_draft t;

create or replace view history.webhook_calls as
select c.job_id, j.name as job_name, c.seq, c.type, c.at, c.tries, without_logins(c.last_error) as last_error,
       case when c.given_up_at is null then c.next_try_at end as next_try_at, c.given_up_at
from webhook_call c
left join job j on j.id = c.job_id;

-- What is published, and what the webhook is told.
create or replace function tell_of_job() returns trigger
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
declare
    shown jsonb := without_logins(new.data);
begin
    insert into outbox (job_id, seq, at, type, attempt_id, data)
    values (new.job_id, new.seq, new.at, new.type, new.attempt_id, shown);
    if new.type in ('job.ended', 'job.held') then
        insert into webhook_call (job_id, seq, at, type, attempt_id, data)
        select new.job_id, new.seq, new.at, new.type, new.attempt_id, shown from installation where webhook_url is not null;
    end if;
    return null;
end $$;

create or replace function tell_of_host() returns trigger
    language plpgsql security definer set search_path = trainyard, pg_temp as $$
begin
    insert into outbox (worker_id, at, type, data) values (new.worker_id, new.at, new.type, without_logins(new.data));
    return null;
end $$;

drop function masked_variables(jsonb);
