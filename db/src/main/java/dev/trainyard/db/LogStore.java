package dev.trainyard.db;

import dev.trainyard.core.lifecycle.AttemptId;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Stores the logs of attempts, in chunks of whole lines. */
public final class LogStore {

    private static final int TAIL_BATCH = 20;
    private static final int LONGEST_LINE_OF_PREPARATION = 400;

    private final Database database;
    private final JdbcClient sql;

    public LogStore(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /** The origin of a chunk. */
    public enum Source {
        /** Output of the engine while it pulls or builds. */
        IMAGE,
        CONTAINER,
        /** A message of Trainyard to the owner of the job. */
        TRAINYARD
    }

    /**
     * Where to continue with the engine's log: after {@code count} lines with {@code timestamp}. The engine's timestamps are not
     * unique.
     */
    public record ResumePoint(Instant timestamp, int count) {}

    /** @param text whole lines with their line ends */
    public record Chunk(long seq, Source source, String text) {}

    /**
     * Appends a chunk. An attempt has one writer at a time. Characters that Postgres cannot store become U+FFFD. A container chunk equal to
     * the last one is not stored again, because the response to a commit can be lost.
     *
     * @param resume for CONTAINER chunks: where to continue after this one
     */
    public void append(AttemptId attempt, Source source, String text, @Nullable ResumePoint resume) {
        sql.sql("""
                insert into trainyard.log_chunk (attempt_id, seq, source, text, resume_from, resume_count)
                select :attempt, coalesce((select max(seq) from trainyard.log_chunk where attempt_id = :attempt), 0) + 1,
                       :source, :text, :from, :count
                where not exists (
                    select from (select resume_from, resume_count, text from trainyard.log_chunk
                                 where attempt_id = :attempt and source = 'CONTAINER' order by seq desc limit 1) last
                    where last.resume_from = :from and last.resume_count = :count and last.text = :text)""")
                .param("attempt", attempt.value())
                .param("source", source.name())
                .param("text", PostgresText.of(text))
                .param("from", resume == null ? null : resume.timestamp().toString(), Types.VARCHAR)
                .param("count", resume == null ? null : resume.count(), Types.INTEGER)
                .update();
    }

    /** Size of the stored container log, without trimmed parts. */
    public long bytes(AttemptId attempt) {
        return sql.sql("""
                select coalesce(sum(octet_length(text)), 0) from trainyard.log_chunk
                where attempt_id = :attempt and source = 'CONTAINER'""").param("attempt", attempt.value()).query(Long.class).single();
    }

    /** Size of the container log that was ever stored, including trimmed parts. */
    public long everStored(AttemptId attempt) {
        return sql.sql("""
                select coalesce(sum(coalesce(dropped_bytes, 0) + case source when 'CONTAINER' then octet_length(text) else 0 end), 0)
                from trainyard.log_chunk where attempt_id = :attempt""").param("attempt", attempt.value()).query(Long.class).single();
    }

    /** Whether nothing of the attempt's log was dropped. */
    public boolean isWhole(AttemptId attempt) {
        return sql.sql("""
                select not exists (select from trainyard.log_chunk where attempt_id = :attempt and dropped_bytes is not null)""")
                .param("attempt", attempt.value())
                .query(Boolean.class)
                .single();
    }

    /**
     * Deletes the oldest chunks of the container log and keeps the last ones, up to {@code keep} bytes in total. One message of Trainyard
     * replaces the deleted chunks and reports their size.
     */
    public void trim(AttemptId attempt, long keep) {
        database.inTransaction(() -> sql.sql("""
                with counted as (
                    select seq, dropped_bytes is not null as marks, coalesce(dropped_bytes, octet_length(text)) as bytes,
                           sum(octet_length(text)) filter (where source = 'CONTAINER') over (order by seq desc) as from_end
                    from trainyard.log_chunk
                    where attempt_id = :attempt and (source = 'CONTAINER' or dropped_bytes is not null)),
                gone as (
                    delete from trainyard.log_chunk
                    where attempt_id = :attempt and seq in (select seq from counted where from_end > :keep or marks)
                      and exists (select from counted where from_end > :keep and not marks)
                    returning seq),
                total as (
                    select max(seq) as seq, (select sum(bytes) from counted where from_end > :keep or marks)::bigint as bytes from gone)
                insert into trainyard.log_chunk (attempt_id, seq, source, text, dropped_bytes)
                select :attempt, seq, 'TRAINYARD',
                       format(E'[%s of the log are not kept here; the outputs have all of it]\n', pg_size_pretty(bytes)), bytes
                from total where seq is not null""")
                .param("attempt", attempt.value())
                .param("keep", keep)
                .update());
    }

    /** Where to continue with the container log. Empty if nothing is stored. */
    public Optional<ResumePoint> resumePoint(AttemptId attempt) {
        return sql.sql("""
                select resume_from, resume_count from trainyard.log_chunk
                where attempt_id = :attempt and resume_from is not null order by seq desc limit 1""")
                .param("attempt", attempt.value())
                .query((row, n) ->
                        new ResumePoint(Instant.parse(row.getString("resume_from")), row.getInt("resume_count")))
                .optional();
    }

    /** The last characters of the container log. */
    public String tail(AttemptId attempt, int chars) {
        StringBuilder tail = new StringBuilder();
        for (String text : sql.sql("""
                select right(text, :chars) from trainyard.log_chunk
                where attempt_id = :attempt and source = 'CONTAINER' order by seq desc limit 16""")
                .param("attempt", attempt.value())
                .param("chars", chars)
                .query(String.class)
                .list()) {
            tail.insert(0, text);
        }
        return tail.substring(Math.max(tail.length() - chars, 0));
    }

    /** The last log line of an attempt whose container does not run yet. */
    public record Preparation(Instant at, String line) {}

    /** The last line about the image or from Trainyard. Empty if there is none. */
    public Optional<Preparation> lastOfPreparation(AttemptId attempt) {
        return sql.sql("""
                select at, right(rtrim(text), :chars) as text from trainyard.log_chunk
                where attempt_id = :attempt and source in ('IMAGE', 'TRAINYARD') order by seq desc limit 1""")
                .param("attempt", attempt.value())
                .param("chars", LONGEST_LINE_OF_PREPARATION)
                .query((row, n) -> new Preparation(row.getTimestamp("at").toInstant(), lastLine(row.getString("text"))))
                .optional();
    }

    private static String lastLine(String text) {
        String lines = text.stripTrailing();
        return lines.substring(lines.lastIndexOf('\n') + 1).strip();
    }

    /**
     * Where the last lines of a log begin.
     *
     * @param after number of the previous chunk; 0 if there is none
     * @param skipped number of characters at the start of the next chunk that belong to earlier lines
     * @param lines number of lines: fewer than requested if the log has no more
     */
    public record Tail(long after, int skipped, long lines) {}

    /** The last lines, not counting those of Trainyard. */
    public Tail lastLines(AttemptId attempt, Wanted wanted, long lines) {
        long ends = 0;
        // A last line without its end also counts as a line.
        long open = -1;
        long before = Long.MAX_VALUE;
        while (true) {
            List<Chunk> chunks = before(attempt, before, wanted, TAIL_BATCH);
            for (Chunk chunk : chunks) {
                if (lines == 0) {
                    return new Tail(chunk.seq(), 0, 0);
                }
                before = chunk.seq();
                String text = chunk.text();
                if (chunk.source() == Source.TRAINYARD) {
                    continue;
                }
                if (open < 0) {
                    open = text.endsWith("\n") ? 0 : 1;
                }
                for (int end = text.lastIndexOf('\n'); end >= 0; end = text.lastIndexOf('\n', end - 1)) {
                    ends++;
                    if (ends + open > lines) {
                        return end + 1 == text.length()
                                ? new Tail(chunk.seq(), 0, lines)
                                : new Tail(chunk.seq() - 1, end + 1, lines);
                    }
                }
            }
            if (chunks.size() < TAIL_BATCH) {
                return new Tail(0, 0, ends + Math.max(open, 0));
            }
        }
    }

    private List<Chunk> before(AttemptId attempt, long seq, Wanted wanted, int limit) {
        return sql.sql("select seq, source, text from trainyard.log_chunk where attempt_id = :attempt and seq < :seq "
                        + wanted.condition() + "order by seq desc limit :limit")
                .param("attempt", attempt.value())
                .param("seq", seq)
                .param("since", wanted.time())
                .param("limit", limit)
                .query((row, n) ->
                        new Chunk(row.getLong("seq"), Source.valueOf(row.getString("source")), row.getString("text")))
                .list();
    }

    /**
     * Selects the chunks to read.
     *
     * @param image whether to include the engine's output while it pulled or built
     * @param since only chunks that were stored at this time or later; null for all
     */
    public record Wanted(boolean image, @Nullable Instant since) {

        private String condition() {
            return (image ? "" : "and source <> 'IMAGE' ") + (since == null ? "" : "and at >= :since ");
        }

        private @Nullable OffsetDateTime time() {
            return since == null ? null : since.atOffset(ZoneOffset.UTC);
        }
    }

    /** The next chunks after this number, in order, at most {@code limit}. */
    public List<Chunk> after(AttemptId attempt, long seq, Wanted wanted, int limit) {
        return sql.sql("select seq, source, text from trainyard.log_chunk where attempt_id = :attempt and seq > :seq "
                        + wanted.condition() + "order by seq limit :limit")
                .param("attempt", attempt.value())
                .param("seq", seq)
                .param("since", wanted.time())
                .param("limit", limit)
                .query((row, n) ->
                        new Chunk(row.getLong("seq"), Source.valueOf(row.getString("source")), row.getString("text")))
                .list();
    }
}
