package dev.trainyard.launch;

/**
 * What SIGTERM and Ctrl-C do to a process: a part is closed, and the process ends with {@link ServiceExitCode#OK}. The virtual machine itself
 * would end it with 128 and the signal's number, which supervisors take for a failure.
 */
public final class ShutdownHook {

    private final Thread hook;

    private ShutdownHook(Runnable close) {
        this.hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            close.run();
            Runtime.getRuntime().halt(ServiceExitCode.OK);
        });
    }

    /** @param close must not end before the part is closed, also if that has been begun elsewhere */
    public static ShutdownHook closing(Runnable close) {
        ShutdownHook stop = new ShutdownHook(close);
        Runtime.getRuntime().addShutdownHook(stop.hook);
        return stop;
    }

    /** The process ends by itself, with an exit code of its own; a signal that has come already goes before. */
    public void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The signal was first.
        }
    }
}
