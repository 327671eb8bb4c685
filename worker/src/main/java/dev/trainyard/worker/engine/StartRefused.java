package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.core.text.Sentence;

/** The engine refused to create or start a container. */
public final class StartRefused extends EngineRefused {

    private static final long serialVersionUID = 1L;

    private final StartRefusal refusal;

    /** @param refused the engine's error, whose status and message this one keeps */
    public StartRefused(EngineRefused refused, StartRefusal refusal) {
        super(refused.status(), refused.reason(), refused);
        this.refusal = refusal;
    }

    /** The meaning of the refusal. */
    public StartRefusal refusal() {
        return refusal;
    }

    /**
     * The engine's message, and what to do.
     *
     * @param reason the engine's message
     */
    public static String sentence(String reason, StartRefusal refusal) {
        return refusal.remedy().isEmpty() ? reason : Sentence.open(reason) + ". " + refusal.remedy();
    }
}
