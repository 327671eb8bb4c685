package dev.trainyard.worker.docker;

import com.github.dockerjava.transport.DockerHttpClient;
import java.io.IOException;

/**
 * Gives every request a connection of its own. A kept one fails after the engine restarted, and may still be served by an
 * engine that is stopping, whose word on an exit is not to be taken.
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
