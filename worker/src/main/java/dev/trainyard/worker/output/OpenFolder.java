package dev.trainyard.worker.output;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * An open folder. Its contents are accessed name by name, without following links. So a container that can write there cannot redirect this
 * process to another place, not even by replacing a folder in the meantime.
 */
public final class OpenFolder implements AutoCloseable {

    private final FileHandle handle;
    private final SecureDirectoryStream<Path> stream;
    private final Path path;

    private OpenFolder(FileHandle handle, SecureDirectoryStream<Path> stream, Path path) {
        this.handle = handle;
        this.stream = stream;
        this.path = path;
    }

    /** @param trusted a path that no container can redirect */
    static OpenFolder at(Path trusted) throws IOException {
        return of(FileHandle.of(trusted), trusted);
    }

    /** @param path for people */
    private static OpenFolder of(FileHandle handle, Path path) throws IOException {
        try {
            if (!attributes(handle).isDirectory()) {
                throw new FileSystemException(path.toString(), null, "it is not a folder, or it is a link");
            }
            DirectoryStream<Path> opened = Files.newDirectoryStream(handle.path());
            if (opened instanceof SecureDirectoryStream<Path> stream) {
                return new OpenFolder(handle, stream, path);
            }
            opened.close();
            throw new FileSystemException(
                    path.toString(), null, "this system opens no folder by which others are reached");
        } catch (FileSystemException e) {
            handle.close();
            throw named(path, e);
        } catch (IOException | RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    /** Attributes of the object of the handle, even if another one has its name now. */
    private static BasicFileAttributes attributes(FileHandle handle) throws IOException {
        return Files.readAttributes(handle.path(), BasicFileAttributes.class);
    }

    /** The same error with a path that people know. */
    private static FileSystemException named(Path path, FileSystemException e) {
        FileSystemException named = switch (e) {
            case NoSuchFileException gone -> new NoSuchFileException(path.toString());
            case AccessDeniedException denied -> new AccessDeniedException(path.toString());
            default -> new FileSystemException(path.toString(), null, e.getReason());
        };
        named.initCause(e);
        return named;
    }

    /** Opens a folder in this one. With an empty path, opens this one again. */
    OpenFolder enter(Path relative) throws IOException {
        OpenFolder reached = step(Path.of("."));
        for (Path name : relative) {
            if (!name.toString().isEmpty()) {
                try (OpenFolder above = reached) {
                    reached = above.step(name);
                }
            }
        }
        return reached;
    }

    private OpenFolder step(Path name) throws IOException {
        return of(handle.in(name), path.resolve(name).normalize());
    }

    /**
     * The names in the folder, for one iteration. They are read lazily, because a program may have left more than fit in memory.
     *
     * @throws java.nio.file.DirectoryIteratorException from the iterator, if the folder cannot be read
     */
    Iterable<Path> names() {
        Iterator<Path> entries = stream.iterator();
        return () -> new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public Path next() {
                return entries.next().getFileName();
            }
        };
    }

    /** For a link, attributes of the link itself. */
    PosixFileAttributes attributes(Path name) throws IOException {
        return view(name).readAttributes();
    }

    private PosixFileAttributeView view(Path name) {
        return stream.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Whether the name exists, also as a broken link. */
    boolean has(Path name) throws IOException {
        try {
            attributes(name);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * Opens a file.
     *
     * @param from the first byte to read
     * @throws IOException also if it is not a regular file: opening a pipe would block without an end, even after an interrupt, and opening a
     *     device may have an effect. So this checks a handle first and then opens the same object
     */
    InputStream read(Path name, long from) throws IOException {
        Path there = path.resolve(name);
        try (FileHandle file = handle.in(name)) {
            if (!attributes(file).isRegularFile()) {
                throw new FileSystemException(there.toString(), null, "no regular file any more");
            }
            SeekableByteChannel opened = Files.newByteChannel(file.path());
            return Channels.newInputStream(opened.position(from));
        } catch (FileSystemException e) {
            throw named(there, e);
        }
    }

    /** The target of a link as written, without following it. */
    Path target(Path link) throws IOException {
        return Files.readSymbolicLink(handle.path().resolve(link));
    }

    /** Attributes for which Java needs a path, such as {@code unix:ino,ctime}. For a link, those of the link itself. */
    Map<String, Object> attributes(Path name, String wanted) throws IOException {
        return Files.readAttributes(handle.path().resolve(name), wanted, LinkOption.NOFOLLOW_LINKS);
    }

    /** @throws FileAlreadyExistsException if the name exists */
    OutputStream create(Path name) throws IOException {
        return Channels.newOutputStream(stream.newByteChannel(
                name, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW, LinkOption.NOFOLLOW_LINKS)));
    }

    /** Removes a file, or a link without its target. */
    void delete(Path name) throws IOException {
        stream.deleteFile(name);
    }

    /** Renames a file in this folder, and replaces the one with that name. */
    void rename(Path name, Path other) throws IOException {
        stream.move(name, stream, other);
    }

    /**
     * Creates a folder in this one. Java creates folders only by path. So this creates it at a trusted path and moves it here.
     *
     * @param trusted a folder on the same file system, whose path no container can redirect
     * @param mode for example {@code rwxr-xr-x}
     * @throws FileAlreadyExistsException if the name exists
     */
    void make(Path name, Path trusted, String mode) throws IOException {
        Path fresh = Path.of(".trainyard-" + UUID.randomUUID());
        Files.createDirectory(
                trusted.resolve(fresh),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (OpenFolder from = at(trusted)) {
            from.view(fresh).setPermissions(PosixFilePermissions.fromString(mode));
            if (has(name)) {
                throw new FileAlreadyExistsException(path.resolve(name).toString());
            }
            from.stream.move(fresh, stream, name);
        } catch (IOException e) {
            Files.deleteIfExists(trusted.resolve(fresh));
            throw e;
        }
    }

    /** For people. */
    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (handle) {
            stream.close();
        }
    }
}
