package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One process of the product, started as the launcher starts it. What it says goes to files; closing it ends it in any case. */
final class ProductProcess implements AutoCloseable {

    /** Generous: it bounds a test that hangs, and says nothing about how fast the product is. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Duration FOR_A_POLITE_END = Duration.ofSeconds(20);

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;

    private ProductProcess(String name, Process process, Path out, Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** As {@link #start(Path, String, String, String, Map, List)}, with the options that it always has. */
    static ProductProcess start(
            Path directory, String name, String module, Map<String, String> environment, List<String> arguments) {
        return start(directory, name, "", module, environment, arguments);
    }

    /**
     * Starts one.
     *
     * @param directory gets the files of what it says, {@code name.out} and {@code name.err}
     * @param option one more of the virtual machine; empty: none
     * @param module whose main class is run
     * @param environment in addition to this process's, less what is meant for Trainyard
     */
    static ProductProcess start(
            Path directory,
            String name,
            String option,
            String module,
            Map<String, String> environment,
            List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseCompactObjectHeaders",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=16",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                ClassPath.ofProduct(),
                "dev.trainyard.%s.Main".formatted(module)));
        if (!option.isEmpty()) {
            command.add(1, option);
        }
        command.addAll(arguments);
        Path out = directory.resolve(name + ".out");
        Path err = directory.resolve(name + ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(variable -> variable.startsWith("TRAINYARD_"));
        builder.environment().putAll(environment);
        try {
            return new ProductProcess(name, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns once it has said something that matches, on either stream; fails as soon as it has ended without. */
    Matcher awaitSaying(String regex) {
        Pattern pattern = Pattern.compile(regex);
        await(name + " says " + regex)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .failFast(() -> {
                    // Asked in this order: what it said last before it ended counts.
                    boolean ended = !process.isAlive();
                    assertThat(ended && !pattern.matcher(said()).find())
                            .as("%s ended before it said %s; it said:%n%s", name, regex, said())
                            .isFalse();
                })
                .until(() -> pattern.matcher(said()).find());
        Matcher found = pattern.matcher(said());
        assertThat(found.find()).isTrue();
        return found;
    }

    /** Returns its exit code. */
    int awaitExit() {
        return awaitExit(PATIENCE);
    }

    int awaitExit(Duration atMost) {
        try {
            assertThat(process.waitFor(atMost.toSeconds(), TimeUnit.SECONDS))
                    .as("%s ends by itself; it said:%n%s", name, said())
                    .isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    /** For who is told that it ended. */
    String lastWords() {
        List<String> lines = said().lines().toList();
        return "its last words:%n%s"
                .formatted(String.join(
                        System.lineSeparator(), lines.subList(Math.max(0, lines.size() - 12), lines.size())));
    }

    String said() {
        return err() + out();
    }

    /** Waits for its end, and says whether it came. */
    boolean ends(Duration atMost) {
        try {
            return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** As {@code kill -9} does. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** As a host that hangs, or a laptop that sleeps: nothing of it runs until {@link #thaw}. */
    void freeze() {
        signal("STOP");
    }

    void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            int refused = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            // One that is ending needs none.
            assertThat(refused == 0 || !process.isAlive()).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As {@code kill} does: by SIGTERM. */
    int stop() {
        process.destroy();
        return awaitExit();
    }

    /** By SIGTERM, without waiting. */
    void askToStop() {
        process.destroy();
    }

    /** Ends it if it has not ended: politely, if it does so soon. */
    @Override
    public void close() {
        askToStop();
        try {
            process.onExit()
                    .orTimeout(FOR_A_POLITE_END.toSeconds(), TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            process.destroyForcibly();
            // Its files and connections are gone when it is.
            process.onExit().join();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
