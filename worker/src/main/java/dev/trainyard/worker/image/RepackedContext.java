package dev.trainyard.worker.image;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.training.BuildSpec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * A build context in the form that the engine gets: read entry by entry, and written as another tar file. The engine would interpret the
 * uploaded bytes differently: it supports other compressions, follows links in paths, and takes the later of two files. The tar file
 * written here is unambiguous. The Dockerfile comes last, so that no entry replaces it.
 *
 * <p>If there are links, an attribute contains a digest of their targets, because the builder's cache compares attributes. The attribute does
 * not get into images, because of the attributes of a context the builder copies only capabilities of programs.
 */
final class RepackedContext extends InputStream {

    static final int MOST_ENTRIES = 200_000;
    static final long MOST_BYTES = 8L << 30;
    private static final int MOST_OF_DOCKERFILE = 1 << 20;

    /** In bytes: the maximum of a path on Linux. */
    private static final int LONGEST_NAME = 4096;

    /** In bytes. All names are kept, to find duplicates, and writing a name takes more than its length. */
    private static final long MOST_OF_NAMES = 16L << 20;

    private static final String ATTRIBUTE = "SCHILY.xattr.";

    /** In characters. Global headers are repeated for each entry, so a small tar file can contain a lot. */
    private static final long MOST_OF_ATTRIBUTES = 32L << 20;

    /** On a file: the digest of the context's symbolic links. On a hard link: also that of its content. */
    static final String LINKS = ATTRIBUTE + "user.dev.trainyard.links";

    private final InputStream stored;
    private final String path;
    private final ContextCheck.@Nullable Facts known;
    private final ContextLinks links;
    private final @Nullable String symbolic;

    /** Files that hard links lead to, by name. */
    private final Map<String, Target> targets = new HashMap<>();

    private final Buffer buffer = new Buffer();
    private final byte[] piece = new byte[1 << 16];
    private final TarArchiveOutputStream out;

    private final ContextPaths paths = new ContextPaths();

    private @Nullable TarHeaders headers;
    private @Nullable TarArchiveInputStream in;
    private @Nullable TarArchiveEntry dockerfile;
    private byte[] text = {};
    private boolean copying;
    private @Nullable Reading reading;
    private boolean done;
    private boolean isRead;
    private int entries;
    private long bytes;
    private long lengthOfNames;
    private long lengthOfAttributes;

    /**
     * @param stored read to its end, where the store checks the digest; not closed
     * @param dockerfile its path
     * @param known result of the first reading, which must be the same again; null for the first reading, whose output is not for the
     *     engine
     */
    RepackedContext(InputStream stored, String dockerfile, ContextCheck.@Nullable Facts known) {
        this.stored = stored;
        this.path = normalised(dockerfile);
        this.known = known;
        this.links = known == null ? new ContextLinks(path) : known.links();
        this.symbolic = known == null ? null : links.digestOfSymbolic();
        this.out = new TarArchiveOutputStream(buffer, StandardCharsets.UTF_8.name());
        out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        out.setAddPaxHeadersForNonAsciiNames(true);
    }

    /** Data of a file with hard links: they share its mode and owner, and its content distinguishes them for the cache. */
    private static final class Target {

        private final int mode;
        private final long user;
        private final long group;
        private final String userName;
        private final String groupName;
        private final FileTime modified;

        /** Of attributes and content; empty until it was read. */
        private String digest = "";

        Target(TarArchiveEntry entry) {
            mode = entry.getMode();
            user = entry.getLongUserId();
            group = entry.getLongGroupId();
            userName = entry.getUserName();
            groupName = entry.getGroupName();
            modified = entry.getLastModifiedTime();
        }

        void describe(TarArchiveEntry copy) {
            copy.setMode(mode);
            copy.setUserId(user);
            copy.setGroupId(group);
            copy.setUserName(userName);
            copy.setGroupName(groupName);
            copy.setLastModifiedTime(modified);
        }
    }

    /** Of one file at a time: there may be as many targets as files. */
    private static final class Reading {

        private final Target target;
        private final MessageDigest content = ContextLinks.sha256();

        Reading(TarArchiveEntry entry) {
            target = new Target(entry);
            attributesOf(entry)
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(attribute -> content.update(
                            (attribute.getKey() + '=' + attribute.getValue() + '\0').getBytes(StandardCharsets.UTF_8)));
        }

        void end() {
            target.digest = HexFormat.of().formatHex(content.digest());
        }
    }

    /** The context is refused. */
    static final class Dishonest extends IOException {

        private static final long serialVersionUID = 1L;

        Dishonest(String message) {
            super(message);
        }
    }

    /** Available after the end of the context, which then has at least one entry and a Dockerfile. */
    ContextCheck.Facts facts() {
        return new ContextCheck.Facts(entries, bytes, path, new String(text, StandardCharsets.UTF_8), links);
    }

    /** As the engine does: if there is no {@code Dockerfile}, it takes {@code dockerfile}. For what was read to its end. */
    Optional<String> dockerfileInLowerCase() {
        return Optional.of(BuildSpec.inLowerCase(path))
                .filter(name -> !name.equals(path) && isRead && paths.isFile(name));
    }

    /** Removes parts without meaning from a path. */
    static String normalised(String name) {
        return Arrays.stream(name.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .collect(Collectors.joining("/"));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (length > 0 && buffer.isEmpty()) {
            if (done) {
                return -1;
            }
            writeMore();
        }
        return buffer.take(target, offset, length);
    }

    private void writeMore() throws IOException {
        TarArchiveInputStream tar = in;
        TarHeaders limit = headers;
        if (tar == null || limit == null) {
            limit = new TarHeaders(plain(stored));
            headers = limit;
            tar = new TarArchiveInputStream(limit, StandardCharsets.UTF_8.name());
            in = tar;
        }
        if (copying) {
            int count = tar.read(piece);
            if (count >= 0) {
                out.write(piece, 0, count);
                if (reading != null) {
                    reading.content.update(piece, 0, count);
                }
            } else {
                out.closeArchiveEntry();
                copying = false;
                if (reading != null) {
                    reading.end();
                    reading = null;
                }
            }
            return;
        }
        limit.begin();
        TarArchiveEntry entry = tar.getNextEntry();
        limit.end();
        if (entry == null) {
            finish();
        } else {
            add(entry, tar);
        }
    }

    private void add(TarArchiveEntry entry, InputStream stream) throws IOException {
        String name = normalised(entry.getName());
        check(entry, name);
        count(entry.getRealSize());
        if (isOnTheWay(name) && !entry.isDirectory()) {
            takeDockerfile(entry, name, stream);
        }
        boolean again = place(entry, name);
        if (known == null) {
            noteLink(entry, name);
        }
        if (name.equals(path) && !entry.isDirectory()) {
            dockerfile = copyOf(entry, name, TarConstants.LF_NORMAL);
        } else if (entry.isDirectory()) {
            if (!again) {
                put(copyOf(entry, name.isEmpty() ? "./" : name + "/", TarConstants.LF_DIR));
                out.closeArchiveEntry();
            }
        } else if (entry.isSymbolicLink()) {
            TarArchiveEntry link = copyOf(entry, name, TarConstants.LF_SYMLINK);
            link.setLinkName(entry.getLinkName());
            put(link);
            out.closeArchiveEntry();
        } else if (entry.isLink()) {
            addHardLink(entry, name, normalised(entry.getLinkName()));
        } else {
            TarArchiveEntry file = copyOf(entry, name, TarConstants.LF_NORMAL);
            file.setSize(entry.getRealSize());
            put(file);
            copying = true;
            reading = links.isTarget(name) ? new Reading(entry) : null;
            if (reading != null) {
                targets.put(name, reading.target);
            }
        }
    }

    private void noteLink(TarArchiveEntry entry, String name) {
        if (entry.isDirectory()) {
            links.addFolder(name);
        } else if (entry.isSymbolicLink()) {
            links.addSymbolic(name, entry.getLinkName());
        } else if (entry.isLink()) {
            links.addHard(name, normalised(entry.getLinkName()));
        } else {
            links.addFile(name);
        }
    }

    private void addHardLink(TarArchiveEntry entry, String name, String linked) throws IOException {
        String file = links.fileOf(linked);
        if (file.equals(path)) {
            // At this point the Dockerfile is not written yet.
            count(text.length);
            putDockerfile(copyOf(entry, name, TarConstants.LF_NORMAL));
            return;
        }
        Target there = targets.get(file);
        TarArchiveEntry link = new RepackedEntry(name, TarConstants.LF_LINK);
        link.setLinkName(linked);
        if (there == null) {
            new Target(entry).describe(link);
        } else {
            // The engine would give both the attributes of the link, but use those of the file for its cache.
            there.describe(link);
            link.addPaxHeader(LINKS, symbolic == null ? there.digest : there.digest + symbolic);
        }
        put(link);
        out.closeArchiveEntry();
    }

    private void finish() throws IOException {
        // Check this first: a context with another digest must not be built.
        stored.transferTo(OutputStream.nullOutputStream());
        if (entries == 0) {
            throw new Dishonest("an empty tar file");
        }
        if (dockerfile == null) {
            isRead = true;
            throw new ImageFailure(Cause.IMAGE_BUILD_FAILED, "the source has no file %s to build from".formatted(path));
        }
        putDockerfile(dockerfile);
        out.finish();
        done = true;
    }

    private void putDockerfile(TarArchiveEntry entry) throws IOException {
        entry.setSize(text.length);
        put(entry);
        out.write(text);
        out.closeArchiveEntry();
    }

    private void put(TarArchiveEntry entry) throws IOException {
        if (out.getBytesWritten() == 0) {
            // This makes the tar file begin with ./PaxHeaders. Some names would look like the beginning of a compressed
            // file.
            entry.addPaxHeader("comment", "trainyard");
        }
        out.putArchiveEntry(entry);
    }

    /** Copies all fields of a header that the engine uses or compares. */
    private TarArchiveEntry copyOf(TarArchiveEntry entry, String name, byte kind) throws Dishonest {
        TarArchiveEntry copy = new RepackedEntry(name, kind);
        new Target(entry).describe(copy);
        for (Map.Entry<String, String> attribute : attributesOf(entry).toList()) {
            requireText(attribute.getValue(), "the attributes of", name);
            copy.addPaxHeader(attribute.getKey(), attribute.getValue());
        }
        if (symbolic != null && (kind == TarConstants.LF_NORMAL || kind == TarConstants.LF_DIR)) {
            copy.addPaxHeader(LINKS, symbolic);
        }
        return copy;
    }

    private static Stream<Map.Entry<String, String>> attributesOf(TarArchiveEntry entry) {
        return entry.getExtraPaxHeaders().entrySet().stream()
                .filter(header -> header.getKey().startsWith(ATTRIBUTE)
                        && !header.getKey().equals(LINKS));
    }

    private void count(long size) throws Dishonest {
        bytes += Math.max(0, size);
        if (bytes > MOST_BYTES) {
            throw new Dishonest("more than %d GiB unpacked. Leave data out of the source".formatted(MOST_BYTES >> 30));
        }
    }

    private void check(TarArchiveEntry entry, String name) throws Dishonest {
        entries++;
        // Global headers accumulate, and apply to each entry.
        long attributes = entry.getUserName().length() + entry.getGroupName().length();
        for (Map.Entry<String, String> header : entry.getExtraPaxHeaders().entrySet()) {
            attributes += header.getKey().length() + header.getValue().length();
        }
        if (attributes > TarHeaders.MOST_BYTES) {
            throw new Dishonest("the global headers are larger than 256 KiB");
        }
        lengthOfAttributes += attributes;
        if (lengthOfAttributes > MOST_OF_ATTRIBUTES) {
            throw new Dishonest(
                    "the attributes of all entries are larger than %d MiB in total, with global headers counted for each entry"
                            .formatted(MOST_OF_ATTRIBUTES >> 20));
        }
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        int linked = entry.getLinkName().getBytes(StandardCharsets.UTF_8).length;
        lengthOfNames += length + linked;
        if (leaves(entry.getName())) {
            throw new Dishonest("entry '%s' leads out of its folder".formatted(entry.getName()));
        }
        if (entry.isLink() && leaves(entry.getLinkName())) {
            throw new Dishonest("entry '%s' links to '%s' outside its folder".formatted(name, entry.getLinkName()));
        }
        if (!entry.isDirectory() && (name.isEmpty() || !isFileOrLink(entry))) {
            throw new Dishonest("entry '%s' is neither file, folder nor link".formatted(entry.getName()));
        }
        if (Math.max(length, linked) > LONGEST_NAME || lengthOfNames > MOST_OF_NAMES) {
            throw new Dishonest("names are too long: the limits are %d bytes for each, and %d million in total"
                    .formatted(LONGEST_NAME, MOST_OF_NAMES / 1_000_000));
        }
        requireText(entry.getName(), "the name of", name);
        requireText(entry.getLinkName(), "the target of", name);
    }

    private static boolean isFileOrLink(TarArchiveEntry entry) {
        return entry.isLink()
                || entry.isSymbolicLink()
                || entry.isFile() && !entry.isBlockDevice() && !entry.isCharacterDevice() && !entry.isFIFO();
    }

    /** A byte that is not UTF-8 was replaced by this character, so the name would be written differently. */
    private static void requireText(String text, String what, String name) throws Dishonest {
        if (text.indexOf('\uFFFD') >= 0 || text.indexOf('\0') >= 0) {
            throw new Dishonest("%s entry '%s' is not UTF-8 text".formatted(what, name));
        }
    }

    /**
     * Refuses paths through links, which the engine would follow, and repeated files: the engine would use the first for its cache, but unpack
     * the second.
     *
     * @return whether it is an existing folder
     */
    private boolean place(TarArchiveEntry entry, String name) throws Dishonest {
        if (entry.isLink() && !paths.isFile(normalised(entry.getLinkName()))) {
            throw new Dishonest(
                    "entry '%s' links to '%s', which is not an earlier file".formatted(name, entry.getLinkName()));
        }
        ContextPaths.Placed placed = paths.add(name, entry.isDirectory());
        // The engine creates missing parent folders.
        if (entries + paths.untold() > MOST_ENTRIES) {
            throw new Dishonest("more than %d entries, including parent folders. Leave data out of the source"
                    .formatted(MOST_ENTRIES));
        }
        switch (placed) {
            case ContextPaths.Behind(String file) ->
                throw new Dishonest("entry '%s' is below '%s', which is not a folder".formatted(name, file));
            case ContextPaths.Twice _ -> throw new Dishonest("entry '%s' is repeated".formatted(name));
            case ContextPaths.Again _ -> {
                return true;
            }
            case ContextPaths.Fresh _ -> {
                return false;
            }
        }
    }

    private static boolean leaves(String name) {
        return name.startsWith("/") || Arrays.asList(name.split("/")).contains("..");
    }

    /** Whether it is the path of the Dockerfile or of one of its parent folders. */
    private boolean isOnTheWay(String name) {
        return path.equals(name) || path.startsWith(name + "/");
    }

    private void takeDockerfile(TarArchiveEntry entry, String name, InputStream stream) throws IOException {
        if (!name.equals(path) || entry.isLink() || entry.isSymbolicLink()) {
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile %s is a link, or is below '%s', which is not a folder. Put the file itself there"
                            .formatted(path, entry.getName()));
        }
        text = stream.readNBytes(MOST_OF_DOCKERFILE + 1);
        if (text.length > MOST_OF_DOCKERFILE) {
            throw new ImageFailure(Cause.IMAGE_BUILD_FAILED, "the Dockerfile %s is larger than 1 MiB".formatted(path));
        }
        String decoded = decoded(text);
        if (known != null && !known.dockerfile().equals(decoded)) {
            throw new Dishonest("the Dockerfile %s is not the one that was read before".formatted(path));
        }
    }

    private String decoded(byte[] utf8) {
        ByteBuffer from = ByteBuffer.wrap(utf8);
        CharBuffer to = CharBuffer.allocate(utf8.length);
        if (StandardCharsets.UTF_8.newDecoder().decode(from, to, true).isError()) {
            long line = IntStream.range(0, from.position())
                            .filter(at -> utf8[at] == '\n')
                            .count()
                    + 1;
            throw new ImageFailure(
                    Cause.IMAGE_BUILD_FAILED,
                    "the Dockerfile %s is not UTF-8 in line %d. Save it as UTF-8".formatted(path, line));
        }
        return to.flip().toString();
    }

    private static InputStream plain(InputStream stored) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(stored);
        buffered.mark(16);
        String start = HexFormat.of().formatHex(buffered.readNBytes(10));
        buffered.reset();
        if (start.startsWith("1f8b")) {
            return new GZIPInputStream(buffered);
        }
        if (start.startsWith("fd377a585a00")
                || start.startsWith("28b52ffd")
                || start.matches("425a683[1-9](314159|177245).*")) {
            throw new Dishonest(
                    "compressed with xz, zstd or bzip2. Send an uncompressed tar file, or one compressed with gzip");
        }
        return buffered;
    }

    /** Output that was not read yet. */
    private static final class Buffer extends ByteArrayOutputStream {

        private int taken;

        boolean isEmpty() {
            return taken == count;
        }

        int take(byte[] target, int offset, int length) {
            int taking = Math.min(length, count - taken);
            System.arraycopy(buf, taken, target, offset, taking);
            taken += taking;
            if (isEmpty()) {
                reset();
                taken = 0;
            }
            return taking;
        }
    }
}
