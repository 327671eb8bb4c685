package dev.trainyard.core.training;

/** Why some settings change nothing or are refused, said in the same words of a compose file and of a run line. */
public final class SharedWords {

    public static final String HEALTH = "means nothing here: a training is well while it runs";
    public static final String LOG = "means nothing here: the worker keeps the complete log";
    public static final String ANNOTATIONS = "means nothing here: runc reads no annotations; a label is kept and shown";
    public static final String SWAPPINESS = "means nothing: engines of today (cgroup v2) ignore it";
    public static final String WINDOWS = "means nothing here: it is for Windows, and trainings run on Linux";

    private SharedWords() {}
}
