package dev.trainyard.worker.device;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Runs a program repeatedly, with limits for time and output, and never twice at the same time. */
final class BoundedCommand {

    /** A host of 16 GPUs prints about 1 MB. */
    private static final int OUTPUT_LIMIT_BYTES = 16 << 20;

    private final Path executable;
    private final Duration limit;
    private @Nullable Process last;

    /** @param executable a path, or a name to look up in PATH */
    BoundedCommand(Path executable, Duration limit) {
        this.executable = executable;
        this.limit = limit;
    }

    record Output(String command, int exitCode, String stdout, String stderr) {
        /** On both streams. */
        String said() {
            return stdout + "\n" + stderr;
        }

        /** For an error message: the exit code and the output, stderr first. */
        String inShort() {
            String said =
                    (stderr + " " + stdout).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
            String excerpt = said.isEmpty() ? "nothing" : '"' + said.substring(0, Math.min(said.length(), 400)) + '"';
            return command + " ended with exit code " + exitCode + " and printed " + excerpt + ".";
        }
    }

    synchronized Output run(String... arguments) throws DeviceProblem {
        List<String> line = new ArrayList<>(List.of(executable.toString()));
        line.addAll(List.of(arguments));
        String command = String.join(" ", line);
        // A process that hangs in the kernel survives SIGKILL. Do not start more and more of them.
        if (last != null && last.isAlive()) {
            throw new DeviceProblem("An earlier " + command + " (process " + last.pid()
                    + ") still hangs: the driver does not answer. The host probably needs a reboot.");
        }
        Process process = start(line, command);
        last = process;
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            Future<byte[]> stdout = readAll(process.getInputStream());
            Future<byte[]> stderr = readAll(process.getErrorStream());
            String out = text(stdout.get(limit.toNanos(), TimeUnit.NANOSECONDS), command);
            String err = text(stderr.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS), command);
            if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            return new Output(command, process.exitValue(), out, err);
        } catch (TimeoutException e) {
            throw new DeviceProblem(command + " did not finish within " + limit.toSeconds() + " s and was killed.", e);
        } catch (ExecutionException e) {
            throw new DeviceProblem("What " + command + " prints could not be read: " + e.getMessage() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeviceProblem(command + " was killed because this worker is stopping.", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> line, String command) throws DeviceProblem {
        try {
            return new ProcessBuilder(line).redirectInput(new File("/dev/null")).start();
        } catch (IOException e) {
            throw new DeviceProblem(
                    command + " could not be started ("
                            + String.valueOf(e.getMessage()).strip() + ").",
                    e);
        }
    }

    private static Future<byte[]> readAll(InputStream stream) {
        FutureTask<byte[]> reading = new FutureTask<>(() -> stream.readNBytes(OUTPUT_LIMIT_BYTES + 1));
        // A platform thread, because a blocking read from a pipe would occupy a carrier thread, and a small host has
        // two.
        Thread.ofPlatform().daemon().start(reading);
        return reading;
    }

    private static String text(byte[] printed, String command) throws DeviceProblem {
        if (printed.length > OUTPUT_LIMIT_BYTES) {
            throw new DeviceProblem(command + " printed more than 16 MiB and was killed.");
        }
        return new String(printed, StandardCharsets.UTF_8);
    }
}
