package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A client of a Trainyard server. Each error is a {@link Failure} with a remedy.
 *
 * <p>Uses HttpURLConnection, because loading java.net.http takes as long as a whole short command.
 */
public final class ServerClient {

    private static final int CONNECT_TIMEOUT_MS = 5_000;

    /** Longer than the server's own limit for a query. */
    private static final int ANSWER_TIMEOUT_MS = 120_000;

    static final String API = "/api/v1";
    private static final String JSON = "application/json";

    /** Of an answer in HTTP/1.0: the status, and all header lines. */
    private static final Pattern HEAD =
            Pattern.compile("HTTP/1\\.[01] ([0-9]{3})[^\r\n]*+\r\n((?:[^\r\n]++\r\n)*+)\r\n");

    private final URI address;

    /**
     * Does not connect yet.
     *
     * @throws Failure if the text is not an http or https address
     */
    public ServerClient(String address) {
        try {
            URI uri = new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
            if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
                this.address = uri;
                return;
            }
        } catch (URISyntaxException e) {
            // The failure below says what is expected.
        }
        throw new Failure(
                ExitCode.INVALID,
                "'%s' is not the address of a server. Write an address such as http://127.0.0.1:8700 in --server, TRAINYARD_SERVER or the configuration file."
                        .formatted(address));
    }

    /** Whether the address is one of this machine only. */
    boolean isLocal() {
        return List.of("localhost", "127.0.0.1", "[::1]").contains(address.getHost());
    }

    /** The address, for people. */
    @Override
    public String toString() {
        return address.toString();
    }

    /** The answer's body. */
    public String get(String path) {
        return read(open("GET", path));
    }

    /** The answer's body. */
    public String delete(String path) {
        return read(open("DELETE", path));
    }

    /** The answer's body. */
    public String post(String path, byte[] json) {
        HttpURLConnection connection = open("POST", path);
        connection.setRequestProperty("Content-Type", JSON);
        send(connection, json);
        return read(connection);
    }

    /** The answer to a small object. */
    public JsonObject post(String path, Map<String, ?> fields) {
        return parse(post(path, JsonText.object(fields)));
    }

    /** Whether the server has the source with this digest. */
    public boolean hasSource(String digest) {
        HttpURLConnection connection = open("HEAD", "/sources/" + digest);
        int status = status(connection);
        if (status == 404) {
            return false;
        }
        refuse(connection, status);
        return true;
    }

    /**
     * Uploads a source.
     *
     * @param progress receives the number of bytes sent so far
     */
    public void putSource(String digest, Path tar, LongConsumer progress) {
        HttpURLConnection connection = open("PUT", "/sources/" + digest);
        connection.setRequestProperty("Content-Type", "application/x-tar");
        connection.setDoOutput(true);
        try (InputStream in = Files.newInputStream(tar)) {
            connection.setFixedLengthStreamingMode(Files.size(tar));
            OutputStream out = connect(connection).getOutputStream();
            byte[] buffer = new byte[1 << 16];
            long sent = 0;
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                sent += n;
                progress.accept(sent);
            }
            out.close();
        } catch (IOException e) {
            throw broken("the connection broke while uploading %s to %s".formatted(digest, address), e);
        }
        read(connection);
    }

    /**
     * Opens a stream of server-sent events.
     *
     * @param after id of the last event that was received. Null starts at the beginning
     * @param silence after this time without a byte, the stream counts as broken
     * @throws IOException if the server cannot be reached or answers with 5xx
     */
    InputStream events(String path, @Nullable String after, Duration silence) throws IOException {
        HttpURLConnection connection = open("GET", path);
        connection.setRequestProperty("Accept", "text/event-stream");
        connection.setReadTimeout(Math.toIntExact(silence.toMillis()));
        if (after != null) {
            connection.setRequestProperty("Last-Event-ID", after);
        }
        int status = connection.getResponseCode();
        if (status >= 500) {
            throw new IOException("the server answered %d".formatted(status));
        }
        refuse(connection, status);
        return connection.getInputStream();
    }

    private HttpURLConnection open(String method, String path) {
        try {
            HttpURLConnection connection =
                    (HttpURLConnection) URI.create(address + API + path).toURL().openConnection();
            connection.setRequestMethod(method);
            connection.setConnectTimeout(CONNECT_TIMEOUT_MS);
            connection.setReadTimeout(ANSWER_TIMEOUT_MS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("Accept", JSON);
            return connection;
        } catch (IOException e) {
            throw new IllegalStateException("openConnection() does not connect, and the JDK supports HTTP", e);
        }
    }

    private HttpURLConnection connect(HttpURLConnection connection) {
        try {
            connection.connect();
            return connection;
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private void send(HttpURLConnection connection, byte[] body) {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        connect(connection);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        } catch (IOException e) {
            throw broken("the connection broke while sending the request to %s".formatted(address), e);
        }
    }

    private String read(HttpURLConnection connection) {
        int status = status(connection);
        refuse(connection, status);
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw broken("the connection broke while reading the answer of %s".formatted(address), e);
        }
    }

    private int status(HttpURLConnection connection) {
        connect(connection);
        try {
            int status = connection.getResponseCode();
            if (status < 0) {
                throw noTrainyard("without HTTP");
            }
            return status;
        } catch (IOException e) {
            throw broken("%s did not answer".formatted(address), e);
        }
    }

    /** Throws the server's error message, unless the status means success. */
    private void refuse(HttpURLConnection connection, int status) {
        if (status >= 200 && status < 300) {
            return;
        }
        String body = "";
        try (InputStream in = connection.getErrorStream()) {
            body = in == null ? "" : new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            // Without a body, the status is reported.
        }
        throw refusal(status, String.valueOf(connection.getContentType()), body);
    }

    private Failure refusal(int status, String type, String body) {
        if (!type.contains("json")) {
            return noTrainyard("with HTTP %d and %s".formatted(status, type.equals("null") ? "no content" : type));
        }
        return new Failure(exitCode(status), words(parse(body), status));
    }

    /** The body of a whole answer in HTTP/1.0. Throws the server's error message, unless the status means success. */
    String body(String answer) {
        Matcher head = HEAD.matcher(answer);
        if (!head.lookingAt()) {
            throw noTrainyard("without HTTP");
        }
        int status = Integer.parseInt(head.group(1));
        String body = answer.substring(head.end());
        if (status < 200 || status >= 300) {
            throw refusal(status, head.group(2).toLowerCase(Locale.ROOT), body);
        }
        return body;
    }

    private static int exitCode(int status) {
        return switch (status) {
            case 404 -> ExitCode.NOT_FOUND;
            case 429, 502, 503, 504 -> ExitCode.TRY_LATER;
            default -> status < 500 ? ExitCode.INVALID : ExitCode.INTERNAL;
        };
    }

    /** The message of an RFC 9457 problem: its detail or title, the position in a query, and each problem on its own line. */
    private static String words(JsonObject problem, int status) {
        String said = problem.text("detail").isEmpty() ? problem.text("title") : problem.text("detail");
        StringBuilder words = new StringBuilder(said.isEmpty() ? "the server answered %d".formatted(status) : said);
        words.append(problem.text("position").isEmpty() ? "" : " (at character " + problem.text("position") + ")");
        words.append(problem.text("hint").isEmpty() ? "" : "\n  " + problem.text("hint"));
        for (JsonObject each : problem.objects("problems")) {
            words.append("\n  %s: %s".formatted(each.text("path"), each.text("message")));
            words.append(each.text("remedy").isEmpty() ? "" : ". " + each.text("remedy"));
        }
        return words.toString();
    }

    /** Parses the body of an answer. */
    public JsonObject parse(String body) {
        try {
            return JsonObject.parse(body);
        } catch (IllegalArgumentException e) {
            throw noTrainyard("with a body that is not a JSON object");
        }
    }

    private Failure noTrainyard(String instead) {
        return new Failure(
                ExitCode.UNREACHABLE,
                "%s is not a Trainyard server: it answered %s. Check the address in --server, TRAINYARD_SERVER or the configuration file."
                        .formatted(address, instead));
    }

    Failure unreachable(IOException e) {
        return new Failure(
                ExitCode.UNREACHABLE,
                "no server answers at %s (%s). Start one with trainyard up, or choose another with --server URL, TRAINYARD_SERVER or the configuration file."
                        .formatted(address, reason(e)),
                e);
    }

    private static Failure broken(String what, IOException e) {
        return new Failure(ExitCode.UNREACHABLE, "%s (%s). Try again.".formatted(what, reason(e)), e);
    }

    private static String reason(IOException e) {
        return e instanceof UnknownHostException ? "unknown host" : Failure.reason(e);
    }
}
