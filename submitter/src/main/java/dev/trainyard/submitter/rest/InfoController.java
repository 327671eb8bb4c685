package dev.trainyard.submitter.rest;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Database;
import dev.trainyard.db.History;
import dev.trainyard.db.HistorySql;
import dev.trainyard.submitter.publish.KafkaCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** What this server is and what it depends on. */
@RestController
@RequestMapping("/api/v1")
final class InfoController {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);
    private static final String UP = "UP";

    private final KafkaCluster kafka;
    private final Database database;
    private final HistorySql sql;
    private final History history;
    private final InPlaceFolders inPlace;

    InfoController(KafkaCluster kafka, Database database, HistorySql sql, History history, InPlaceFolders inPlace) {
        this.kafka = kafka;
        this.database = database;
        this.sql = sql;
        this.history = history;
        this.inPlace = inPlace;
    }

    /**
     * The addresses of all services.
     *
     * @param postgresUrl for the user's own SQL client; without a password
     * @param rest as the client reached it
     * @param socket of this server on its machine, for requests that mount folders in place; null: there is none
     * @param outputsRoot parent of all output folders that jobs did not choose; null if the workers differ in it, or no worker is known
     */
    record Whereabouts(
            String kafka,
            String postgresUrl,
            String rest,
            @Nullable String socket,
            @Nullable String outputsRoot,
            String version) {}

    /** @param hosts state by name of each worker that should be working; they are independent of each other */
    record Health(String postgres, String kafka, Map<String, String> hosts) {}

    @GetMapping("/info")
    Whereabouts info() {
        return new Whereabouts(
                kafka.bootstrapServers(),
                sql.urlForPeople().toString(),
                ServletUriComponentsBuilder.fromCurrentContextPath().toUriString(),
                inPlace.socket().map(Path::toString).orElse(null),
                outputsRoot(),
                Objects.requireNonNullElse(getClass().getPackage().getImplementationVersion(), "development"));
    }

    private @Nullable String outputsRoot() {
        try {
            List<String> roots = history.workers().stream()
                    .map(History.Worker::outputsRoot)
                    .distinct()
                    .toList();
            return roots.size() == 1 ? roots.getFirst() : null;
        } catch (DataAccessException e) {
            // The other fields do not need the database.
            return null;
        }
    }

    /** Answers 503 if Postgres or Kafka is down, so that load balancers understand it. */
    @GetMapping("/health")
    ResponseEntity<Health> health() {
        Future<?> postgres = start(database::requireAnswer);
        Future<?> broker = start(kafka::requireAnswer);
        String databaseIs = outcome(postgres);
        Health health = new Health(databaseIs, outcome(broker), databaseIs.equals(UP) ? hosts() : Map.of());
        boolean up = health.postgres().equals(UP) && health.kafka().equals(UP);
        return ResponseEntity.status(up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(health);
    }

    private Map<String, String> hosts() {
        Map<String, String> hosts = new TreeMap<>();
        for (History.Worker worker : history.workers()) {
            switch (worker.state()) {
                case "ACTIVE", "DRAINING" ->
                    hosts.put(worker.name(), worker.unfitBecause() == null ? UP : "DOWN: " + worker.unfitBecause());
                case "SUSPECT", "LOST" ->
                    hosts.put(worker.name(), "DOWN: silent since %s".formatted(worker.lastSeenAt()));
                default -> {
                    // A person stopped it or declared it gone.
                }
            }
        }
        return hosts;
    }

    private static Future<?> start(Runnable check) {
        FutureTask<?> task = new FutureTask<>(check, null);
        Thread.startVirtualThread(task);
        return task;
    }

    private static String outcome(Future<?> check) {
        try {
            check.get(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
            return UP;
        } catch (TimeoutException e) {
            return "DOWN: no answer within %d s".formatted(ANSWER_WITHIN.toSeconds());
        } catch (ExecutionException e) {
            return "DOWN: " + check.exceptionNow().getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "DOWN: the server stops";
        }
    }

    /** The JSON Schema of the request message. */
    @GetMapping(path = "/schemas/trainyard.request.v1", produces = "application/schema+json")
    String schema() {
        return RequestCodec.schema();
    }

    /** The JSON Schema of an event. */
    @GetMapping(path = "/schemas/trainyard.event.v1", produces = "application/schema+json")
    String eventSchema() {
        return Event.schema();
    }
}
