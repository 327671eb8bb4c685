package dev.trainyard.cli.terminal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/** A stream to print to that keeps why it could not be written, which others keep to themselves. */
public final class WatchedOutput extends PrintStream {

    private static final int BUFFER = 8192;

    private final Watch watch;

    private static final class Watch extends OutputStream {

        private final OutputStream to;
        private @Nullable IOException problem;

        Watch(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            try {
                to.write(bytes, from, length);
            } catch (IOException e) {
                problem = e;
                throw e;
            }
        }
    }

    public WatchedOutput(OutputStream to, Charset charset) {
        this(new Watch(to), charset);
    }

    private WatchedOutput(Watch watch, Charset charset) {
        super(new BufferedOutputStream(watch, BUFFER), true, charset);
        this.watch = watch;
    }

    /**
     * How a command ends whose output has not arrived.
     *
     * @return null: it has arrived
     */
    public static @Nullable Failure failure(PrintStream stream) {
        if (!stream.checkError()) {
            return null;
        }
        IOException problem = stream instanceof WatchedOutput watched ? watched.watch.problem : null;
        return problem == null || String.valueOf(problem.getMessage()).contains("Broken pipe")
                ? new Failure(ExitCode.OUTPUT_CLOSED, "the reader of the output closed the pipe.")
                : new Failure(
                        ExitCode.OUTPUT_LOST,
                        "standard output cannot be written: %s. What the command printed is lost or cut."
                                .formatted(problem.getMessage()));
    }
}
