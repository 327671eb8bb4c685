package dev.trainyard.db;

/** Another incarnation of this worker has registered, or the worker was forgotten. This process must end without touching a container. */
public final class Replaced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Replaced(Incarnation me) {
        super("worker %s is no longer this process (incarnation %s)".formatted(me.worker(), me.id()));
    }
}
