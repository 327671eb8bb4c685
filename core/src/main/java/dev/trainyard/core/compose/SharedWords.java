package dev.trainyard.core.compose;

/** Why some settings change nothing or are refused, said in the same words of a compose file and of a run line. */
final class SharedWords {

    static final String HEALTH = "means nothing here: a training is well while it runs";
    static final String LOG = "means nothing here: the worker keeps the complete log";
    static final String ANNOTATIONS = "means nothing here: runc reads no annotations; a label is kept and shown";
    static final String SWAPPINESS = "means nothing: engines of today (cgroup v2) ignore it";
    static final String WINDOWS = "means nothing here: it is for Windows, and trainings run on Linux";
    static final String NO_OOM_KILL = "would hang a training that needs too much memory, and its host";
    static final String API_SOCKET = "would hand the host's engine to the training";

    private SharedWords() {}
}
