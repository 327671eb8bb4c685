package dev.trainyard.standalone.embedded;

import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
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
 * A durable Postgres server on 127.0.0.1 with a database {@value #DATABASE}. Its data, programs, log and port number are in one directory.
 * Its roles have random passwords, which are stored in that directory. {@value #READER} needs no password, so every user of this machine
 * may query the history. If root starts it, it runs as the system user {@code nobody}, provided that this user can enter the directory.
 *
 * <p>The server survives a kill of this process on purpose. The next start in the same directory finds it by its lock file. The kernel
 * could end it with its parent (pdeathsig), but that signal follows the thread that started it, not the process, and each crash here would
 * cause a crash recovery there. A server whose directory was deleted stops by itself within a minute.
 */
public final class LocalPostgres implements AutoCloseable {
    public static final String DATABASE = "trainyard";
    public static final String SUPERUSER = "postgres";
    public static final String SERVER = "trainyard_server";
    public static final String WORKER = "trainyard_worker";
    public static final String SQL = "trainyard_sql";
    private static final String READER = "trainyard_reader";

    /**
     * Only the superuser may connect to other databases. A reader can give itself a password, and its limits do not hold there, although
     * all databases share one lock table.
     */
    private static final String WHO_MAY_CONNECT = """
            # Written by Trainyard at every start.
            host %1$s %2$s 127.0.0.1/32 trust
            host all %2$s 127.0.0.1/32 reject
            host %1$s all 127.0.0.1/32 scram-sha-256
            host all %3$s 127.0.0.1/32 scram-sha-256
            """.formatted(DATABASE, READER, SUPERUSER);

    /** Long, because after a crash the server first replays its log. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    /** Limit of the address space of each session. Trainyard's own sessions need a tenth of it. */
    private static final long MOST_KILOBYTES = 2L << 20;

    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final Duration POLL = Duration.ofMillis(20);

    private final ServiceDirectory state;
    private final PostgresBinaries binaries;
    private final Passwords passwords;
    private final ServerUser user;
    private final LoopbackPort port;
    private boolean closed;

    private LocalPostgres(ServiceDirectory state, PostgresBinaries binaries, LoopbackPort port) throws IOException {
        this.state = state;
        this.binaries = binaries;
        this.passwords = new Passwords(state.path().resolve("passwords"));
        this.user = ServerUser.forProgramsIn(binaries.program("postgres").resolveSibling(""));
        this.port = port;
    }

    /**
     * Starts the server, or finds the one that an earlier process left running, and returns when it answers.
     *
     * @param directory for this server only; created if it does not exist
     * @param port 0: the port of last time, or any free port at the first start
     * @throws LocalServiceException if another process uses the directory or the port, if the data belong to another major version, or if
     *     Postgres does not start
     */
    public static LocalPostgres start(Path directory, int port) {
        try {
            ServiceDirectory state = ServiceDirectory.claim(directory);
            try {
                if (ServerUser.isRoot()) {
                    // The server's user can pass through to its data, but cannot list this directory.
                    Files.setPosixFilePermissions(state.path(), PosixFilePermissions.fromString("rwx--x--x"));
                }
                LocalPostgres postgres =
                        new LocalPostgres(state, PostgresBinaries.below(state.path()), state.port(port));
                postgres.start();
                return postgres;
            } catch (Exception e) {
                state.close();
                throw e;
            }
        } catch (IOException e) {
            throw new LocalServiceException(
                    "Postgres could not be started in %s: %s".formatted(directory, FileProblem.wordsWithFile(e)), e);
        } catch (SQLException e) {
            throw new LocalServiceException(
                    "Postgres could not be started in %s: %s".formatted(directory, e.getMessage()), e);
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
        ServerUser owner = ServerUser.owning(data());
        if (leftover.isPresent() && (owner != user || !passwords.has(SUPERUSER) || !isAsWeWouldStartIt())) {
            stop(owner);
            leftover = Optional.empty();
        }
        if (owner != user) {
            user.own(data());
        }
        if (leftover.isPresent()) {
            awaitReady(leftover.get(), logSize());
        } else {
            if (!passwords.has(SUPERUSER)) {
                setFirstPassword();
            }
            launch();
        }
        try {
            state.remember(port);
            createDatabase();
        } catch (Exception e) {
            stop(user);
            throw e;
        }
    }

    private void initialise() throws IOException, InterruptedException {
        // Renamed when it is complete, so that a kill does not leave half a cluster.
        Path unfinished = state.path().resolve("data-unfinished");
        FileSystemUtils.deleteRecursively(unfinished);
        Files.createDirectory(
                unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        user.own(unfinished);
        // Postgres' built-in C.UTF-8 always sorts the same way. The locales of the C library change with its version.
        binaries.run(
                user,
                "initdb",
                List.of(
                        "--pgdata=" + unfinished,
                        "--username=" + SUPERUSER,
                        // The pg_hba.conf in the data directory is not used. If it ever were, it would admit no one.
                        "--auth=reject",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8"));
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Runs while no server does, so that a new cluster, or one of a release that asked for no password, never serves without one. */
    private void setFirstPassword() throws IOException, InterruptedException {
        String password = Passwords.random();
        binaries.run(
                user,
                "postgres",
                List.of("--single", "-D", data().toString(), "postgres"),
                "alter role %s password '%s'\n".formatted(SUPERUSER, password));
        passwords.keep(SUPERUSER, password);
    }

    private void requireOwnVersion() throws IOException, InterruptedException {
        String theirs = Files.readString(data().resolve("PG_VERSION")).strip();
        String ours = majorVersion(binaries.run(user, "postgres", List.of("--version")));
        if (!theirs.equals(ours)) {
            throw new LocalServiceException(
                    "%s belongs to Postgres %s, but this Trainyard contains Postgres %s: use the release of Trainyard that wrote it, or dump the data with that release and load them into another directory"
                            .formatted(data(), theirs, ours));
        }
    }

    /** The first number of {@code postgres (PostgreSQL) 17.6 (Debian)}. */
    private static String majorVersion(String printed) {
        return printed.chars()
                .dropWhile(c -> !Character.isDigit(c))
                .takeWhile(Character::isDigit)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** The server of an earlier process that still runs on our data. */
    private Optional<ProcessHandle> leftover() throws IOException {
        List<String> lockFile = lockFile();
        if (lockFile.isEmpty()) {
            return Optional.empty();
        }
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(lockFile.getFirst()));
        Optional<String> command = process.flatMap(it -> it.info().command());
        if (command.isPresent() && !Path.of(command.get()).endsWith("postgres")) {
            // After a reboot, another program may have this process id, and Postgres would refuse to start while it
            // runs.
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
                && Files.exists(whoMayConnect())
                && Files.readString(whoMayConnect()).equals(WHO_MAY_CONNECT)
                && Files.readString(data().resolve("postmaster.opts")).strip().contentEquals(commandLine);
    }

    private List<String> settings() {
        return List.of(
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port.number()),
                "-c",
                "hba_file=" + whoMayConnect(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                // Everybody on this machine may open connections without logging in: there are far more of them than
                // Trainyard and its readers have, and each ends soon.
                "-c",
                "max_connections=300",
                "-c",
                "authentication_timeout=10s",
                // The lock table has this many entries per connection, and a reader can lock every table and index.
                "-c",
                "max_locks_per_transaction=256",
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
        Files.writeString(whoMayConnect(), WHO_MAY_CONNECT);
        Files.setPosixFilePermissions(whoMayConnect(), PosixFilePermissions.fromString("rw-r--r--"));
        if (Files.notExists(log())) {
            Files.createFile(log());
        }
        Files.setPosixFilePermissions(log(), PosixFilePermissions.fromString("rw-------"));
        long logSize = logSize();
        ProcessBuilder command = binaries.command(user, "postgres", settings())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        // In its own session (setsid), because Ctrl-C is meant for this process, which stops Postgres last. Every role
        // may
        // raise work_mem, so only the operating system can limit the memory of a database session (ulimit).
        command.command()
                .addAll(0, List.of("setsid", "sh", "-c", "ulimit -v %d; exec \"$@\"".formatted(MOST_KILOBYTES), "sh"));
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

    /** The server's status in its lock file: starting, ready or stopping. Empty before the server has written it. */
    private String status() throws IOException {
        List<String> lockFile = lockFile();
        return lockFile.size() < 8 ? "" : lockFile.get(7).strip();
    }

    private List<String> lockFile() throws IOException {
        Path file = data().resolve("postmaster.pid");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Creates the database and the roles that log in with a password. The migrations grant them their rights. */
    private void createDatabase() throws SQLException, IOException {
        try (Connection connection =
                        DriverManager.getConnection(url("postgres", SUPERUSER), SUPERUSER, password(SUPERUSER));
                Statement statement = connection.createStatement()) {
            for (String role : List.of(SERVER, WORKER, SQL)) {
                if (!exists(statement, "select 1 from pg_roles where rolname = '" + role + "'")) {
                    statement.execute("create role %s login".formatted(role));
                }
                if (!passwords.has(role)) {
                    String password = Passwords.random();
                    statement.execute("alter role %s password '%s'".formatted(role, password));
                    passwords.keep(role, password);
                }
            }
            if (!exists(statement, "select 1 from pg_database where datname = '" + DATABASE + "'")) {
                statement.execute("create database " + DATABASE);
            }
        }
    }

    private static boolean exists(Statement statement, String query) throws SQLException {
        try (ResultSet found = statement.executeQuery(query)) {
            return found.next();
        }
    }

    /**
     * The password of {@link #SUPERUSER}, {@link #SERVER}, {@link #WORKER} or {@link #SQL}.
     *
     * @throws LocalServiceException if the directory no longer holds it
     */
    public String password(String role) {
        try {
            return passwords.of(role);
        } catch (IOException e) {
            throw new LocalServiceException(
                    "the passwords of Postgres in %s cannot be read: %s"
                            .formatted(state.path(), FileProblem.wordsWithFile(e)),
                    e);
        }
    }

    /** The URL of the database {@value #DATABASE} for one of its users, without a password. */
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

    /** Ends open connections, stops the server and releases the directory. A second call does nothing. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stop(user);
        } catch (IOException e) {
            throw new LocalServiceException(
                    "Postgres in %s could not be stopped: %s".formatted(state.path(), FileProblem.wordsWithFile(e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalServiceException("interrupted while Postgres was stopping in " + state.path(), e);
        } finally {
            state.close();
        }
    }

    private void stop(ServerUser as) throws IOException, InterruptedException {
        binaries.run(
                as,
                "pg_ctl",
                List.of("stop", "-D", data().toString(), "-m", "fast", "-w", "-t", "" + STOP_LIMIT.toSeconds()));
    }

    private Path data() {
        return state.path().resolve("data");
    }

    /** Outside of the data directory, because the server's user may write there. */
    private Path whoMayConnect() {
        return state.path().resolve("pg_hba.conf");
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
