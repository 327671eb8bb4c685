package dev.trainyard.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The server of a storm, and who asks it: a request is sent again until it is answered. */
final class StormServer {

    private static final int UNAVAILABLE = 69;
    private static final Pattern ADDRESS = Pattern.compile("http://\\S+");

    private final Installation installation;
    private final StormReport report;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    private @Nullable ProductProcess process;
    private Instant started = Instant.now();
    private boolean over;

    StormServer(Installation installation, StormReport report) {
        this.installation = installation;
        this.report = report;
        watch();
    }

    synchronized void kill() {
        if (process != null) {
            judge(process);
            process.kill();
            process = null;
        }
    }

    /** Starts one if there is none: to be called again and again. An end that nobody caused is a violation. */
    synchronized void watch() {
        if (!over && process != null && judge(process)) {
            process = null;
        }
        if (!over && process == null) {
            started = Instant.now();
            process = installation.run(
                    "server",
                    "submitter",
                    Map.of(),
                    List.of(
                            "server",
                            "--kafka",
                            installation.kafka(),
                            "--postgres",
                            installation.postgres(),
                            "--listen",
                            "127.0.0.1:0"));
        }
    }

    /** Whether it has ended. */
    private boolean judge(ProductProcess judged) {
        if (judged.isAlive()) {
            return false;
        }
        int code = judged.awaitExit();
        if (code != UNAVAILABLE || !report.wasOutageSince(started)) {
            report.violation(
                    "no server ends that nobody ended: it ended with %d; %s".formatted(code, judged.lastWords()));
        }
        return true;
    }

    synchronized void end() {
        over = true;
    }

    private synchronized @Nullable String address() {
        if (process == null) {
            return null;
        }
        var said = ADDRESS.matcher(process.said());
        return said.find() ? said.group() : null;
    }

    /** Returns when the server has taken it in, or when it is refused, which is a violation, or when the storm is over. */
    void post(String path, String body) {
        while (!isOver()) {
            String address = address();
            if (address != null) {
                try {
                    HttpResponse<String> answer = http.send(
                            HttpRequest.newBuilder(URI.create(address).resolve(path))
                                    .header("Content-Type", "application/json")
                                    .timeout(Duration.ofSeconds(60))
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() / 100 == 2) {
                        return;
                    }
                    // Not known yet: one that was restarted does not know what no worker has taken in.
                    if (!Set.of(503, 404).contains(answer.statusCode())) {
                        report.violation("a good request is not refused: POST %s was answered %d %s"
                                .formatted(path, answer.statusCode(), answer.body()));
                        return;
                    }
                } catch (IOException e) {
                    // Killed, or not there yet: sent again, as docs/rest.md says.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
            Storm.pause(Duration.ofSeconds(1));
        }
    }

    private synchronized boolean isOver() {
        return over;
    }
}
