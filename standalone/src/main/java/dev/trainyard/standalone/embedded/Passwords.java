package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;
import java.util.Set;

/** Random passwords of the database roles, in a file that only its owner may read. */
final class Passwords {
    private static final int BYTES = 24;

    private final Path file;

    Passwords(Path file) {
        this.file = file;
    }

    boolean has(String role) throws IOException {
        return read().getProperty(role) != null;
    }

    /**
     * The role's password.
     *
     * @throws LocalServiceException if there is none
     */
    String of(String role) throws IOException {
        String password = read().getProperty(role);
        if (password == null) {
            throw new LocalServiceException(
                    "%s has no password for %s: delete the file, and the next start creates new passwords for all roles"
                            .formatted(file, role));
        }
        return password;
    }

    /** Letters and digits only. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Call it only after the server has accepted the password: a stored password counts as set. */
    void keep(String role, String password) throws IOException {
        Properties passwords = read();
        passwords.setProperty(role, password);
        Path unfinished = file.resolveSibling(file.getFileName() + "-unfinished");
        Files.deleteIfExists(unfinished);
        try (Writer writer = Channels.newWriter(
                Files.newByteChannel(
                        unfinished,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
                StandardCharsets.UTF_8)) {
            passwords.store(writer, null);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Properties read() throws IOException {
        Properties passwords = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                passwords.load(reader);
            }
        }
        return passwords;
    }
}
