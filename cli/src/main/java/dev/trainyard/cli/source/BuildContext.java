package dev.trainyard.cli.source;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.training.BuildSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
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
 * A build context as one tar in a temporary file, which {@link #close} deletes.
 *
 * @param digest {@code sha256:} and 64 hexadecimal digits
 * @param warnings probable mistakes of the author
 */
public record BuildContext(Path tar, String digest, long size, List<String> warnings) implements AutoCloseable {

    private static final String DOCKERIGNORE = ".dockerignore";

    /**
     * Packs a folder as {@code docker build} sends it: without the files that {@code .dockerignore} excludes, and with symbolic links as links.
     *
     * @param folder the context
     * @param dockerfile path within the context
     * @param inline the Dockerfile's text, packed under that path. Null if the folder contains the Dockerfile
     * @param target the last stage to build. Null builds all stages
     * @param source a folder or archive to add as an archive. May be null
     * @throws Failure if something is missing, unreadable or too large
     */
    public static BuildContext pack(
            Path given, String dockerfile, @Nullable String inline, @Nullable String target, @Nullable Path source) {
        // A relative folder such as "." normalises to an empty path, for which startsWith() is never true.
        Path folder = given.toAbsolutePath().normalize();
        if (inline == null) {
            String there = there(folder, dockerfile);
            return packed(folder, there, textBeside(source, folder, there), null, target, source);
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

    /** As Docker does: if there is no {@code Dockerfile}, {@code dockerfile} is taken. The worker does so, too. */
    private static String there(Path folder, String dockerfile) {
        String lowerCase = BuildSpec.inLowerCase(dockerfile);
        return !Files.exists(folder.resolve(dockerfile), LinkOption.NOFOLLOW_LINKS)
                        && Files.exists(folder.resolve(lowerCase))
                ? lowerCase
                : dockerfile;
    }

    /** Checks the source before it reads the Dockerfile. If both are missing, a mistyped source is the more likely mistake. */
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
        // The build needs these two files, even if they are ignored.
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
                            "%s does not use --source %s: no ADD or COPY names %s%s. Name it in the Dockerfile, or rename the source."
                                    .formatted(
                                            dockerfile,
                                            source,
                                            given,
                                            added.isEmpty() ? "" : "; it adds " + String.join(", ", added)));
                }
                warnings.add(
                        "%s does not name %s: the image is built without it, unless a wildcard or a variable matches it"
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
     * Refuses broken archives. Docker copies a file that it cannot unpack, so the image would contain the file instead of the source.
     *
     * @param given the name of the archive from {@code --source}, which replaces a file of the folder. May be null
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
                                "%s adds %s to unpack it, but %s is not a readable tar archive: %s. Pack it again, give its folder with --source DIR, or write COPY to copy it without unpacking."
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
            throw notRead(file, e, "Make it readable, or exclude it in .dockerignore.");
        }
    }

    /** The engine cannot follow a link that leads out of the context. As in {@code docker build}, the link's target is sent. */
    private static Path withoutLinkOut(Path folder, Path file) {
        try {
            return isFileWithin(folder, file) ? file : file.toRealPath();
        } catch (IOException e) {
            return file;
        }
    }

    /** Folders are not unpacked, and the build itself refuses links that lead out of the context. */
    private static boolean isFileWithin(Path folder, Path file) {
        try {
            return Files.isRegularFile(file) && file.toRealPath().startsWith(folder.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The archive's name in the Dockerfile. A folder gets the name of the only missing archive, or else its own.
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
            throw new Failure(ExitCode.INVALID, "%s has no file name. Give another --source.".formatted(source));
        } catch (IOException e) {
            throw notPacked(source, e);
        }
    }

    /**
     * Warnings about archives that the context lacks.
     *
     * @param certain whether the build will certainly fail. Then this throws instead of warning
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
                : "the Dockerfile adds %s, which is neither in %s nor the name of --source %s: the image cannot be built. Rename the source to %s, or put %s there"
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
                    "the Dockerfile %s is outside of the build context %s. Move it into the context, or choose a larger context."
                            .formatted(dockerfile, folder));
        }
        return read(
                file,
                "Write one, or name another file: with build.dockerfile in a compose file, or -f in a docker run line.");
    }

    /** {@code NAME.dockerignore} next to a Dockerfile NAME takes precedence over the context's {@code .dockerignore}. */
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
                    ExitCode.INVALID, "%s: %s. Correct or remove the line.".formatted(file, e.getMessage()), e);
        }
    }

    private static String read(Path file, String remedy) {
        try {
            String text = Files.readString(file);
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (MalformedInputException e) {
            throw new Failure(ExitCode.INVALID, "%s is not UTF-8 text. Save it as UTF-8.".formatted(file), e);
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
            // On Ctrl-C the process ends without close().
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
                "%s could not be packed into %s (%s). Check that there is enough free space."
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
            // The system cleans its temporary folder.
        }
    }
}
