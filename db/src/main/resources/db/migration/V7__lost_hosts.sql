set local role trainyard_owner;
set local search_path to trainyard;

alter table installation add column host_lost_after interval not null default interval '5 minutes'
    check (host_lost_after > interval '0');
comment on column installation.host_lost_after is 'Silence, counted while planners were observing, after which a host is taken for lost.';

alter table worker add column lost_at timestamptz;
comment on column worker.lost_at is 'When it was last declared lost: so many a minute at most.';

alter table worker drop constraint worker_state_check;
alter table worker add constraint worker_state_check check (state in ('ACTIVE', 'DRAINING', 'STOPPED', 'LOST', 'FORGOTTEN'));
comment on column worker.state is
    'DRAINING: gets no new work and ends with its last training. STOPPED: its process ended politely. Registering makes both ACTIVE again.';

create or replace function shown_state(state text, renewed_at timestamptz) returns text
    language sql stable parallel safe
    return case when state in ('ACTIVE', 'DRAINING') and (renewed_at is null or renewed_at <= clock_timestamp() - interval '30 seconds')
                then 'SUSPECT' else state end;

alter table attempt add column lost_in text check (lost_in in ('RESERVED', 'PREPARING', 'RUNNING'));
alter table attempt add constraint attempt_lost_has_ended check (lost_in is null or cause = 'HOST_LOST');
comment on column attempt.lost_in is
    'The state in which its host was lost. While it still holds reservations, its worker may take it back into that state.';

-- Evidence for the verdict.
alter table attempt add column engine_lost boolean not null default false;
comment on column attempt.engine_lost is 'The engine or its host was restarted while the container ran, and the container did not outlive that.';
alter table attempt add column device_error text;
comment on column attempt.device_error is 'What was wrong with its devices when its container had ended.';

-- An operator declares a host dead through the server.
grant update on worker, reservation to trainyard_server;
grant delete on worker_lease to trainyard_server;
grant insert on host_event to trainyard_server;
