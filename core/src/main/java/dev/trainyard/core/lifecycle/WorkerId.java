package dev.trainyard.core.lifecycle;

import java.util.UUID;

/** The id of a worker: a random UUID in its state directory, which the worker locks. */
public record WorkerId(UUID value) implements Comparable<WorkerId> {

    /** @throws IllegalArgumentException if the text is not a UUID */
    public static WorkerId parse(String text) {
        return new WorkerId(UUID.fromString(text));
    }

    @Override
    public int compareTo(WorkerId other) {
        return value.toString().compareTo(other.value.toString());
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
