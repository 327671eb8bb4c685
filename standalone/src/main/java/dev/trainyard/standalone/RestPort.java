package dev.trainyard.standalone;

import dev.trainyard.standalone.embedded.LocalServiceException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Checks the loopback port for REST before anything is started. */
final class RestPort {

    private RestPort() {}

    /** @throws LocalServiceException if another program listens on it */
    static void requireFree(int port) {
        try {
            probe(port);
        } catch (IOException e) {
            throw new LocalServiceException(
                    "REST cannot be served on 127.0.0.1:%d: %s. Stop the program that listens there, or give another port with --port (0: a free one)"
                            .formatted(port, e.getMessage()),
                    e);
        }
    }

    static boolean isFree(int port) {
        try {
            probe(port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void probe(int port) throws IOException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress("127.0.0.1", port));
        }
    }
}
