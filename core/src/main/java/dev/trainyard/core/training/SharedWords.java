package dev.trainyard.core.training;

/** Messages about settings without effect, the same for compose files and run lines. */
public final class SharedWords {

    public static final String HEALTH = "has no effect: a training counts as healthy while it runs";
    public static final String LOG = "has no effect: the worker keeps the complete log";
    public static final String ANNOTATIONS = "has no effect: runc does not read annotations. Labels are kept and shown";
    public static final String SWAPPINESS = "has no effect: current engines (cgroup v2) ignore it";
    public static final String WINDOWS = "has no effect: it is for Windows, and trainings run on Linux";

    private SharedWords() {}
}
