package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** The outputs of attempts: files and scalars. */
public final class OutputStore {

    private static final int BATCH = 1000;
    private static final int LONGEST_LABEL = 500;

    /** Programs can set any time on files and points. Postgres cannot store all of them, and many parsers need years with four digits. */
    private static final Instant EARLIEST = Instant.parse("0001-01-01T00:00:00Z");

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private final Database database;
    private final JdbcTemplate batches;

    public OutputStore(Database database) {
        this.database = database;
        this.batches = new JdbcTemplate(database.dataSource());
    }

    /** @param sha256 hexadecimal; null if the file was not read */
    public record OutputFile(
            String path, String kind, long size, @Nullable String sha256, Instant modified) {}

    /** One point of a curve. */
    public record Scalar(String run, String tag, long step, double value, Instant wallTime) {}

    /**
     * Replaces the recorded outputs of the attempt. Characters that Postgres cannot store become U+FFFD; of names that are then equal, the
     * first is kept. Times before the year 1 or after 9999 become the first or last moment of that range.
     *
     * @param missing which outputs are not in {@code files} and {@code scalars}, and why, for people
     */
    public void record(AttemptId attempt, List<OutputFile> files, List<Scalar> scalars, List<String> missing) {
        database.inTransaction(() -> replace(attempt, files, scalars, missing));
    }

    private void replace(AttemptId attempt, List<OutputFile> files, List<Scalar> scalars, List<String> missing) {
        tell(attempt, missing);
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
    }

    /**
     * As {@link #record}, for a location that earlier attempts may have used. Earlier attempts whose recorded files were changed or removed
     * become SUPERSEDED by this one.
     *
     * @param missing as for {@link #record}
     * @param present paths of all files that exist now; null if unknown, so that no file counts as removed
     */
    public void recordShared(
            AttemptId attempt,
            List<OutputFile> files,
            List<Scalar> scalars,
            List<String> missing,
            @Nullable Collection<String> present) {
        database.inTransaction(() -> {
            replace(attempt, files, scalars, missing);
            database.sql()
                    .sql("""
                    update trainyard.attempt earlier set outputs_state = 'SUPERSEDED', outputs_superseded_by = later.id
                    from trainyard.attempt later
                    where later.id = :attempt and earlier.id <> later.id and earlier.state = 'ENDED'
                      and earlier.outputs_state in ('COMPLETE', 'INCOMPLETE')
                      and (earlier.outputs_location = later.outputs_location
                           or starts_with(earlier.outputs_location, later.outputs_location || '/')
                           or starts_with(later.outputs_location, earlier.outputs_location || '/'))
                      and exists (
                          select from (select earlier.outputs_location || '/' || f.path as place, f.sha256
                                       from trainyard.output_file f where f.attempt_id = earlier.id) was
                          left join (select later.outputs_location || '/' || f.path as place, f.sha256
                                     from trainyard.output_file f where f.attempt_id = later.id) now using (place)
                          left join (select later.outputs_location || '/' || path as place, true as found
                                     from unnest(:present::text[]) as path) there using (place)
                          where starts_with(was.place, later.outputs_location || '/')
                            and (now.place is not null and now.sha256 is distinct from was.sha256
                                 or now.place is null and :known and there.found is null))""")
                    .param("attempt", attempt.value())
                    .param("known", present != null)
                    .param(
                            "present",
                            present == null
                                    ? new String[0]
                                    : present.stream().map(PostgresText::of).toArray(String[]::new))
                    .update();
        });
    }

    /**
     * {@code seen}: the outputs of a running attempt so far, without digests.
     *
     * @param anew whether {@code files} and {@code scalars} are complete; otherwise they contain only what is new or changed
     * @param gone paths that no longer exist
     * @param missing as for {@link #record}
     * @return false, without a change, if the attempt no longer runs or belongs to another process
     */
    public boolean seen(
            Incarnation me,
            AttemptId attempt,
            boolean anew,
            List<OutputFile> files,
            Collection<String> gone,
            List<Scalar> scalars,
            List<String> missing) {
        return database.inTransaction(() -> {
            int running = database.sql()
                    .sql("""
                    update trainyard.attempt set outputs_seen_at = clock_timestamp()
                    where id = :attempt and state = 'RUNNING' and exists (
                        select from trainyard.worker w
                        where w.id = attempt.worker_id and w.id = :worker and w.incarnation = :incarnation)""")
                    .param("attempt", attempt.value())
                    .param("worker", me.worker().value())
                    .param("incarnation", me.id())
                    .update();
            if (running == 0) {
                return false;
            }
            if (anew) {
                replace(attempt, files, scalars, missing);
                return true;
            }
            tell(attempt, missing);
            database.sql()
                    .sql("delete from trainyard.output_file where attempt_id = :attempt and path = any(:paths)")
                    .param("attempt", attempt.value())
                    .param(
                            "paths",
                            Stream.concat(gone.stream(), files.stream().map(OutputFile::path))
                                    .map(PostgresText::of)
                                    .toArray(String[]::new))
                    .update();
            insertFiles(attempt, files);
            insertScalars(attempt, scalars);
            return true;
        });
    }

    /** For an attempt whose outputs will not be gathered: keeps what was recorded while it ran. */
    public void leaveAsSeen(AttemptId attempt, List<String> missing) {
        database.inTransaction(() -> tell(attempt, missing));
    }

    private void tell(AttemptId attempt, List<String> missing) {
        database.sql()
                .sql("""
                    update trainyard.attempt set outputs_missing = :missing
                    where id = :attempt and outputs_missing is distinct from :missing""")
                .param("attempt", attempt.value())
                .param("missing", missing.isEmpty() ? null : PostgresText.of(String.join("; ", missing)), Types.VARCHAR)
                .update();
    }

    private void insertFiles(AttemptId attempt, List<OutputFile> files) {
        batches.batchUpdate("""
                insert into trainyard.output_file (attempt_id, path, kind, size_bytes, sha256, modified_at)
                values (?, ?, ?, ?, ?, ?) on conflict do nothing""", files, BATCH, (insert, file) -> {
            insert.setObject(1, attempt.value());
            insert.setString(2, PostgresText.of(file.path()));
            insert.setString(3, file.kind());
            insert.setLong(4, file.size());
            insert.setBytes(5, file.sha256() == null ? null : HexFormat.of().parseHex(file.sha256()));
            insert.setObject(6, storable(file.modified()));
        });
    }

    /** The name that a program gives a curve, short enough for an index. */
    private static String label(String text) {
        String storable = PostgresText.of(text);
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
