set local role trainyard_owner;
set local search_path to trainyard;

alter table attempt add column killed_by text;
comment on column attempt.killed_by is
    'What ended its container from outside, by the engine''s record, in words; null: nothing that is known. An exit code alone does not tell.';

alter table attempt add column full_disk text;
comment on column attempt.full_disk is
    'A disk of its host that it wrote to and that was full when it ended, in words; null: none, as far as could be measured.';
