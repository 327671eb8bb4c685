package dev.trainyard.db;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Stores build contexts in chunks, by the SHA-256 of their content. */
public final class BlobStore {

    /** Larger sources belong in an object store. A source should not contain data. */
    public static final long MAX_BYTES = 512L << 20;

    private static final int CHUNK = 1 << 20;

    private final Database database;
    private final JdbcClient sql;

    public BlobStore(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /** The content does not have the announced digest, or is too large. The message is for people. */
    public static final class BlobRefused extends IOException {

        private static final long serialVersionUID = 1L;

        BlobRefused(String message) {
            super(message);
        }
    }

    public boolean has(String sha256) {
        return sql.sql("select exists (select from trainyard.blob where sha256 = :sha)")
                .param("sha", bytes(sha256))
                .query(Boolean.class)
                .single();
    }

    /**
     * Stores a blob in one transaction. Storing it twice changes nothing.
     *
     * @param sha256 hexadecimal, as in all methods of this class
     * @throws BlobRefused if the content has another digest, or is larger than {@link #MAX_BYTES}
     */
    public void put(String sha256, InputStream content) throws IOException {
        byte[] key = bytes(sha256);
        try {
            database.inTransaction(() -> {
                // One upload of the same content at a time. The next one then finds the stored content.
                KeyLocks.take(sql, "source " + sha256);
                if (!has(sha256)) {
                    try {
                        store(key, content);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void store(byte[] key, InputStream content) throws IOException {
        MessageDigest digest = sha256();
        long size = 0;
        int seq = 0;
        while (true) {
            byte[] chunk = content.readNBytes(CHUNK);
            if (chunk.length == 0) {
                break;
            }
            size += chunk.length;
            if (size > MAX_BYTES) {
                throw new BlobRefused("the source is larger than %d MiB. Leave data out of it: mount it at run time"
                        .formatted(MAX_BYTES >> 20));
            }
            digest.update(chunk);
            sql.sql("insert into trainyard.blob_chunk (sha256, seq, data) values (:sha, :seq, :data)")
                    .param("sha", key)
                    .param("seq", seq++)
                    .param("data", chunk)
                    .update();
        }
        byte[] actual = digest.digest();
        if (!Arrays.equals(actual, key)) {
            throw new BlobRefused("announced as sha256:%s, but its content is sha256:%s"
                    .formatted(HexFormat.of().formatHex(key), HexFormat.of().formatHex(actual)));
        }
        sql.sql("insert into trainyard.blob (sha256, size_bytes) values (:sha, :size)")
                .param("sha", key)
                .param("size", size)
                .update();
    }

    /**
     * Returns the content as a stream that reads chunk by chunk and holds no connection between chunks. The stream checks the digest, so
     * its end fails if chunks are damaged or missing.
     */
    public Optional<InputStream> open(String sha256) {
        return has(sha256) ? Optional.of(new ChunkStream(sql, bytes(sha256))) : Optional.empty();
    }

    private static final class ChunkStream extends InputStream {

        private final JdbcClient sql;
        private final byte[] key;
        private final MessageDigest digest = sha256();
        private byte[] chunk = new byte[0];
        private int position;
        private int next;
        private boolean ended;

        ChunkStream(JdbcClient sql, byte[] key) {
            this.sql = sql;
            this.key = key;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (position == chunk.length && !advance()) {
                return -1;
            }
            int count = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, into, offset, count);
            position += count;
            return count;
        }

        private boolean advance() throws IOException {
            if (ended) {
                return false;
            }
            Optional<byte[]> read = sql.sql("select data from trainyard.blob_chunk where sha256 = :sha and seq = :seq")
                    .param("sha", key)
                    .param("seq", next)
                    .query(byte[].class)
                    .optional();
            if (read.isEmpty()) {
                if (!Arrays.equals(digest.digest(), key)) {
                    throw new BlobRefused("stored source sha256:%s is damaged"
                            .formatted(HexFormat.of().formatHex(key)));
                }
                ended = true;
                return false;
            }
            next++;
            chunk = read.get();
            digest.update(chunk);
            position = 0;
            return true;
        }
    }

    private static byte[] bytes(String sha256) {
        return HexFormat.of().parseHex(sha256);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
