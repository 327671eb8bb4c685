package dev.trainyard.submitter.rest;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.History;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What of a log its reader wants.
 *
 * @param attempt only this one; null: all of the job
 * @param tail at first only so many of the last lines; null: all
 * @param since only what was stored then or later; null: however old
 */
record LogWish(
        @Nullable Integer attempt,
        Build build,
        @Nullable Integer tail,
        @Nullable Instant since) {

    /** When the engine's words are told, while it pulls or builds. */
    enum Build {
        ALWAYS,
        /** If no image came of it. */
        FAILED,
        NEVER
    }

    /** Whether those of this attempt are told; empty: that is not known yet. */
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
