package dev.trainyard.db;

/** What a named transaction of an attempt did. */
public enum Outcome {
    /** The attempt is where the transaction leads; also if it was there already, since a commit's answer can be lost. */
    APPLIED,
    /** Not from this state: reload the row and go on from what it says. */
    STALE
}
