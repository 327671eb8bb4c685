package dev.trainyard.launch;

/**
 * Closes a service on SIGTERM or Ctrl-C and then ends the process with {@link ServiceExitCode#OK}. By default, the JVM would end it with
 * 128 plus the signal's number, which supervisors count as a failure.
 */
public final class ShutdownHook {

    private final Thread hook;

    private ShutdownHook(Runnable close) {
        this.hook = Thread.ofPlatform().name("stop").unstarted(() -> {
            close.run();
            Runtime.getRuntime().halt(ServiceExitCode.OK);
        });
    }

    /** @param close returns only when the service is closed, even if another thread began to close it */
    public static ShutdownHook closing(Runnable close) {
        ShutdownHook stop = new ShutdownHook(close);
        Runtime.getRuntime().addShutdownHook(stop.hook);
        return stop;
    }

    /** For a process that ends by itself with its own exit code. Does nothing if a signal has already arrived. */
    public void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The signal arrived first.
        }
    }
}
