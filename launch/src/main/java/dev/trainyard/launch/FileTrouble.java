package dev.trainyard.launch;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What went wrong with a file, in words: the file system's own exceptions often have a path for a message and nothing else. */
public final class FileTrouble {

    private FileTrouble() {}

    /** For the end of a sentence, without a full stop. */
    public static String words(IOException e) {
        return switch (e) {
            case FileAlreadyExistsException exists -> exists.getFile() + " is there already, and is no directory";
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case FileSystemException other
            when other.getReason() != null -> "%s: %s".formatted(other.getFile(), other.getReason());
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }
}
