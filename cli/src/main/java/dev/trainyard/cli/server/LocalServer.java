package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a server on this machine. Over it the server knows which account calls: it grants what that account may have without
 * Trainyard as well, folders that are mounted in place, and it shows an account the values of its own jobs.
 */
public final class LocalServer {

    /** Fields of {@code /info} that differ between installations. */
    private static final List<String> INSTALLATION = List.of("kafka", "postgresUrl", "socket");

    private final ServerClient server;
    private @Nullable Path socket;
    private @Nullable Optional<String> obstacle;

    public LocalServer(ServerClient server) {
        this.server = server;
    }

    /** As {@link #obstacle}, as far as it is known without asking the server. */
    public Optional<String> likelyObstacle() {
        return server.isLocal() ? Optional.empty() : Optional.of(elsewhere());
    }

    private String elsewhere() {
        return "the server %s is on another machine".formatted(server);
    }

    /** Why no job can mount folders of this machine in place, a clause; empty: jobs can. Asks the server once. */
    public Optional<String> obstacle() {
        if (obstacle == null) {
            obstacle = Optional.ofNullable(findObstacle());
        }
        return obstacle;
    }

    /** Whether requests can go over the socket. If the server does not answer, the request itself will tell why. */
    public boolean isUsable() {
        try {
            return obstacle().isEmpty();
        } catch (Failure e) {
            return false;
        }
    }

    private @Nullable String findObstacle() {
        if (!server.isLocal()) {
            return elsewhere();
        }
        JsonObject info = server.parse(server.get("/info"));
        String path = info.text("socket");
        if (path.isEmpty()) {
            return "the server %s mounts no folders of its machine (trainyard up does)".formatted(server);
        }
        try {
            socket = Path.of(path);
            // A server behind a tunnel is on another machine, where the same path may be the socket of its server.
            JsonObject here = server.parse(server.body(answer("GET", "/info", new byte[0])));
            return INSTALLATION.stream().allMatch(field -> info.text(field).equals(here.text(field)))
                    ? null
                    : elsewhere();
        } catch (InvalidPathException e) {
            return "the server %s names a socket whose path is not valid".formatted(server);
        } catch (IOException e) {
            return "this account cannot use the socket %s of the server (%s). Members of the group docker of the server's machine can"
                    .formatted(path, Failure.reason(e));
        }
    }

    /** The answer's body. Call it only if there is no {@link #obstacle}. */
    public String post(String path, byte[] json) {
        return request("POST", path, json);
    }

    /** As {@link #post}. */
    public String get(String path) {
        return request("GET", path, new byte[0]);
    }

    private String request(String method, String path, byte[] body) {
        try {
            return server.body(answer(method, path, body));
        } catch (IOException e) {
            throw new Failure(
                    ExitCode.UNREACHABLE,
                    "the connection to the socket %s broke (%s). Try again.".formatted(socket, Failure.reason(e)),
                    e);
        }
    }

    /** In HTTP/1.0: the end of the answer is the end of the connection. */
    private String answer(String method, String path, byte[] body) throws IOException {
        byte[] head =
                "%s %s%s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: %d\r\n\r\n"
                        .formatted(method, ServerClient.API, path, body.length)
                        .getBytes(UTF_8);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(Objects.requireNonNull(socket)));
            write(channel, head);
            write(channel, body);
            Channels.newInputStream(channel).transferTo(answer);
        }
        return answer.toString(UTF_8);
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
            channel.write(rest);
        }
    }
}
