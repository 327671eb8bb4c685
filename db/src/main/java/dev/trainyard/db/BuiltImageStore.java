package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.Optional;

/** Which image one worker built from which content, and which team's build took which name on the worker's engine. */
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
     * The team whose build took the name; empty: none did.
     *
     * @param name in full
     */
    public Optional<String> ownerOf(String name) {
        return database.sql()
                .sql("select team from trainyard.image_name where engine_id = :engine and name = :name")
                .param("engine", engine)
                .param("name", name)
                .query(String.class)
                .optional();
    }

    /**
     * Takes the name for the team, unless it is taken.
     *
     * @return whose it is now
     */
    public String take(String name, String team) {
        return database.inTransaction(() -> {
            database.sql()
                    .sql("""
                    insert into trainyard.image_name (engine_id, name, team) values (:engine, :name, :team)
                    on conflict do nothing""")
                    .param("engine", engine)
                    .param("name", name)
                    .param("team", team)
                    .update();
            // A statement of its own: it sees what another transaction has committed since.
            return ownerOf(name).orElseThrow();
        });
    }
}
