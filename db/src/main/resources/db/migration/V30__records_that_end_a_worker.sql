set local role trainyard_owner;
set local search_path to trainyard;

-- From which record a process takes a partition in, and how many processes in a row ended before they had taken in any from there.
create table intake_start (
    topic         text        not null,
    partition     int         not null,
    record_offset bigint      not null,
    incarnation   uuid        not null,
    deaths        int         not null default 0,
    at            timestamptz not null default clock_timestamp(),
    primary key (topic, partition)
);
grant select, insert, update, delete on intake_start to trainyard_worker;
