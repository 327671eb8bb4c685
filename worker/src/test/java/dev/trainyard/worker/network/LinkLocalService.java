package dev.trainyard.worker.network;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Something that listens at a link-local address of this host for as long as it is open. */
public final class LinkLocalService implements AutoCloseable {

    private final String host;
    private final HttpServer server;

    private LinkLocalService(String host, HttpServer server) {
        this.host = host;
        this.server = server;
    }

    public static LinkLocalService start() throws IOException, InterruptedException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String host = "169.254.%d.%d".formatted(random.nextInt(1, 150), random.nextInt(1, 255));
        HostCommand.run("ip", "address", "add", host + "/32", "dev", "lo");
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(host, 0), 0);
            server.createContext("/", exchange -> {
                byte[] answer = "credentials".getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            server.start();
            return new LinkLocalService(host, server);
        } catch (IOException e) {
            HostCommand.run("ip", "address", "del", host + "/32", "dev", "lo");
            throw e;
        }
    }

    public String host() {
        return host;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        server.stop(0);
        HostCommand.run("ip", "address", "del", host + "/32", "dev", "lo");
    }
}
