package dev.trainyard.db;

import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The position of a job in a listing of jobs, newest first. */
public record JobPlace(Instant at, JobId id) implements Comparable<JobPlace> {

    /** The same order as in Postgres, which compares ids byte by byte. */
    private static final Comparator<JobPlace> NEWEST_FIRST =
            Comparator.comparing(JobPlace::at).reversed().thenComparing(JobPlace::id);

    /** @throws Cursor.Unreadable if the text is not the position of a job */
    public static @Nullable JobPlace parse(@Nullable String text) {
        Cursor cursor = Cursor.parse(text);
        return cursor == null ? null : new JobPlace(cursor.time(0), new JobId(cursor.id(1)));
    }

    public Cursor cursor() {
        return Cursor.of(at, id);
    }

    @Override
    public int compareTo(JobPlace other) {
        return NEWEST_FIRST.compare(this, other);
    }
}
