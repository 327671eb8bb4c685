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
 * The files and links of a folder as they were before an attempt began to write there. What is not the same afterwards, or was not there, is
 * the attempt's: no clock is asked, since the engine's, the file server's and this host's differ, and a program writes its first file before
 * its start is recorded.
 */
public final class EarlierFiles {

    /** More is not remembered, and is told apart by its time of change. */
    private static final int MOST = 1_000_000;

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(20);
    private static final int MAX_DEPTH = 100;

    /** A file's time of change may lag behind the clock by a tick of the kernel's. */
    private static final Duration TICK = Duration.ofMillis(50);

    private final Instant takenAt;
    private final boolean complete;

    /** A number for each file, by its path and what changes with it; sorted. */
    private final long[] files;

    private EarlierFiles(Instant takenAt, boolean complete, long[] files) {
        this.takenAt = takenAt;
        this.complete = complete;
        this.files = files;
    }

    /** Of a folder at which nobody looked before the attempt began, about then. */
    public static EarlierFiles unknownBefore(Instant begun) {
        return new EarlierFiles(begun, false, new long[0]);
    }

    /** As they are now. */
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

    /** Whether what is there now was there, and is unchanged. */
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

    /** What is uncertain about it, for people; empty: nothing. */
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
     * By the inode, size and times of the file: to copy over it, to rename another to its name, or to write in it changes one of them.
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
                // Neither is anything listed there afterwards.
                return;
            }
            for (Path name : folders) {
                try (OpenFolder inner = folder.enter(name)) {
                    at(inner, relative.resolve(name), depth + 1);
                } catch (IOException e) {
                    // What cannot be read now is gone, or is told as such when the files are listed.
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
                // It is gone by now, or cannot be looked at later either.
            }
        }
    }
}
