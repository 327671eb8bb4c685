package dev.trainyard.db;

import dev.trainyard.core.lifecycle.WorkerId;
import java.util.Optional;

/** Which image one worker built from which content. */
public final class BuiltImageStore {

    private final Database database;
    private final WorkerId worker;

    public BuiltImageStore(Database database, WorkerId worker) {
        this.database = database;
        this.worker = worker;
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
}
