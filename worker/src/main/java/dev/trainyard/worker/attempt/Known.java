package dev.trainyard.worker.attempt;

import dev.trainyard.db.Attempt;
import dev.trainyard.worker.engine.EngineSilent;

/**
 * What this process knows of an attempt: one immutable value, which each step takes and returns. The row is the truth. The rest is known
 * only to the process that saw it, and a process that takes the attempt over later works without it.
 *
 * @param row as last read
 * @param endedByItself whether the container had already exited when the first stop signal was sent
 * @param standInsTold whether the attempt's log says that its container gets no GPU
 */
record Known(Attempt row, EngineContact engine, boolean endedByItself, boolean standInsTold) {

    static Known of(Attempt row) {
        return new Known(row, EngineContact.NONE_YET, false, false);
    }

    Known with(Attempt newRow) {
        return new Known(newRow, engine, endedByItself, standInsTold);
    }

    Known with(EngineContact newEngine) {
        return new Known(row, newEngine, endedByItself, standInsTold);
    }

    Known after(EngineSilent silence) {
        return with(engine.after(silence));
    }

    Known engineAnswered() {
        return with(engine.answered());
    }

    Known endedByItself(boolean ended) {
        return new Known(row, engine, endedByItself || ended, standInsTold);
    }

    Known withStandInsTold() {
        return new Known(row, engine, endedByItself, true);
    }
}
