package dev.trainyard.worker.policy;

import org.jspecify.annotations.Nullable;

/** The policy file cannot be used. The message says where, what and the remedy. */
public final class PolicyProblem extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PolicyProblem(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
