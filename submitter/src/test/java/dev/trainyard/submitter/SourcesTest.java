package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.Http.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SourcesTest {

    private static final TestServer SERVER = new TestServer();
    private static final Http HTTP = SERVER.http;

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static byte[] content(int seed) {
        byte[] content = new byte[3_000_000];
        new Random(seed).nextBytes(content);
        return content;
    }

    private static String path(byte[] content) throws NoSuchAlgorithmException {
        return "/api/v1/sources/sha256:"
                + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    @Test
    void a_source_is_stored_once_and_then_requests_may_name_it() throws Exception {
        byte[] content = content(1);
        String path = path(content);
        assertThat(HTTP.head(path).status()).isEqualTo(404);

        assertThat(HTTP.put(path, content).status()).isEqualTo(201);
        assertThat(HTTP.put(path, content).status()).isEqualTo(200);

        assertThat(HTTP.head(path).status()).isEqualTo(200);
        String digest = path.substring("/api/v1/sources/".length());
        assertThat(HTTP.post("/api/v1/jobs", Requests.built(Requests.newId(), digest))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void a_source_is_accepted_with_any_content_type() throws Exception {
        byte[] content = content(5);

        assertThat(HTTP.answer(HTTP.request(path(content))
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .PUT(BodyPublishers.ofByteArray(content)))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void content_of_another_digest_is_refused_and_not_stored() throws Exception {
        String path = path(content(2));

        Answer answer = HTTP.put(path, content(3));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).contains("announced as sha256:");
        assertThat(HTTP.head(path).status()).isEqualTo(404);
    }

    @Test
    void a_text_that_is_not_a_digest_is_refused() {
        assertThat(HTTP.put("/api/v1/sources/sha256:12", content(4)).status()).isEqualTo(400);
        assertThat(HTTP.head("/api/v1/sources/md5:12").status()).isEqualTo(400);
    }

    @Test
    void a_source_that_is_too_large_is_refused_before_it_is_sent() throws Exception {
        assertThat(statusLineOfPut(513L << 20)).contains(" 413 ");
    }

    private static String statusLineOfPut(long announcedLength) throws IOException {
        try (Socket socket =
                new Socket(SERVER.server.uri().getHost(), SERVER.server.uri().getPort())) {
            socket.getOutputStream()
                    .write("PUT /api/v1/sources/sha256:%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
                            .formatted("0".repeat(64), announcedLength)
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }
    }
}
