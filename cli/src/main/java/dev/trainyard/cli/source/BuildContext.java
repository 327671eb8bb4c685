package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.dockerfile.DockerfileInstruction;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A build context in one tar, in a temporary file until it is closed.
 *
 * @param digest {@code sha256:} and 64 hexadecimal digits
 * @param warnings what will probably not be as it was meant
 */
public record BuildContext(Path tar, String digest, long size, List<String> warnings) implements AutoCloseable {

    private static final String DOCKERIGNORE = ".dockerignore";

    /**
     * Packs a folder as {@code docker build} sends it: without what {@code .dockerignore} names, symbolic links as links.
     *
     * @param folder the context
     * @param dockerfile path within it
     * @param inline the Dockerfile's text, packed under that path; null: the folder has it
     * @param source a folder or archive that goes in as an archive; null: none
     * @throws Failure if something is missing, unreadable or too large
     */
    public static BuildContext pack(Path folder, String dockerfile, @Nullable String inline, @Nullable Path source) {
        return pack(folder, dockerfile, inline, null, source);
    }

    /** The same of a Dockerfile of which only the stages up to the target are built. */
    public static BuildContext pack(
            Path given, String dockerfile, @Nullable String inline, @Nullable String target, @Nullable Path source) {
        // A relative folder such as "." normalises to an empty path, which is not the beginning of any other.
        Path folder = given.toAbsolutePath().normalize();
        if (inline == null) {
            return packed(folder, dockerfile, textBeside(source, folder, dockerfile), null, target, source);
        }
        if (source != null) {
            SourceArchive.check(source);
        }
        Path file = temporaryFile(folder, inline);
        try {
            return packed(folder, dockerfile, inline, file, target, source);
        } finally {
            delete(file);
        }
    }

    /** The Dockerfile, once the source is known to be good. Where both are missing, a mistyped source is the likelier mistake. */
    private static String textBeside(@Nullable Path source, Path folder, String dockerfile) {
        try {
            if (source != null) {
                SourceArchive.check(source);
            }
        } catch (Failure wrongSource) {
            throw both(wrongSource, folder, dockerfile);
        }
        return dockerfileText(folder, dockerfile);
    }

    private static Failure both(Failure wrongSource, Path folder, String dockerfile) {
        try {
            dockerfileText(folder, dockerfile);
            return wrongSource;
        } catch (Failure noDockerfile) {
            return new Failure(
                    wrongSource.exitCode(),
                    "%s\n  %s".formatted(wrongSource.getMessage(), noDockerfile.getMessage()),
                    wrongSource);
        }
    }

    private static Path temporaryFile(Path folder, String text) {
        try {
            Path file = Files.createTempFile("trainyard-", ".Dockerfile");
            file.toFile().deleteOnExit();
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw notPacked(folder, e);
        }
    }

    private static BuildContext packed(
            Path folder,
            String dockerfile,
            String text,
            @Nullable Path inline,
            @Nullable String target,
            @Nullable Path source) {
        NavigableMap<String, Path> files = FileTree.of(folder, ignoreRules(folder, dockerfile));
        // The build needs these two itself, even where they are ignored.
        for (String needed : List.of(Path.of(dockerfile).normalize().toString(), DOCKERIGNORE)) {
            if (Files.exists(folder.resolve(needed))) {
                files.put(needed, withoutLinkOut(folder, folder.resolve(needed)));
            }
        }
        if (inline != null) {
            files.put(dockerfile, inline);
        }
        List<DockerfileInstruction> instructions = DockerfileArchives.read(text, target, dockerfile);
        boolean whole = target == null;
        List<String> added = DockerfileArchives.archives(instructions);
        @Nullable String given = source == null ? null : archiveName(source, added, files);
        checkUnpacked(DockerfileArchives.unpacked(instructions), dockerfile, given, folder, files);
        if (source == null || given == null) {
            return pack(folder, files, missing(added, files, folder, whole, null));
        }
        Path archive = Files.isDirectory(source) ? packSource(source) : source;
        try {
            files.put(given, archive);
            List<String> warnings = missing(added, files, folder, whole, source);
            if (!added.contains(given)) {
                if (whole && DockerfileArchives.takesNamesOnly(instructions)) {
                    throw new Failure(
                            ExitCode.INVALID,
                            "%s takes nothing from --source %s: no ADD or COPY names %s%s. Name it in the Dockerfile, or rename what you give."
                                    .formatted(
                                            dockerfile,
                                            source,
                                            given,
                                            added.isEmpty() ? "" : "; it adds " + String.join(", ", added)));
                }
                warnings.add("%s does not name %s: unless a wildcard or a variable does, the image is built without it"
                        .formatted(dockerfile, given));
            }
            return pack(folder, files, warnings);
        } finally {
            if (!archive.equals(source)) {
                delete(archive);
            }
        }
    }

    /**
     * Docker copies what it cannot unpack as it is: the image would be built, with a file where the source should be.
     *
     * @param given in place of what the folder has under this name; null: nothing
     */
    private static void checkUnpacked(
            List<String> archives,
            String dockerfile,
            @Nullable String given,
            Path folder,
            NavigableMap<String, Path> files) {
        List<String> broken = new ArrayList<>();
        for (String name : new LinkedHashSet<>(archives)) {
            @Nullable Path file = name.equals(given) ? null : files.get(name);
            if (file != null && isFileWithin(folder, file)) {
                archiveProblem(file)
                        .ifPresent(why -> broken.add(
                                "%s adds %s to be unpacked, but %s is no readable tar archive: %s. Pack it anew, give its folder with --source DIR, or write COPY where it is not to be unpacked."
                                        .formatted(dockerfile, name, folder.resolve(name), why)));
            }
        }
        if (!broken.isEmpty()) {
            throw new Failure(ExitCode.INVALID, String.join("\n", broken));
        }
    }

    private static Optional<String> archiveProblem(Path file) {
        try {
            return SourceArchive.problem(file);
        } catch (FileSystemException e) {
            throw notRead(file, e, "Let it be read, or leave it out by .dockerignore.");
        }
    }

    /** The engine cannot follow a link that leads out of the context: as for {@code docker build}, what it names is sent. */
    private static Path withoutLinkOut(Path folder, Path file) {
        try {
            return isFileWithin(folder, file) ? file : file.toRealPath();
        } catch (IOException e) {
            return file;
        }
    }

    /** Folders are added as they are, and a link that leads out of the context is the build's to refuse. */
    private static boolean isFileWithin(Path folder, Path file) {
        try {
            return Files.isRegularFile(file) && file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The name that the Dockerfile has for the archive. A folder takes the name of the one archive that is not there, else its own.
     */
    private static String archiveName(Path source, List<String> added, NavigableMap<String, Path> files) {
        String own = fileName(source) + (Files.isDirectory(source) ? ".tar" : "");
        for (String each : added) {
            if (each.equals(own) || each.endsWith("/" + own)) {
                return each;
            }
        }
        List<String> open =
                added.stream().filter(each -> !files.containsKey(each)).toList();
        return Files.isDirectory(source) && open.size() == 1 ? open.getFirst() : own;
    }

    private static String fileName(Path source) {
        try {
            Path name = (Files.isDirectory(source) ? source.toRealPath() : source).getFileName();
            if (name != null) {
                return name.toString();
            }
            throw new Failure(ExitCode.INVALID, "%s has no name of its own. Give another --source.".formatted(source));
        } catch (IOException e) {
            throw notPacked(source, e);
        }
    }

    /**
     * What is to be said of archives that are not there.
     *
     * @param certain whether the build fails for certain, so that nothing is sent
     */
    private static List<String> missing(
            List<String> added, NavigableMap<String, Path> files, Path folder, boolean certain, @Nullable Path source) {
        List<String> missing =
                added.stream().filter(name -> !files.containsKey(name)).toList();
        if (missing.isEmpty()) {
            return new ArrayList<>();
        }
        String names = String.join(", ", missing);
        String sentence = source == null
                ? "the Dockerfile adds %s, which is not in %s: the image cannot be built. Give the folder or the archive with --source DIR|TAR, or put %s there"
                        .formatted(names, folder, names)
                : "the Dockerfile adds %s, which is neither in %s nor the name of --source %s: the image cannot be built. Rename what you give to %s, or put %s there"
                        .formatted(names, folder, source, names, names);
        if (certain) {
            throw new Failure(ExitCode.INVALID, sentence + ".");
        }
        return new ArrayList<>(List.of(sentence));
    }

    private static String dockerfileText(Path folder, String dockerfile) {
        Path file = folder.resolve(dockerfile).normalize();
        if (!file.startsWith(folder)) {
            throw new Failure(
                    ExitCode.INVALID,
                    "the Dockerfile %s is outside of the build context %s. Move it in, or make the context wider."
                            .formatted(dockerfile, folder));
        }
        return read(file, "Write one, or name another: by build.dockerfile in a compose file, by -f in a run line.");
    }

    /** {@code NAME.dockerignore} beside a Dockerfile NAME goes before the context's own. */
    private static IgnoreRules ignoreRules(Path folder, String dockerfile) {
        Path special = folder.resolve(dockerfile + DOCKERIGNORE);
        Path file = Files.exists(special) ? special : folder.resolve(DOCKERIGNORE);
        if (!Files.exists(file)) {
            return IgnoreRules.NONE;
        }
        try {
            return IgnoreRules.parse(read(file, ""));
        } catch (IllegalArgumentException e) {
            throw new Failure(
                    ExitCode.INVALID, "%s: %s. Correct the line, or leave it out.".formatted(file, e.getMessage()), e);
        }
    }

    private static String read(Path file, String remedy) {
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (MalformedInputException e) {
            throw new Failure(ExitCode.INVALID, "%s is not UTF-8 text. Save it as such.".formatted(file), e);
        } catch (IOException e) {
            throw notRead(file, e, remedy);
        }
    }

    private static Failure notRead(Path file, IOException e, String remedy) {
        return new Failure(
                ExitCode.NOT_FOUND,
                "%s cannot be read (%s). %s"
                        .formatted(file, Failure.reason(e), remedy)
                        .stripTrailing(),
                e);
    }

    private static Path packSource(Path source) {
        NavigableMap<String, Path> files = FileTree.of(source, ignoreRules(source, ""));
        if (files.isEmpty()) {
            throw new Failure(
                    ExitCode.NOT_FOUND, "the source folder %s is empty. Give another --source.".formatted(source));
        }
        return pack(source, files, List.of()).tar();
    }

    private static BuildContext pack(Path folder, NavigableMap<String, Path> files, List<String> warnings) {
        SizeLimit.check(folder, files);
        try {
            Path tar = Files.createTempFile("trainyard-", ".tar");
            // For Ctrl-C: the process then ends without returning here.
            tar.toFile().deleteOnExit();
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            try (OutputStream out = new DigestOutputStream(Files.newOutputStream(tar), sha256)) {
                TarFile.write(files, out);
            } catch (IOException | RuntimeException e) {
                delete(tar);
                throw e;
            }
            String digest = "sha256:" + HexFormat.of().formatHex(sha256.digest());
            return new BuildContext(tar, digest, Files.size(tar), List.copyOf(warnings));
        } catch (IOException e) {
            throw notPacked(folder, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Failure notPacked(Path folder, IOException e) {
        return new Failure(
                ExitCode.NOT_FOUND,
                "%s could not be packed into %s (%s). Is there room?"
                        .formatted(folder, System.getProperty("java.io.tmpdir"), Failure.reason(e)),
                e);
    }

    @Override
    public void close() {
        delete(tar);
    }

    private static void delete(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            // What is left of a temporary folder is its owner's to clean.
        }
    }
}
