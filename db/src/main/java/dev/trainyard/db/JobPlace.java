package dev.trainyard.db;

import dev.trainyard.core.request.JobId;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Where a job stands in a listing of jobs: the newest first. */
public record JobPlace(Instant at, JobId id) implements Comparable<JobPlace> {

    /** As Postgres orders them: it compares ids byte by byte. */
    private static final Comparator<JobPlace> NEWEST_FIRST =
            Comparator.comparing(JobPlace::at).reversed().thenComparing(JobPlace::id);

    /** @throws Cursor.Unreadable if the text is no job's place */
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
