package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.springframework.util.FileSystemUtils;

/**
 * A durable Postgres server on 127.0.0.1 with a database {@value #DATABASE}. Data, programs, log and port live in one
 * directory. Whoever reaches the port is trusted, as any user including {@value #SUPERUSER}: it is for a machine whose
 * users trust each other.
 *
 * <p>The server outlives a kill of this process on purpose, and the next start in the same directory finds it again by
 * its lock file. The kernel could end it with its parent (pdeathsig), but that signal follows the thread that started
 * it, not the process, and would turn each crash here into a crash recovery there. A server whose directory has been
 * deleted stops by itself within a minute.
 */
public final class LocalPostgres implements AutoCloseable {
    public static final String DATABASE = "trainyard";
    public static final String SUPERUSER = "postgres";

    /** Long, because a server that crashed first replays its log. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(20);

    private final StateDirectory state;
    private final PostgresBinaries binaries;
    private final LoopbackPort port;
    private boolean closed;

    private LocalPostgres(StateDirectory state, PostgresBinaries binaries, LoopbackPort port) {
        this.state = state;
        this.binaries = binaries;
        this.port = port;
    }

    /**
     * Starts the server, or finds the one that an earlier process left running, and returns when it answers.
     *
     * @param directory the server's own; created where it is missing
     * @param port 0 for the same port as last time, at first a free one
     * @throws LocalServiceException if another process uses the directory, another program the port, the data belong to
     *     another major version, or Postgres does not start
     */
    public static LocalPostgres start(Path directory, int port) {
        try {
            StateDirectory state = StateDirectory.claim(directory);
            try {
                LocalPostgres postgres =
                        new LocalPostgres(state, PostgresBinaries.below(state.path()), state.port(port));
                postgres.start();
                return postgres;
            } catch (Exception e) {
                state.close();
                throw e;
            }
        } catch (IOException | SQLException e) {
            throw new LocalServiceException("Postgres could not be started in %s: %s".formatted(directory, e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServiceException("interrupted while Postgres was starting in " + directory, e);
        }
    }

    private void start() throws IOException, InterruptedException, SQLException {
        if (Files.notExists(data())) {
            initialise();
        }
        requireOwnVersion();
        Optional<ProcessHandle> leftover = leftover();
        if (leftover.isPresent() && !isAsWeWouldStartIt()) {
            stop();
            leftover = Optional.empty();
        }
        if (leftover.isPresent()) {
            awaitReady(leftover.get(), logSize());
        } else {
            launch();
        }
        try {
            state.remember(port);
            createDatabase();
        } catch (Exception e) {
            stop();
            throw e;
        }
    }

    private void initialise() throws IOException, InterruptedException {
        // Renamed when complete, so that a kill in between does not leave half of a cluster behind.
        Path unfinished = state.path().resolve("data-unfinished");
        FileSystemUtils.deleteRecursively(unfinished);
        // Postgres' own C.UTF-8 sorts alike everywhere and for ever; the C library's locales change with its version.
        binaries.run(
                "initdb",
                List.of(
                        "--pgdata=" + unfinished,
                        "--username=" + SUPERUSER,
                        "--auth=trust",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8"));
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void requireOwnVersion() throws IOException, InterruptedException {
        String theirs = Files.readString(data().resolve("PG_VERSION")).strip();
        String ours = binaries.run("postgres", List.of("--version")).replaceAll("\\D*(\\d+).*", "$1");
        if (!theirs.equals(ours)) {
            throw new LocalServiceException(
                    "%s belongs to Postgres %s, but this Trainyard brings Postgres %s: use the Trainyard that wrote it, or dump the data with that one and load them into another directory"
                            .formatted(data(), theirs, ours));
        }
    }

    /** The server that runs on our data although we have only just claimed the directory. */
    private Optional<ProcessHandle> leftover() throws IOException {
        List<String> lockFile = lockFile();
        if (lockFile.isEmpty()) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(lockFile.getFirst()));
        Optional<String> command = process.flatMap(it -> it.info().command());
        if (command.isPresent() && !Path.of(command.get()).endsWith("postgres")) {
            // After a reboot the number may be anybody's, and Postgres would refuse to start until that process ends.
            Files.delete(data().resolve("postmaster.pid"));
            return Optional.empty();
        }
        return process;
    }

    private boolean isAsWeWouldStartIt() throws IOException {
        StringBuilder commandLine =
                new StringBuilder(binaries.program("postgres").toString());
        settings().forEach(it -> commandLine.append(" \"").append(it).append('"'));
        return !status().equals("stopping")
                && Files.readString(data().resolve("postmaster.opts")).strip().contentEquals(commandLine);
    }

    private List<String> settings() {
        return List.of(
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port.number()),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "max_connections=100",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                // A client hears of its own errors; this file, which nothing rotates, is for the server's.
                "-c",
                "log_min_messages=log",
                "-c",
                "log_checkpoints=off");
    }

    private void launch() throws IOException, InterruptedException {
        state.requireFree(port, "Postgres");
        long logSize = logSize();
        ProcessBuilder command = binaries.command("postgres", settings())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        // A session of its own: Ctrl-C in a terminal is for this process, which stops Postgres when it no longer needs
        // it.
        command.command().addFirst("setsid");
        Process server = command.start();
        try {
            awaitReady(server.toHandle(), logSize);
        } catch (Exception e) {
            server.destroy();
            throw e;
        }
    }

    private void awaitReady(ProcessHandle server, long logSize) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!status().equals("ready")) {
            if (!server.isAlive()) {
                throw new LocalServiceException("Postgres ended while starting in %s. Its log (%s) says:%n%s"
                        .formatted(state.path(), log(), logSince(logSize)));
            }
            if (System.nanoTime() > deadline) {
                throw new LocalServiceException("Postgres in %s is still not ready after %d s. Its log (%s) says:%n%s"
                        .formatted(state.path(), START_LIMIT.toSeconds(), log(), logSince(logSize)));
            }
            Thread.sleep(POLL);
        }
    }

    /** What the server says of itself in its lock file: starting, ready or stopping; empty where it has not said yet. */
    private String status() throws IOException {
        List<String> lockFile = lockFile();
        return lockFile.size() < 8 ? "" : lockFile.get(7).strip();
    }

    private List<String> lockFile() throws IOException {
        Path file = data().resolve("postmaster.pid");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private void createDatabase() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url("postgres", SUPERUSER));
                Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("select 1 from pg_database where datname = '" + DATABASE + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("create database " + DATABASE);
        }
    }

    /** The URL of the database {@value #DATABASE} for one of its users; there is no password. */
    public String jdbcUrl(String user) {
        return url(DATABASE, user);
    }

    private String url(String database, String user) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?user=%s"
                .formatted(port.number(), database, URLEncoder.encode(user, StandardCharsets.UTF_8));
    }

    public int port() {
        return port.number();
    }

    /** Ends open connections, stops the server and gives the directory free. Calling it again does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop();
        } catch (IOException e) {
            throw new LocalServiceException("Postgres in %s could not be stopped: %s".formatted(state.path(), e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServiceException("interrupted while Postgres was stopping in " + state.path(), e);
        } finally {
            state.close();
        }
    }

    private void stop() throws IOException, InterruptedException {
        binaries.run(
                "pg_ctl",
                List.of("stop", "-D", data().toString(), "-m", "fast", "-w", "-t", "" + STOP_LIMIT.toSeconds()));
    }

    private Path data() {
        return state.path().resolve("data");
    }

    private Path log() {
        return state.path().resolve("postgres.log");
    }

    private long logSize() throws IOException {
        return Files.exists(log()) ? Files.size(log()) : 0;
    }

    private String logSince(long size) throws IOException {
        byte[] log = Files.readAllBytes(log());
        return new String(log, (int) size, log.length - (int) size, StandardCharsets.UTF_8).strip();
    }
}
