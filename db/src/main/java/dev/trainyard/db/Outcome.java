package dev.trainyard.db;

/** The result of a named transaction of an attempt. */
public enum Outcome {
    /** The attempt has the new state. Also if it already had it, because the response to a commit can be lost. */
    APPLIED,
    /** Not possible from this state. Reload the row and continue from its state. */
    STALE
}
