package dev.trainyard.db;

import dev.trainyard.core.text.ImageName;
import org.jspecify.annotations.Nullable;

/** What an operator does about the names that builds gave; they are listed in {@code history.built_names}. */
public final class BuiltNames {

    private final Database database;

    public BuiltNames(Database database) {
        this.database = database;
    }

    /**
     * {@code release}: the name means no image of a build any more to jobs of the team on the worker's engine.
     *
     * @param worker its name or its id
     * @param team null: jobs without a team
     * @return whether it meant one
     */
    public boolean release(String worker, String name, @Nullable String team) {
        return database.sql()
                        .sql("""
                delete from trainyard.built_name
                where name = :name and team = :team and engine_id in (
                    select engine_id from trainyard.worker
                    where (name = :worker or id::text = :worker) and state <> 'FORGOTTEN')""")
                        .param("name", ImageName.inFull(name))
                        .param("team", team == null ? "" : team)
                        .param("worker", worker)
                        .update()
                > 0;
    }
}
