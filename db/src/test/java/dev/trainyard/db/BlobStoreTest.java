package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.db.BlobStore.BlobRefused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BlobStoreTest {

    private final Yard yard = new Yard();
    private Database server;
    private BlobStore blobs;
    private final byte[] content = new byte[2_500_000];
    private final String digest;

    BlobStoreTest() throws Exception {
        new Random(7).nextBytes(content);
        digest = sha256(content);
    }

    @BeforeEach
    void connect() {
        server = Database.connect(yard.url, Role.SERVER, 2);
        blobs = new BlobStore(server);
    }

    @AfterEach
    void close() {
        server.close();
        yard.close();
    }

    @Test
    void a_worker_reads_a_blob_that_the_server_stored() throws Exception {
        blobs.put(digest, new ByteArrayInputStream(content));

        BlobStore workers = new BlobStore(yard.database);
        assertThat(workers.has(digest)).isTrue();
        assertThat(read(workers, digest)).isEqualTo(content);
    }

    @Test
    void single_bytes_are_read_like_blocks() throws Exception {
        byte[] small = {0, -1, 127};
        blobs.put(sha256(small), new ByteArrayInputStream(small));

        try (InputStream in = blobs.open(sha256(small)).orElseThrow()) {
            assertThat(in.read(new byte[0])).isZero();
            assertThat(in.read()).isZero();
            assertThat(in.read()).isEqualTo(255);
            assertThat(in.read()).isEqualTo(127);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void an_empty_blob_is_one_too() throws Exception {
        byte[] nothing = new byte[0];
        blobs.put(sha256(nothing), new ByteArrayInputStream(nothing));

        assertThat(read(blobs, sha256(nothing))).isEmpty();
    }

    @Test
    void a_blob_that_was_never_stored_does_not_exist() {
        assertThat(blobs.has(digest)).isFalse();
        assertThat(blobs.open(digest)).isEmpty();
    }

    @Test
    void the_same_blob_under_its_digest_in_capitals_is_the_same_blob() throws Exception {
        blobs.put(digest.toUpperCase(Locale.ROOT), new ByteArrayInputStream(content));

        assertThat(read(blobs, digest.toUpperCase(Locale.ROOT))).isEqualTo(content);
    }

    @Test
    void content_with_another_digest_leaves_nothing() throws Exception {
        String announced = sha256(new byte[] {1});

        assertThatThrownBy(() -> blobs.put(announced, new ByteArrayInputStream(content)))
                .isInstanceOf(BlobRefused.class)
                .hasMessageContaining(announced)
                .hasMessageContaining(digest);

        assertThat(blobs.has(announced)).isFalse();
        assertThat(chunks()).isZero();
    }

    @Test
    void an_upload_that_breaks_off_leaves_nothing_and_may_be_repeated() throws Exception {
        InputStream breaking = new InputStream() {
            private final InputStream before = new ByteArrayInputStream(content, 0, 1_500_000);

            @Override
            public int read() throws IOException {
                int next = before.read();
                if (next < 0) {
                    throw new IOException("connection reset");
                }
                return next;
            }
        };

        assertThatThrownBy(() -> blobs.put(digest, breaking))
                .isInstanceOf(IOException.class)
                .hasMessage("connection reset");
        assertThat(chunks()).isZero();

        blobs.put(digest, new ByteArrayInputStream(content));
        assertThat(read(blobs, digest)).isEqualTo(content);
    }

    @Test
    void storing_twice_changes_nothing_and_reads_nothing() throws Exception {
        blobs.put(digest, new ByteArrayInputStream(content));

        blobs.put(digest, new InputStream() {
            @Override
            public int read() {
                throw new AssertionError("read again");
            }
        });

        assertThat(chunks()).isEqualTo(3);
    }

    @Test
    void two_uploads_of_the_same_content_at_once_store_it_once() throws Exception {
        Future<?> other = yard.async(() -> {
            blobs.put(digest, new ByteArrayInputStream(content));
            return true;
        });
        blobs.put(digest, new ByteArrayInputStream(content));
        other.get();

        assertThat(chunks()).isEqualTo(3);
    }

    @Test
    void a_blob_that_lost_a_chunk_or_was_changed_is_damaged_for_every_reader() throws Exception {
        blobs.put(digest, new ByteArrayInputStream(content));
        yard.update("delete from trainyard.blob_chunk where seq = 1");

        try (InputStream in = blobs.open(digest).orElseThrow()) {
            assertThatThrownBy(in::readAllBytes).isInstanceOf(BlobRefused.class).hasMessageContaining("damaged");
            assertThatThrownBy(in::read).isInstanceOf(BlobRefused.class);
        }

        yard.update("update trainyard.blob_chunk set seq = 1 where seq = 2");
        assertThatThrownBy(() -> read(blobs, digest)).isInstanceOf(BlobRefused.class);
    }

    @Test
    void reading_holds_no_connection_in_between() throws Exception {
        blobs.put(digest, new ByteArrayInputStream(content));

        try (Database one = Database.connect(yard.url, Role.WORKER, 1)) {
            BlobStore single = new BlobStore(one);
            try (InputStream in = single.open(digest).orElseThrow()) {
                assertThat(in.read()).isNotNegative();
                assertThat(single.has(digest)).isTrue();
                assertThat(in.readAllBytes()).hasSize(content.length - 1);
            }
        }
    }

    private int chunks() {
        return yard.sql("select count(*) from trainyard.blob_chunk")
                .query(Integer.class)
                .single();
    }

    private static byte[] read(BlobStore blobs, String digest) throws IOException {
        try (InputStream in = blobs.open(digest).orElseThrow()) {
            return in.readAllBytes();
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
