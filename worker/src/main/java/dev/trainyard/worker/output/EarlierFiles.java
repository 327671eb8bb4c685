package dev.trainyard.worker.output;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * The files and links of a folder before an attempt began to write there. What is new or different afterwards belongs to the attempt. This
 * does not compare times, because the clocks of engine, file server and host differ, and because a program writes its first file before its
 * start is recorded.
 */
public final class EarlierFiles {

    /** Maximum number of files to remember. Beyond that, the time of change decides. */
    private static final int MOST = 1_000_000;

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(20);
    private static final int MAX_DEPTH = 100;

    /** A file's time of change can be behind the clock by one tick of the kernel. */
    private static final Duration TICK = Duration.ofMillis(50);

    private final Instant takenAt;
    private final boolean complete;

    /** Sorted hashes of each file's path and metadata. */
    private final long[] files;

    private EarlierFiles(Instant takenAt, boolean complete, long[] files) {
        this.takenAt = takenAt;
        this.complete = complete;
        this.files = files;
    }

    /** For a folder that was not listed before the attempt began, which was at about this time. */
    public static EarlierFiles unknownBefore(Instant begun) {
        return new EarlierFiles(begun, false, new long[0]);
    }

    /** The current files. */
    public static EarlierFiles in(OpenFolder folder) throws IOException {
        return in(folder, MOST, System::nanoTime);
    }

    static EarlierFiles in(OpenFolder folder, int most, LongSupplier nanoTime) throws IOException {
        Instant now = Instant.now();
        Look look = new Look(most, nanoTime);
        try (OpenFolder top = folder.enter(Path.of(""))) {
            look.at(top, Path.of(""), 0);
        }
        long[] files = look.files.build().sorted().toArray();
        return new EarlierFiles(now, look.complete, files);
    }

    /** Whether the file existed before and is unchanged. */
    boolean have(OpenFolder folder, Path relative) throws IOException {
        Path name = relative.getFileName();
        if (Arrays.binarySearch(files, number(folder, relative, name)) >= 0) {
            return true;
        }
        if (complete) {
            return false;
        }
        FileTime changed = (FileTime)
                Objects.requireNonNull(folder.attributes(name, "unix:ctime").get("ctime"));
        return changed.toInstant().isBefore(takenAt.minus(TICK));
    }

    /** What is uncertain, for people. Empty if nothing is. */
    List<String> doubts() {
        return complete
                ? List.of()
                : List.of(
                        "it is not known of all files whether they were there before: those that changed since %s are listed"
                                .formatted(takenAt));
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeLong(takenAt.toEpochMilli());
            out.writeBoolean(complete);
            out.writeInt(files.length);
            for (long file : files) {
                out.writeLong(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static EarlierFiles of(byte[] bytes) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Instant takenAt = Instant.ofEpochMilli(in.readLong());
            boolean complete = in.readBoolean();
            long[] files = new long[in.readInt()];
            for (int i = 0; i < files.length; i++) {
                files[i] = in.readLong();
            }
            return new EarlierFiles(takenAt, complete, files);
        }
    }

    /**
     * A hash of inode, size and times of the file. A copy over it, a rename of another file to its name, and a write to it change one of
     * these.
     */
    private static long number(OpenFolder folder, Path relative, Path name) throws IOException {
        Map<String, Object> facts = folder.attributes(name, "unix:ino,size,lastModifiedTime,ctime");
        MessageDigest digest = OutputManifest.sha256();
        digest.update(PathText.of(relative).getBytes(StandardCharsets.UTF_8));
        digest.update("\0%s\0%s\0%s\0%s"
                .formatted(facts.get("ino"), facts.get("size"), facts.get("lastModifiedTime"), facts.get("ctime"))
                .getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static final class Look {

        private final LongStream.Builder files = LongStream.builder();
        private final int most;
        private final LongSupplier nanoTime;
        private final long begunAt;
        private int count;
        private boolean complete = true;

        Look(int most, LongSupplier nanoTime) {
            this.most = most;
            this.nanoTime = nanoTime;
            this.begunAt = nanoTime.getAsLong();
        }

        void at(OpenFolder folder, Path relative, int depth) throws IOException {
            List<Path> folders = new ArrayList<>();
            try {
                for (Path name : folder.names()) {
                    if (++count > most || nanoTime.getAsLong() - begunAt > LONGEST_LOOK.toNanos()) {
                        complete = false;
                    }
                    if (!complete) {
                        return;
                    }
                    add(folder, relative, name, folders);
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            if (depth == MAX_DEPTH) {
                // Files there are not listed afterwards either.
                return;
            }
            for (Path name : folders) {
                try (OpenFolder inner = folder.enter(name)) {
                    at(inner, relative.resolve(name), depth + 1);
                } catch (IOException e) {
                    // The file was removed, or the later listing reports that it cannot be read.
                }
            }
        }

        private void add(OpenFolder folder, Path relative, Path name, List<Path> folders) {
            try {
                if (folder.attributes(name).isDirectory()) {
                    folders.add(name);
                } else {
                    files.add(number(folder, relative.resolve(name), name));
                }
            } catch (IOException e) {
                // The file was removed, or cannot be read later either.
            }
        }
    }
}
