package dev.trainyard.submitter.rest;

import dev.trainyard.db.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RestController;

/** Build contexts, by the digest of their content. */
@RestController
@RequestMapping("/api/v1/sources/{digest}")
final class SourcesController {

    private static final int BUFFER = 1 << 16;

    private final BlobStore blobs;

    SourcesController(BlobStore blobs) {
        this.blobs = blobs;
    }

    record Stored(String source) {}

    @RequestMapping(method = RequestMethod.HEAD)
    ResponseEntity<Void> stored(@PathVariable String digest) {
        return ResponseEntity.status(blobs.has(Sha256.parse(digest).hex()) ? HttpStatus.OK : HttpStatus.NOT_FOUND)
                .build();
    }

    /** 201 if it is new, 200 if it is already stored. */
    @PutMapping
    ResponseEntity<Stored> store(
            @PathVariable String digest,
            @RequestHeader(name = "Content-Length", defaultValue = "0") long length,
            InputStream body)
            throws IOException {
        Sha256 announced = Sha256.parse(digest);
        requireSize(length);
        // Otherwise a slow client would hold a transaction open during its upload.
        Path spool = Files.createTempFile("trainyard-source-", ".tar");
        try {
            requireDigest(announced, spool(body, spool));
            boolean known = blobs.has(announced.hex());
            if (!known) {
                try (InputStream content = Files.newInputStream(spool)) {
                    blobs.put(announced.hex(), content);
                }
            }
            return ResponseEntity.status(known ? HttpStatus.OK : HttpStatus.CREATED)
                    .body(new Stored(announced.toString()));
        } finally {
            Files.deleteIfExists(spool);
        }
    }

    private static Sha256 spool(InputStream body, Path spool) throws IOException {
        MessageDigest digest = sha256();
        long size = 0;
        byte[] buffer = new byte[BUFFER];
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(spool), digest)) {
            for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
                size += read;
                requireSize(size);
                out.write(buffer, 0, read);
            }
        }
        return new Sha256(HexFormat.of().formatHex(digest.digest()));
    }

    private static void requireSize(long bytes) {
        if (bytes > BlobStore.MAX_BYTES) {
            throw new ApiException(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "a source may have at most %d MiB. Mount data at run time instead, and list what to leave out in .dockerignore"
                            .formatted(BlobStore.MAX_BYTES >> 20));
        }
    }

    private static void requireDigest(Sha256 announced, Sha256 actual) {
        if (!actual.equals(announced)) {
            throw ApiException.badRequest(
                    "announced as %s, but the received content is %s. Was it cut off, or changed while it was sent?"
                            .formatted(announced, actual));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
