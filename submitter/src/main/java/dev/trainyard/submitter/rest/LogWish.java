package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.History;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a log that a client asks for.
 *
 * @param attempt only this one; null: all of the job
 * @param tail begin with only this many of the last lines; null: with all
 * @param since only what was stored at or after this time; null: everything
 */
record LogWish(
        @Nullable Integer attempt,
        Build build,
        @Nullable Integer tail,
        @Nullable Instant since) {

    /** Whether to include the engine's output while it pulls or builds. */
    enum Build {
        ALWAYS,
        /** Only if no image resulted. */
        FAILED,
        NEVER
    }

    /** Whether to include that of this attempt; empty: not known yet. */
    Optional<Boolean> tellsBuild(History.Attempt of) {
        return switch (build) {
            case ALWAYS -> Optional.of(true);
            case NEVER -> Optional.of(false);
            case FAILED ->
                of.imageDigest() != null
                        ? Optional.of(false)
                        : of.state() == AttemptState.ENDED ? Optional.of(true) : Optional.empty();
        };
    }
}
