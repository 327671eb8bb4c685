-- What bounds the readers lies outside of the schema: in their roles, the database and the catalogue. A backup may lack it and a reader change
-- its own settings, so it is set again by every migration. What only a superuser may revoke is revoked when one migrates; docs/sql.md says what
-- remains if none does.
lock table migrations.schema_version in exclusive mode;

do $$
declare
    reader text;
    routine regprocedure;
    other name;
    login name;
begin
    foreach reader in array array['trainyard_reader', 'trainyard_sql'] loop
        execute format('alter role %I connection limit %s', reader, case reader when 'trainyard_reader' then 20 else 16 end);
        execute format('alter role %I reset all', reader);
        -- What a reader has set for one database comes before this.
        execute format('alter role %I in database %I reset all', reader, current_database());
        execute format('alter role %I set default_transaction_read_only = on', reader);
        execute format('alter role %I set statement_timeout = ''30s''', reader);
        execute format('alter role %I set idle_in_transaction_session_timeout = ''30s''', reader);
    end loop;
    -- No temporary tables and no tables of one's own.
    execute format('revoke temporary on database %I from public', current_database());
    if has_schema_privilege('trainyard_reader', 'public', 'create') then
        revoke create on schema public from public;
    end if;

    if (select rolsuper from pg_roles where rolname = current_user) then
        foreach reader in array array['trainyard_reader', 'trainyard_sql'] loop
            execute format('alter role %I set temp_file_limit = ''2GB''', reader);
            -- A reader may have its plans and sorts logged, and its errors as the end of its session: as much as it likes.
            execute format('alter role %I set log_min_messages = ''panic''', reader);
        end loop;
        -- Locks, notifications, the sessions of others, large objects, the write-ahead log, files of snapshots, numbers of transactions.
        for routine in
            select oid::regprocedure from pg_proc
            where pronamespace = 'pg_catalog'::regnamespace
              and proname ~ '^(pg_(try_)?advisory_.*|pg_notify|pg_(cancel|terminate)_backend|lo_.*|loread|lowrite|pg_logical_emit_message|pg_export_snapshot|pg_current_xact_id|txid_current)$'
        loop
            execute format('revoke execute on function %s from public', routine);
            if routine::text ~ '^pg_.*_backend' then
                execute format('grant execute on function %s to trainyard_owner, pg_signal_backend', routine);
            elsif routine::text ~ '^pg_(notify|(try_)?advisory)' then
                -- Advisory locks: Flyway's while it migrates, and those of workers and servers of the release before.
                execute format('grant execute on function %s to trainyard_owner, trainyard_server, trainyard_worker', routine);
            end if;
        end loop;
        -- Loops, and lines of one's own in the log of Postgres.
        revoke usage on language plpgsql from public;
        grant usage on language plpgsql to trainyard_owner;
        -- The table of locks and the disk are the whole server's, and in other databases nothing is revoked. So readers do not get into those that
        -- every server has; whoever else may log in now keeps what everybody had.
        for other in
            select datname from pg_database
            where datname in ('postgres', 'template1') and datname <> current_database()
              and (has_database_privilege('public', oid, 'connect') or has_database_privilege('public', oid, 'temporary'))
        loop
            for login in
                select rolname from pg_roles
                where rolcanlogin and not rolsuper and rolname !~ '^trainyard_' and not pg_has_role(oid, 'trainyard_reader', 'member')
                  and has_database_privilege(oid, (select d.oid from pg_database d where d.datname = other), 'connect')
            loop
                execute format('grant connect, temporary on database %I to %I', other, login);
            end loop;
            execute format('revoke connect, temporary on database %I from public', other);
        end loop;
    end if;
exception when insufficient_privilege then
    raise warning 'the roles trainyard_reader and trainyard_sql are not bounded: %. Run trainyard migrate as an administrator once', sqlerrm;
end $$;
