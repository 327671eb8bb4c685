package dev.trainyard.worker.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Writes build contexts, honest and other. */
final class Tar {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes);

    Tar() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    Tar file(String name, String content) {
        return file(name, content, TarArchiveEntry.DEFAULT_FILE_MODE);
    }

    Tar file(String name, String content, int mode) {
        byte[] data = content.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new RepackedEntry(name, TarArchiveEntry.LF_NORMAL);
        entry.setSize(data.length);
        entry.setMode(mode);
        return entry(entry, data);
    }

    Tar folder(String name) {
        return entry(new TarArchiveEntry(name + "/", true), new byte[0]);
    }

    Tar dockerfile(String... lines) {
        return file("Dockerfile", String.join("\n", lines) + "\n");
    }

    Tar hardLink(String name, String target) {
        return hardLink(name, target, TarArchiveEntry.DEFAULT_FILE_MODE, Map.of());
    }

    Tar hardLink(String name, String target, int mode, Map<String, String> headers) {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarArchiveEntry.LF_LINK, true);
        entry.setLinkName(target);
        entry.setMode(mode);
        headers.forEach(entry::addPaxHeader);
        return entry(entry, new byte[0]);
    }

    Tar symbolicLink(String name, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, TarArchiveEntry.LF_SYMLINK, true);
        entry.setLinkName(target);
        return entry(entry, new byte[0]);
    }

    /** Of every entry that follows. */
    Tar globalHeader(String key, String value) {
        TarArchiveEntry entry = new TarArchiveEntry("pax_global_header", TarArchiveEntry.LF_PAX_GLOBAL_EXTENDED_HEADER);
        entry.addPaxHeader(key, value);
        try {
            // It closes such an entry by itself.
            tar.putArchiveEntry(entry);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tar device(String name) {
        return entry(new TarArchiveEntry(name, TarArchiveEntry.LF_CHR, true), new byte[0]);
    }

    byte[] bytes() {
        try {
            tar.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] gzipped(byte[] content) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Tar entry(TarArchiveEntry entry, byte[] data) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(data);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
