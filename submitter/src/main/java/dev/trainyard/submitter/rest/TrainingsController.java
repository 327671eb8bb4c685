package dev.trainyard.submitter.rest;

import dev.trainyard.core.draft.InvalidParameters;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.UuidV7;
import dev.trainyard.core.text.Problem;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.History;
import dev.trainyard.submitter.rest.JobResource.Phase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Trainings: takes a model and its parameters, and makes a job from that draft. */
@RestController
@RequestMapping("/api/v1/trainings")
final class TrainingsController {

    private static final int MAX_BYTES = 1 << 20;

    /** As for messages: numbers stay as they are written, and a repeated name is refused. */
    private static final JsonMapper BODY = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final RequestSubmission submission;
    private final KnownJobs jobs;
    private final History history;
    private final DraftStore drafts;
    private final JsonMapper json;

    TrainingsController(
            RequestSubmission submission, KnownJobs jobs, History history, DraftStore drafts, JsonMapper json) {
        this.submission = submission;
        this.jobs = jobs;
        this.history = history;
        this.drafts = drafts;
        this.json = json;
    }

    /** Where to find the job, its log and its outputs. */
    record Links(String training, String job, String log, String outputs) {

        static Links of(JobId id) {
            String job = "/api/v1/jobs/" + id;
            return new Links("/api/v1/trainings/" + id, job, job + "/log?follow=true", job + "/outputs");
        }
    }

    record Started(JobId jobId, String model, Phase state, List<String> command, Links links) {}

    record Training(
            JobId jobId,
            @Nullable String model,
            @Nullable JsonNode params,
            Phase state,
            @Nullable String reason,
            @Nullable String cause,
            @Nullable Integer exitCode,
            @Nullable String outputs,
            @Nullable String outputsState,
            Links links) {}

    /** Fixes the draft's version here, so that the version that was checked is the one that runs. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Started> train(
            InputStream body, @RequestAttribute(name = CallerSocket.CALLER, required = false) @Nullable String caller)
            throws IOException {
        ObjectNode asked = object(body.readNBytes(MAX_BYTES + 1));
        boolean shortOutputs = asked.path("outputs").isString();
        byte[] message = message(asked);
        Request.Submit request;
        try {
            request = submission.publish(message, caller);
        } catch (InvalidRequest e) {
            throw new InvalidRequest(everything(e, asked, shortOutputs));
        }
        JobId id = request.jobId();
        String model = ((Request.Train) RequestCodec.decode(message)).draft().toString();
        List<String> command = request.run().program().command();
        return ResponseEntity.accepted()
                .location(URI.create("/api/v1/trainings/" + id))
                .body(new Started(id, model, Phase.PUBLISHED, command == null ? List.of() : command, Links.of(id)));
    }

    /** Turns the short body into a message. Fields that it does not name keep the message's defaults. */
    private byte[] message(ObjectNode message) {
        for (String own : List.of("schema", "kind", "draft", "image", "run")) {
            if (message.has(own)) {
                throw ApiException.badRequest(
                        "%s: a training has model and params. Send a whole message to /api/v1/jobs".formatted(own));
            }
        }
        JsonNode model = message.remove("model");
        if (model == null || !model.isString()) {
            throw ApiException.badRequest("model: is missing. Give a draft's name, for example \"resnet18\"");
        }
        JsonNode outputs = message.path("outputs");
        if (outputs.isString()) {
            message.putObject("outputs").put("location", outputs.asString());
        }
        message.put("schema", RequestCodec.SCHEMA);
        message.put("kind", "submit");
        message.put(
                "draft",
                DraftsController.require(drafts, model.asString()).ref().toString());
        if (!message.has("jobId")) {
            message.put(
                    "jobId", UuidV7.generate(Instant.now(), new SecureRandom()).toString());
        }
        return BODY.writeValueAsBytes(message);
    }

    /** Adds the problems of the parameters, which were not checked yet. The places are those of the body, not of the message. */
    private List<Problem> everything(InvalidRequest refused, ObjectNode message, boolean shortOutputs) {
        Map<String, Problem> problems = new LinkedHashMap<>();
        refused.problems()
                .forEach(each -> problems.put(
                        each.where(),
                        shortOutputs
                                ? new Problem(
                                        each.where().replace("$.outputs.location", "$.outputs"),
                                        each.what(),
                                        each.remedy())
                                : each));
        Map<String, ParameterValue> params = new LinkedHashMap<>();
        message.path("params").properties().forEach(each -> {
            JsonNode value = each.getValue();
            if (value.isBoolean()) {
                params.put(each.getKey(), new ParameterValue.Flag(value.booleanValue()));
            } else if (value.isValueNode() && !value.isNull()) {
                params.put(each.getKey(), new ParameterValue.Text(value.asString()));
            }
        });
        try {
            DraftsController.require(drafts, message.path("draft").asString())
                    .draft()
                    .parameters()
                    .apply(params, name -> "$.params." + name);
        } catch (InvalidParameters e) {
            e.problems().forEach(each -> problems.putIfAbsent(each.where(), each));
        }
        return List.copyOf(problems.values());
    }

    private static ObjectNode object(byte[] body) {
        if (body.length > MAX_BYTES) {
            throw ApiException.badRequest("the body has more than %,d bytes".formatted(MAX_BYTES));
        }
        try {
            if (BODY.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw ApiException.badRequest("the body is not valid JSON: " + e.getOriginalMessage());
        }
        throw ApiException.badRequest(
                "the body is not a JSON object. Give {\"model\": \"resnet18\", \"params\": {\"lr\": 0.1}}");
    }

    @GetMapping("/{jobId}")
    Training training(@PathVariable JobId jobId) {
        JobResource job = jobs.require(jobId);
        History.Attempt attempt = job.attempt();
        History.@Nullable Training of = history.training(jobId).orElse(null);
        return new Training(
                jobId,
                of == null ? null : of.draft() + "@" + of.version(),
                of == null ? null : json.readTree(of.params()),
                job.state(),
                job.reason() == null ? job.waitingBecause() : job.reason(),
                attempt == null ? job.lastCause() : attempt.cause(),
                attempt == null ? null : attempt.exitCode(),
                attempt == null ? null : attempt.outputsLocation(),
                attempt == null ? null : attempt.outputsState(),
                Links.of(jobId));
    }
}
