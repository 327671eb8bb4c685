package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** What attempts leave: files and scalars. */
public final class OutputStore {

    private static final int BATCH = 1000;
    private static final int LONGEST_LABEL = 500;

    /** A program may give its files and points any time; Postgres has not all of them, and others read years of four digits only. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private final Database database;
    private final JdbcTemplate batches;

    public OutputStore(Database database) {
        this.database = database;
        this.batches = new JdbcTemplate(database.dataSource());
    }

    /** @param sha256 hexadecimal; null for what was not read */
    public record OutputFile(
            String path, String kind, long size, @Nullable String sha256, Instant modified) {}

    /** One point of a curve. */
    public record Scalar(String run, String tag, long step, double value, Instant wallTime) {}

    /**
     * Replaces what is recorded of the attempt's outputs: a manifest that was cut is made anew. Of names that are alike once what Postgres
     * cannot store reads U+FFFD, the first is kept. Times before the year 1 or after 9999 read as the first or last moment of these.
     */
    public void record(AttemptId attempt, List<OutputFile> files, List<Scalar> scalars) {
        database.inTransaction(() -> {
            database.sql()
                    .sql("delete from trainyard.output_file where attempt_id = :attempt")
                    .param("attempt", attempt.value())
                    .update();
            database.sql()
                    .sql("delete from trainyard.metric where attempt_id = :attempt")
                    .param("attempt", attempt.value())
                    .update();
            insertFiles(attempt, files);
            insertScalars(attempt, scalars);
        });
    }

    private void insertFiles(AttemptId attempt, List<OutputFile> files) {
        batches.batchUpdate("""
                insert into trainyard.output_file (attempt_id, path, kind, size_bytes, sha256, modified_at)
                values (?, ?, ?, ?, ?, ?) on conflict do nothing""", files, BATCH, (insert, file) -> {
            insert.setObject(1, attempt.value());
            insert.setString(2, StorableText.of(file.path()));
            insert.setString(3, file.kind());
            insert.setLong(4, file.size());
            insert.setBytes(5, file.sha256() == null ? null : HexFormat.of().parseHex(file.sha256()));
            insert.setObject(6, storable(file.modified()));
        });
    }

    /** A program's own word for a curve, as an index takes it. */
    private static String label(String text) {
        String storable = StorableText.of(text);
        return storable.substring(
                0,
                storable.offsetByCodePoints(0, Math.min(storable.codePointCount(0, storable.length()), LONGEST_LABEL)));
    }

    private static OffsetDateTime storable(Instant time) {
        Instant notTooEarly = time.isBefore(EARLIEST) ? EARLIEST : time;
        return (notTooEarly.isAfter(LATEST) ? LATEST : notTooEarly).atOffset(ZoneOffset.UTC);
    }

    private void insertScalars(AttemptId attempt, List<Scalar> scalars) {
        batches.batchUpdate("""
                insert into trainyard.metric (attempt_id, run, tag, step, value, wall_time) values (?, ?, ?, ?, ?, ?)""", scalars, BATCH, (insert, scalar) -> {
            insert.setObject(1, attempt.value());
            insert.setString(2, label(scalar.run()));
            insert.setString(3, label(scalar.tag()));
            insert.setLong(4, scalar.step());
            insert.setDouble(5, scalar.value());
            insert.setObject(6, storable(scalar.wallTime()));
        });
    }
}
