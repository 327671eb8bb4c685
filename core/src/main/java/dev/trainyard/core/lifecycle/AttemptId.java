package dev.trainyard.core.lifecycle;

import java.util.UUID;

/** Identity of an attempt: the unit of running and of fencing. */
public record AttemptId(UUID value) implements Comparable<AttemptId> {

    /** @throws IllegalArgumentException if the text is not a UUID */
    public static AttemptId parse(String text) {
        return new AttemptId(UUID.fromString(text));
    }

    public static AttemptId random() {
        return new AttemptId(UUID.randomUUID());
    }

    /** First eight hexadecimal digits: enough to tell the attempts of one host apart in a container's name. */
    public String shortForm() {
        return value.toString().substring(0, 8);
    }

    @Override
    public int compareTo(AttemptId other) {
        return value.toString().compareTo(other.value.toString());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
