package dev.trainyard.core.lifecycle;

import java.util.UUID;

/** The id of an attempt. An attempt is the unit of execution and of fencing. */
public record AttemptId(UUID value) implements Comparable<AttemptId> {

    /** @throws IllegalArgumentException if the text is not a UUID */
    public static AttemptId parse(String text) {
        return new AttemptId(UUID.fromString(text));
    }

    public static AttemptId random() {
        return new AttemptId(UUID.randomUUID());
    }

    /** The first eight hexadecimal digits. They distinguish the attempts of one host in names of containers. */
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
