package dev.trainyard.worker.attempt;

import dev.trainyard.worker.engine.EngineSilent;

/**
 * What this process has seen of the engine on behalf of an attempt.
 *
 * @param silent it does not answer now
 * @param containerMayRun an engine that goes away may take the container with it
 * @param wentAway the connection broke, or none could be made, while the container ran
 */
record EngineContact(boolean silent, boolean containerMayRun, boolean wentAway) {

    static final EngineContact NONE_YET = new EngineContact(false, false, false);

    EngineContact after(EngineSilent silence) {
        return new EngineContact(true, containerMayRun, wentAway || (containerMayRun && !silence.timedOut()));
    }

    EngineContact answered() {
        return new EngineContact(false, containerMayRun, wentAway);
    }

    /** It is about to be started. */
    EngineContact beforeStart() {
        return new EngineContact(silent, true, wentAway);
    }

    /** That the engine was away before has not ended it. */
    EngineContact whileRunning() {
        return new EngineContact(silent, true, false);
    }

    /** The container is dead, or gone, while the engine answered: what becomes of the engine now is nothing to it. */
    EngineContact afterEnd() {
        return new EngineContact(silent, false, wentAway);
    }
}
