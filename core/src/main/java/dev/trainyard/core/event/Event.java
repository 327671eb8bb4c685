package dev.trainyard.core.event;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Something that happened to a job or to a host, as others are told of it: a CloudEvent 1.0. Told again, it is the same to the byte, but
 * for what was left out.
 *
 * @param installation where it happened
 * @param type the word in {@code history.events}, such as {@code attempt.ended}
 * @param at by the database's clock
 * @param details what this type says beyond the subject: a JSON object
 */
public record Event(UUID installation, Subject subject, String type, Instant at, String details) {

    /** Of the message that {@link #json} makes; so it stands in the header {@code content-type} too. */
    public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

    private static final String SCHEMA = "/trainyard.event.v1.schema.json";
    private static final JsonMapper JSON = JsonMapper.shared();

    /** What it happened to. */
    public sealed interface Subject {}

    /**
     * A job, or an attempt of it.
     *
     * @param name null if the job is not there any more
     * @param seq counts a job's events from 1, without a gap
     * @param attempt null: it concerns none
     * @param number of the attempt, from 1
     */
    public record OfJob(
            JobId job,
            @Nullable String name,
            long seq,
            @Nullable AttemptId attempt,
            @Nullable Integer number) implements Subject {}

    /**
     * A worker, or a device of it.
     *
     * @param number one of two that follow each other has the greater one
     */
    public record OfWorker(WorkerId worker, @Nullable String name, long number) implements Subject {}

    /** The same each time it is told, and no other's: who gets things twice goes by it. */
    public String id() {
        return key() + "/" + number();
    }

    /** Id of the job or the worker: what happened to one stays in order. */
    public String key() {
        return switch (subject) {
            case OfJob job -> job.job().toString();
            case OfWorker worker -> worker.worker().toString();
        };
    }

    private long number() {
        return switch (subject) {
            case OfJob job -> job.seq();
            case OfWorker worker -> worker.number();
        };
    }

    /** The message. */
    public byte[] json() {
        return json((ObjectNode) JSON.readTree(details));
    }

    /** The message for where the whole is too large: it says how much is missing. The history has all of it. */
    public byte[] jsonWithoutDetails() {
        return json(JSON.createObjectNode().put("leftOutBytes", details.getBytes(StandardCharsets.UTF_8).length));
    }

    private byte[] json(ObjectNode more) {
        ObjectNode event = JSON.createObjectNode()
                .put("specversion", "1.0")
                .put("id", id())
                .put("source", "/installations/" + installation)
                .put("type", type)
                .put("subject", (subject instanceof OfJob ? "jobs/" : "workers/") + key())
                .put("time", at.toString())
                .put("datacontenttype", "application/json");
        ObjectNode data = event.putObject("data");
        switch (subject) {
            case OfJob job -> {
                data.put("jobId", job.job().toString())
                        .put("jobName", job.name())
                        .put("seq", job.seq());
                AttemptId attempt = job.attempt();
                if (attempt != null) {
                    data.put("attemptId", attempt.toString()).put("attemptNumber", job.number());
                }
            }
            case OfWorker worker ->
                data.put("workerId", worker.worker().toString()).put("workerName", worker.name());
        }
        for (var field : more.properties()) {
            if (!data.has(field.getKey())) {
                data.set(field.getKey(), field.getValue());
            }
        }
        return JSON.writeValueAsBytes((JsonNode) event);
    }

    /** The JSON Schema of the message. */
    public static String schema() {
        try (InputStream in = Event.class.getResourceAsStream(SCHEMA)) {
            return new String(Objects.requireNonNull(in, SCHEMA).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
