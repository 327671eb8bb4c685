package dev.trainyard.worker;

import dev.trainyard.db.BuiltImageStore;
import dev.trainyard.db.Outage;
import dev.trainyard.worker.image.BuiltImages;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * The worker's built images in the database. While the database does not answer, every image counts as unknown and is built again. Look-ups
 * of names fail instead.
 */
final class RecordedImages implements BuiltImages {

    private static final Logger log = LoggerFactory.getLogger(RecordedImages.class);

    private final BuiltImageStore rows;

    RecordedImages(BuiltImageStore rows) {
        this.rows = rows;
    }

    @Override
    public Optional<String> idOf(String content) {
        try {
            return rows.idOf(content);
        } catch (DataAccessException | TransactionException e) {
            tolerate(e);
            return Optional.empty();
        }
    }

    @Override
    public void record(String content, String imageId) {
        try {
            rows.record(content, imageId);
        } catch (DataAccessException | TransactionException e) {
            tolerate(e);
        }
    }

    @Override
    public Optional<String> named(String name, String team) {
        return rows.named(name, team);
    }

    @Override
    public void name(String name, String team, String imageId) {
        rows.name(name, team, imageId);
    }

    private static void tolerate(RuntimeException failure) {
        if (!Outage.isTransient(failure)) {
            throw failure;
        }
        log.info("the database does not answer, so images are built again. {}", Outage.words(failure));
    }
}
