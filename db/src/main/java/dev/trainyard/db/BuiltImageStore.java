package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.Optional;

/** Which image one worker built from which content, and which names builds gave for the jobs of their teams. */
public final class BuiltImageStore {

    private final Database database;
    private final WorkerId worker;
    private final String engine;

    /** @param engine the engine's own id: workers that share an engine share its names */
    public BuiltImageStore(Database database, WorkerId worker, String engine) {
        this.database = database;
        this.worker = worker;
        this.engine = engine;
    }

    /** The id of the image, as this worker recorded it last; whether the host still has it is for the engine to say. */
    public Optional<String> idOf(String content) {
        return database.sql()
                .sql("select image_id from trainyard.built_image where worker_id = :worker and content = :content")
                .param("worker", worker.value())
                .param("content", content)
                .query(String.class)
                .optional();
    }

    /** Needs no fence: whichever process of the worker built it, the id names what came of this content. */
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
     * The id of the image to which a build of the team gave the name; whether the engine still has it is for the engine to say.
     *
     * @param name in full
     * @param team empty: jobs without a team
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

    /** {@code name}: gives the image a name for jobs of the team on this engine; an image that had it loses it. */
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
