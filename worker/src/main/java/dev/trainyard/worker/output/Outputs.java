package dev.trainyard.worker.output;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.RunSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * The folders in which attempts of this host write their results: a managed folder {@code <root>/<job>/<attempt>}, or the location in the
 * request. No container can write in the folders above a managed folder, nor in another attempt's, so the path of a managed folder can be
 * trusted. On the path to a named location, only the folder that the policy allows is trusted.
 *
 * @param root of the managed folders
 * @param host name of this host, for people elsewhere
 */
public record Outputs(Path root, String host) {

    private static final String OURS_ALONE = "rwx------";
    private static final String READABLE = "rwxr-xr-x";

    /** The container's user is any id that the image chooses, so the folder must be writable for all. */
    private static final String EVERYBODYS = "rwxrwxrwx";

    public Outputs {
        root = root.toAbsolutePath().normalize();
    }

    /** The path of the attempt's folder, without creating it. */
    public Path place(JobId job, int attemptNumber, RunSpec run) {
        String location = run.storage().outputs().location();
        return location != null
                ? Path.of(location).normalize()
                : root.resolve(job.toString()).resolve(Integer.toString(attemptNumber));
    }

    /** Creates the root if it is missing, for this process's user only. */
    public void makeRoot() throws IOException {
        make(root, OURS_ALONE);
    }

    /** Creates a folder by its path, which no container can redirect. */
    private static void make(Path folder, String mode) throws IOException {
        if (Files.exists(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)));
        } catch (FileAlreadyExistsException e) {
            // Another process has just created it.
        }
    }

    /**
     * Creates an attempt's managed folder, or finds the one that it created before. A mark, written first, identifies it.
     *
     * @throws IOException also if the path exists and this attempt did not create it
     */
    public Path makeManaged(JobId job, int number, AttemptId attempt, RunSpec run) throws IOException {
        Path name = Path.of(Integer.toString(number));
        try (OpenFolder ofJob = ofJob(job)) {
            Path mark = mark(number, attempt);
            if (!ofJob.has(mark)) {
                if (ofJob.has(name)) {
                    throw new FileSystemException(
                            ofJob.path().resolve(name).toString(),
                            null,
                            "it exists, but was not created for this attempt. Move it away (mv %1$s %1$s.old) and submit again"
                                    .formatted(ofJob.path().resolve(name)));
                }
                ofJob.create(mark).close();
            }
            if (!ofJob.has(name)) {
                ofJob.make(name, root, mode(run));
            }
            ofJob.enter(name).close();
            return ofJob.path().resolve(name);
        }
    }

    /**
     * Creates a folder within an attempt's managed folder if it is missing. Call this before the container exists: only until then can names
     * in the folder be trusted.
     */
    public void makeWithin(JobId job, int number, Path relative, RunSpec run) throws IOException {
        OpenFolder folder = openManaged(job, number);
        try {
            for (int i = 0; i < relative.getNameCount(); i++) {
                Path name = relative.getName(i);
                if (!folder.has(name)) {
                    // In the image, the folder may belong to another user.
                    make(folder, name, root, i == relative.getNameCount() - 1 ? EVERYBODYS : mode(run));
                }
                try (OpenFolder above = folder) {
                    folder = above.enter(name);
                }
            }
        } finally {
            folder.close();
        }
    }

    private static String mode(RunSpec run) {
        return run.program().user() == null ? READABLE : EVERYBODYS;
    }

    private OpenFolder ofJob(JobId job) throws IOException {
        makeRoot();
        Path folder = root.resolve(job.toString());
        make(folder, READABLE);
        try (OpenFolder all = OpenFolder.at(root)) {
            return all.enter(folder.getFileName());
        }
    }

    /** A file next to the attempt's folder, where no container can write. It records that this attempt created the folder, and the name of the log file in it. */
    private static Path mark(int number, AttemptId attempt) {
        return Path.of(".%d.%s".formatted(number, attempt));
    }

    /**
     * Creates a named location if it is missing. Does not change the mode of an existing one.
     *
     * @param allowed folder of the policy that contains it
     * @param real the location, without links
     */
    public static void makeNamed(Path allowed, Path real, RunSpec run) throws IOException {
        make(allowed, OURS_ALONE);
        OpenFolder folder = OpenFolder.at(allowed);
        try {
            Path relative = allowed.relativize(real);
            for (int i = 0; i < relative.getNameCount() && !relative.toString().isEmpty(); i++) {
                Path name = relative.getName(i);
                if (!folder.has(name)) {
                    make(folder, name, allowed, i == relative.getNameCount() - 1 ? mode(run) : READABLE);
                }
                try (OpenFolder above = folder) {
                    folder = above.enter(name);
                }
            }
        } finally {
            folder.close();
        }
    }

    private static void make(OpenFolder folder, Path name, Path allowed, String mode) throws IOException {
        try {
            folder.make(name, allowed, mode);
        } catch (FileAlreadyExistsException e) {
            // Another attempt has just created it.
        } catch (AtomicMoveNotSupportedException e) {
            throw new FileSystemException(
                    folder.path().resolve(name).toString(),
                    null,
                    "it does not exist, and its file system differs from that of %s: create it (mkdir -p)"
                            .formatted(allowed));
        }
    }

    /** Opens an attempt's managed folder. */
    public OpenFolder openManaged(JobId job, int number) throws IOException {
        try (OpenFolder all = OpenFolder.at(root)) {
            return all.enter(Path.of(job.toString(), Integer.toString(number)));
        }
    }

    /**
     * Opens a named location.
     *
     * @param allowed folder of the policy that contains it
     * @param real the location, without links
     */
    public static OpenFolder openNamed(Path allowed, Path real) throws IOException {
        try (OpenFolder folder = OpenFolder.at(allowed)) {
            return folder.enter(allowed.relativize(real));
        }
    }

    /**
     * Creates the file for the attempt's log under a name that the program has not used. A second call replaces the first file.
     *
     * @param folder the attempt's
     * @param wanted name of the file, without {@code .log}
     */
    public OutputStream newLog(JobId job, int number, AttemptId attempt, OpenFolder folder, String wanted)
            throws IOException {
        try (OpenFolder ofJob = ofJob(job)) {
            Path mark = mark(number, attempt);
            String ours = ofJob.has(mark) ? text(ofJob, mark) : "";
            if (ours.isEmpty()) {
                ours = freeName(folder, wanted, attempt);
                write(ofJob, mark, ours.getBytes(StandardCharsets.UTF_8));
            }
            Path name = Path.of(ours);
            if (folder.has(name)) {
                folder.delete(name);
            }
            return folder.create(name);
        }
    }

    /** Stores which files a named location had before the attempt began. The process that later lists the files may be another one. */
    public void keepEarlier(JobId job, int number, AttemptId attempt, EarlierFiles earlier) throws IOException {
        try (OpenFolder ofJob = ofJob(job)) {
            write(ofJob, earlier(number, attempt), earlier.bytes());
        }
    }

    /** Empty if nothing was stored. */
    public Optional<EarlierFiles> earlierFiles(JobId job, int number, AttemptId attempt) throws IOException {
        try (OpenFolder ofJob = ofJob(job);
                InputStream in = ofJob.read(earlier(number, attempt), 0)) {
            return Optional.of(EarlierFiles.of(in.readAllBytes()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Call this when no more files will be listed. */
    public void forgetEarlier(JobId job, int number, AttemptId attempt) throws IOException {
        try (OpenFolder ofJob = ofJob(job)) {
            if (ofJob.has(earlier(number, attempt))) {
                ofJob.delete(earlier(number, attempt));
            }
        }
    }

    private static Path earlier(int number, AttemptId attempt) {
        return Path.of(mark(number, attempt) + ".earlier");
    }

    private static String freeName(OpenFolder folder, String wanted, AttemptId attempt) throws IOException {
        String name = wanted + ".log";
        String withAttempt = wanted.endsWith(attempt.shortForm()) ? wanted : wanted + "-" + attempt.shortForm();
        for (int i = 1; folder.has(Path.of(name)); i++) {
            name = withAttempt + (i == 1 && !withAttempt.equals(wanted) ? "" : "-" + i) + ".log";
        }
        return name;
    }

    private static String text(OpenFolder folder, Path name) throws IOException {
        try (InputStream in = folder.read(name, 0)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Writes the file atomically. */
    private static void write(OpenFolder folder, Path name, byte[] content) throws IOException {
        Path fresh = Path.of(name + ".new");
        if (folder.has(fresh)) {
            folder.delete(fresh);
        }
        try (OutputStream out = folder.create(fresh)) {
            out.write(content);
        }
        folder.rename(fresh, name);
    }

    /** {@code file://host/path}. */
    public URI uri(Path place) {
        try {
            return new URI("file", host, place.toString(), null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("no URI for %s on %s".formatted(place, host), e);
        }
    }

    /** The path of such a URI on its host. */
    public static Path path(URI place) {
        return Path.of(place.getPath());
    }
}
