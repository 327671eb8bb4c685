package dev.trainyard.worker.engine;

/** The engine's id of a container: 64 hexadecimal digits. */
public record ContainerId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
