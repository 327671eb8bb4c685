package dev.trainyard.worker.engine;

/** The engine answered with an error. */
public sealed class EngineRefused extends EngineException permits StartRefused {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;

    public EngineRefused(int status, String reason) {
        this(status, reason, null);
    }

    @SuppressWarnings("NullAway") // Throwable's constructor takes null for "no cause".
    public EngineRefused(int status, String reason, @org.jspecify.annotations.Nullable Throwable cause) {
        super("the engine refused (%d): %s".formatted(status, reason), cause);
        this.status = status;
        this.reason = reason;
    }

    /** HTTP status of the response. */
    public int status() {
        return status;
    }

    /** The engine's message. */
    public String reason() {
        return reason;
    }
}
