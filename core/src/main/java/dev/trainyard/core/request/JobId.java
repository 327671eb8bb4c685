package dev.trainyard.core.request;

import java.util.UUID;

/** Id of a job. The publisher chooses it, so that publishing a request twice creates one job. */
public record JobId(UUID value) implements Comparable<JobId> {

    /** @throws IllegalArgumentException if the text is not a UUID */
    public static JobId parse(String text) {
        return new JobId(UUID.fromString(text));
    }

    @Override
    public int compareTo(JobId other) {
        return value.toString().compareTo(other.value.toString());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
