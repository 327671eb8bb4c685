package dev.trainyard.worker.attempt;

import dev.trainyard.db.Attempt;
import dev.trainyard.worker.engine.EngineSilent;

/**
 * What this process knows of an attempt: one value, which each step takes and gives back. The row is the truth; all else is what only
 * somebody who was there can know, and a process that takes the attempt up later does without.
 *
 * @param row as it was read last
 * @param endedByItself the first stop signal found the container dead already
 * @param standInsTold its log says that its container gets no GPU
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
