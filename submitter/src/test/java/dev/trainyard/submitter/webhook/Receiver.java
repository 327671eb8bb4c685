package dev.trainyard.submitter.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server that is called, and answers as a test wants. */
final class Receiver implements AutoCloseable {

    /** A call as it came. */
    record Received(String path, Map<String, String> headers, String body) {}

    /** What is done with one. */
    @FunctionalInterface
    interface Answer {
        int status(Received received) throws InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Answer answer = call -> 200;

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            Received call = new Received(
                    exchange.getRequestURI().getPath(),
                    Map.of(
                            "id", header(exchange, "webhook-id"),
                            "timestamp", header(exchange, "webhook-timestamp"),
                            "signature", header(exchange, "webhook-signature"),
                            "type", header(exchange, "content-type")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            received.add(call);
            int status = answer.status(call);
            if (status / 100 == 3) {
                exchange.getResponseHeaders().add("location", url() + "elsewhere");
            }
            exchange.sendResponseHeaders(status, -1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String header(HttpExchange exchange, String name) {
        return String.valueOf(exchange.getRequestHeaders().getFirst(name));
    }

    void answers(Answer answer) {
        this.answer = answer;
    }

    /** Never, as long as it lives. */
    int never() throws InterruptedException {
        end.await();
        return 500;
    }

    String url() {
        return "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
    }

    List<Received> received() {
        return received;
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.close();
    }
}
