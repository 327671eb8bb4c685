package dev.trainyard.worker.attempt;

import dev.trainyard.worker.engine.EngineSilent;

/**
 * The engine as this process has seen it during an attempt.
 *
 * @param silent whether it does not answer now
 * @param containerMayRun whether the container may run, so that it may end with the engine
 * @param wentAway whether the connection broke, or could not be made, while the container ran
 */
record EngineContact(boolean silent, boolean containerMayRun, boolean wentAway) {

    static final EngineContact NONE_YET = new EngineContact(false, false, false);

    EngineContact after(EngineSilent silence) {
        return new EngineContact(true, containerMayRun, wentAway || (containerMayRun && !silence.timedOut()));
    }

    EngineContact answered() {
        return new EngineContact(false, containerMayRun, wentAway);
    }

    /** The container is about to be started. */
    EngineContact beforeStart() {
        return new EngineContact(silent, true, wentAway);
    }

    /** The container runs, so that an earlier absence of the engine has not ended it. */
    EngineContact whileRunning() {
        return new EngineContact(silent, true, false);
    }

    /** The container has exited or was removed while the engine answered. A later absence of the engine has not ended it. */
    EngineContact afterEnd() {
        return new EngineContact(silent, false, wentAway);
    }
}
