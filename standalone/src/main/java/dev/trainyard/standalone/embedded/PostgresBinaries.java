package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.springframework.util.FileSystemUtils;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of a Postgres, unpacked from the class path.
 *
 * <p>Zonky's own launcher is not used, for three reasons: it starts the server through pg_ctl and so through a shell, it mistakes any
 * server that answers on the port for its own, and it cannot say why a start failed.
 */
record PostgresBinaries(Path home) {
    private static final int OWNER_MAY_EXECUTE = 0100;

    /** Unpacks the programs into a directory below the given one, unless that has been done before. */
    static PostgresBinaries below(Path directory) throws IOException {
        String architecture = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        URL archive = PostgresBinaries.class.getResource("/postgres-linux-" + architecture + ".txz");
        if (archive == null) {
            throw new LocalServiceException(
                    "there is no built-in Postgres for this machine's architecture (%s): use a Postgres server of your own"
                            .formatted(architecture));
        }
        JarURLConnection connection = (JarURLConnection) archive.openConnection();
        Path home = directory.resolve(String.format(
                Locale.ROOT, "programs-%08x", connection.getJarEntry().getCrc()));
        if (Files.notExists(home)) {
            Path unfinished = directory.resolve("programs-unfinished");
            FileSystemUtils.deleteRecursively(unfinished);
            try (TarArchiveInputStream tar =
                    new TarArchiveInputStream(new XZInputStream(connection.getInputStream()))) {
                unpack(tar, unfinished);
            }
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        }
        return new PostgresBinaries(home);
    }

    private static void unpack(TarArchiveInputStream tar, Path target) throws IOException {
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path file = target.resolve(entry.getName()).normalize();
            if (!file.startsWith(target)) {
                throw new IOException("the archive of Postgres would write outside its directory: " + entry.getName());
            }
            if (entry.isDirectory()) {
                createDirectories(file);
                continue;
            }
            createDirectories(file.resolveSibling(""));
            if (entry.isSymbolicLink()) {
                Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                continue;
            }
            Files.copy(tar, file);
            boolean executable = (entry.getMode() & OWNER_MAY_EXECUTE) != 0;
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    /** Readable by every user whatever our umask is, because the programs may run as another user. */
    private static void createDirectories(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            createDirectories(directory.resolveSibling(""));
            Files.createDirectory(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    /** A command for one of the programs, with standard error joined to standard output. */
    ProcessBuilder command(ServerUser user, String program, List<String> arguments) {
        List<String> command = new ArrayList<>(user.prefix());
        command.add(program(program).toString());
        command.addAll(arguments);
        return new ProcessBuilder(command).directory(home.toFile()).redirectErrorStream(true);
    }

    /** Runs one of the programs to its end and returns what it printed. */
    String run(ServerUser user, String program, List<String> arguments) throws IOException, InterruptedException {
        return run(user, program, arguments, "");
    }

    /** As above, with text for standard input. */
    String run(ServerUser user, String program, List<String> arguments, String input)
            throws IOException, InterruptedException {
        ProcessBuilder builder = command(user, program, arguments);
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It ended before it read all input. Its exit code and output say why.
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        if (code != 0) {
            throw new LocalServiceException("%s failed with exit code %d: %s%s"
                    .formatted(
                            String.join(" ", builder.command()),
                            code,
                            output,
                            output.startsWith("unshare:")
                                    ? ". Postgres refuses to run as root, and this system allows no user namespace for it. Start Trainyard as another user, or give it a directory that every user may enter (chmod o+x)"
                                    : ""));
        }
        return output;
    }
}
