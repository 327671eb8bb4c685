package dev.trainyard.worker.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;

/**
 * Uses a new connection for every request. A reused one fails after a restart of the engine. It can also lead to an engine that is
 * stopping, whose information about an exit is not reliable.
 */
record ConnectionPerRequest(DockerHttpClient transport) implements DockerHttpClient {

    @Override
    public Response execute(Request request) {
        return transport.execute(Request.builder()
                .method(request.method())
                .path(request.path())
                .headers(request.headers())
                .putHeader("Connection", "close")
                .bodyBytes(request.bodyBytes())
                .body(request.bodyBytes() == null ? request.body() : null)
                .hijackedInput(request.hijackedInput())
                .build());
    }

    @Override
    public void close() throws IOException {
        transport.close();
    }
}
