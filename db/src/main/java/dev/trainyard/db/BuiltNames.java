package dev.trainyard.db;

import dev.trainyard.core.text.ImageName;
import org.jspecify.annotations.Nullable;

/** Lets an operator release names that builds gave to images. {@code history.built_names} lists them. */
public final class BuiltNames {

    private final Database database;

    public BuiltNames(Database database) {
        this.database = database;
    }

    /**
     * {@code release}: jobs of the team on the worker's engine no longer get a built image for the name.
     *
     * @param worker its name or id
     * @param team null for jobs without a team
     * @return whether a build had given the name
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
