package dev.trainyard.submitter.rest;

import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.db.Database;
import dev.trainyard.db.HistorySql;
import dev.trainyard.submitter.publish.KafkaCluster;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** What this server is and stands on. */
@RestController
@RequestMapping("/api/v1")
final class InfoController {

    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);
    private static final String UP = "UP";

    private final KafkaCluster kafka;
    private final Database database;
    private final HistorySql sql;

    InfoController(KafkaCluster kafka, Database database, HistorySql sql) {
        this.kafka = kafka;
        this.database = database;
        this.sql = sql;
    }

    /**
     * Where everything is.
     *
     * @param postgresUrl for one's own SQL client; without a password
     * @param rest as the asker reached it
     */
    record Info(String kafka, String postgresUrl, String rest, String version) {}

    record Health(String postgres, String kafka) {}

    @GetMapping("/info")
    Info info() {
        return new Info(
                kafka.bootstrapServers(),
                sql.url().toString(),
                ServletUriComponentsBuilder.fromCurrentContextPath().toUriString(),
                Objects.requireNonNullElse(getClass().getPackage().getImplementationVersion(), "development"));
    }

    /** 503 if anything is down, so that a load balancer understands it too. */
    @GetMapping("/health")
    ResponseEntity<Health> health() {
        CompletableFuture<String> postgres = check(database::requireAnswer);
        CompletableFuture<String> broker = check(kafka::requireAnswer);
        Health health = new Health(postgres.join(), broker.join());
        boolean up = health.postgres().equals(UP) && health.kafka().equals(UP);
        return ResponseEntity.status(up ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE)
                .body(health);
    }

    private static CompletableFuture<String> check(Runnable check) {
        return CompletableFuture.runAsync(check, Thread::startVirtualThread)
                .orTimeout(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .handle((done, failure) -> failure == null ? UP : "DOWN: " + reason(failure));
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "no answer within %d s".formatted(ANSWER_WITHIN.toSeconds())
                : String.valueOf(cause.getMessage());
    }

    /** The JSON Schema of the request message. */
    @GetMapping(path = "/schemas/trainyard.request.v1", produces = "application/schema+json")
    String schema() {
        return RequestCodec.schema();
    }
}
