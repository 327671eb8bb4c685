package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.Optional;

/** The images that a worker built, by content, and the names that builds gave to images for the jobs of a team. */
public final class BuiltImageStore {

    private final Database database;
    private final WorkerId worker;
    private final String engine;

    /** @param engine the engine's id: workers with the same engine share its names */
    public BuiltImageStore(Database database, WorkerId worker, String engine) {
        this.database = database;
        this.worker = worker;
        this.engine = engine;
    }

    /** The id of the image that this worker recorded last. Ask the engine whether the host still has it. */
    public Optional<String> idOf(String content) {
        return database.sql()
                .sql("select image_id from trainyard.built_image where worker_id = :worker and content = :content")
                .param("worker", worker.value())
                .param("content", content)
                .query(String.class)
                .optional();
    }

    /** Needs no check of the incarnation: the id is valid for this content, no matter which process of the worker built it. */
    public void record(String content, String imageId) {
        database.sql()
                .sql("""
                insert into trainyard.built_image (worker_id, content, image_id) values (:worker, :content, :image)
                on conflict (worker_id, content) do update
                set image_id = excluded.image_id, built_at = excluded.built_at""")
                .param("worker", worker.value())
                .param("content", content)
                .param("image", imageId)
                .update();
    }

    /**
     * The id of the image to which a build of the team gave the name. Ask the engine whether it still has it.
     *
     * @param name full name
     * @param team empty for jobs without a team
     */
    public Optional<String> named(String name, String team) {
        return database.sql()
                .sql("""
                select image_id from trainyard.built_name
                where engine_id = :engine and team = :team and name = :name""")
                .param("engine", engine)
                .param("team", team)
                .param("name", name)
                .query(String.class)
                .optional();
    }

    /** {@code name}: gives the image a name for jobs of the team on this engine. The name moves if another image had it. */
    public void name(String name, String team, String imageId) {
        database.sql()
                .sql("""
                insert into trainyard.built_name (engine_id, team, name, image_id) values (:engine, :team, :name, :image)
                on conflict (engine_id, team, name) do update
                set image_id = excluded.image_id, named_at = excluded.named_at""")
                .param("engine", engine)
                .param("team", team)
                .param("name", name)
                .param("image", imageId)
                .update();
    }
}
