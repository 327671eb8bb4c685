package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A fake server: it sends exactly the answers that a test defines. The end-to-end tests use the real server. */
public final class FakeServer implements AutoCloseable {

    /** Appended to a stream's text: the connection stays open without further data. */
    public static final String SILENCE = "<silence>";

    /** One received request. */
    public record Received(
            String line, String body, @Nullable String lastEventId) {}

    private record Answer(int status, String type, String body) {}

    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Received> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    public FakeServer() {
        try {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        http.setExecutor(threads);
        http.createContext("/api/v1/", this::handle);
        http.start();
    }

    public String address() {
        return "http://127.0.0.1:" + http.getAddress().getPort();
    }

    /**
     * Answers requests. If called several times, the answers are sent in order, and the last one repeats.
     *
     * @param request for example {@code GET /jobs?limit=50}. {@code *} stands for an id or digest that the test cannot know
     */
    public FakeServer answers(String request, int status, String json) {
        return answers(
                request, new Answer(status, status < 400 ? "application/json" : "application/problem+json", json));
    }

    public FakeServer answersText(String request, int status, String text) {
        return answers(request, new Answer(status, "text/html", text));
    }

    /** Defines the events of one connection. Each further call defines the next connection. */
    public FakeServer streams(String request, String events) {
        return answers(request, new Answer(200, "text/event-stream", events));
    }

    private FakeServer answers(String request, Answer answer) {
        answers.computeIfAbsent(request, _ -> new ArrayDeque<>()).add(answer);
        return this;
    }

    /** The received requests, in order. */
    public List<Received> received() {
        return List.copyOf(received);
    }

    public List<String> lines() {
        return received.stream().map(Received::line).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String line = exchange.getRequestMethod() + " "
                    + exchange.getRequestURI().toString().substring("/api/v1".length());
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            // Each submission asks whether the server has a socket. This one has none.
            if (!line.equals("GET /info") || answers.containsKey(line)) {
                received.add(
                        new Received(line, body, exchange.getRequestHeaders().getFirst("Last-Event-ID")));
            }
            Answer answer = next(line);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            byte[] bytes = answer.body().replace(SILENCE, "").getBytes(UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head || bytes.length == 0 ? -1 : 0);
            if (!head && bytes.length > 0) {
                OutputStream out = exchange.getResponseBody();
                out.write(bytes);
                out.flush();
                if (answer.body().endsWith(SILENCE)) {
                    closed.await();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer next(String line) {
        Deque<Answer> queue = answers.getOrDefault(line, answers.get(line.replaceAll("[0-9a-f-]{36,}", "*")));
        if (queue == null) {
            return new Answer(
                    404,
                    "application/problem+json",
                    "{\"title\":\"Not Found\",\"detail\":\"nothing at " + line + "\"}");
        }
        synchronized (queue) {
            return queue.size() > 1 ? queue.remove() : queue.element();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        http.stop(0);
        threads.close();
    }
}
