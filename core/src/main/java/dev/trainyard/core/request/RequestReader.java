package dev.trainyard.core.request;

import dev.trainyard.core.json.CanonicalJson;
import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.lifecycle.RetryPolicy.Action;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.GracePeriod;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.ImageSource.Pull;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Converts a message to a {@link Request} and checks the rules that the schema cannot express. It also reads messages that failed
 * the schema, so that all problems are reported together: a field of the wrong type counts as absent.
 */
final class RequestReader {

    private static final Duration LONGEST = Duration.ofDays(366);
    private static final Duration LONGEST_BACKOFF = Duration.ofHours(1);

    private static final String OWN_LABELS = "dev.trainyard.";

    /** Total for names and values. A listing of a thousand jobs contains all their labels. */
    private static final int MOST_CHARACTERS_OF_LABELS = 16_384;

    private final JsonFields message;
    private final boolean isNew;

    /** @param isNew false for an accepted message, which may be from an earlier release: rules added since then do not apply */
    RequestReader(JsonFields message, boolean isNew) {
        this.message = message;
        this.isNew = isNew;
    }

    Request read() {
        if (message.text("kind", "submit").equals("cancel")) {
            return cancel();
        }
        return message.has("draft") ? train() : submit();
    }

    private Request cancel() {
        return new Request.Cancel(
                jobId(), message.text("submittedBy"), message.instant("submittedAt"), message.flag("force"));
    }

    private Request train() {
        @Nullable String outputs = message.object("outputs").text("location");
        return new Request.Train(
                jobId(),
                draft(),
                params(message.object("params")),
                outputs == null ? null : message.object("outputs").plainPath("location", outputs),
                message.text("name"),
                message.text("team"),
                message.text("submittedBy"),
                labels(),
                (int) message.integer("priority", Request.Submit.DEFAULT_PRIORITY),
                message.instant("submittedAt"),
                message.has("gpus") ? gpus(message.object("gpus")) : null,
                retry(message.object("retry")),
                timeLimit(),
                message.duration("gracePeriod", GracePeriod.LONGEST),
                message.instant("notBefore"));
    }

    /** Refuses the labels that workers set on containers. Otherwise a worker would silently replace them. */
    private Map<String, String> labels() {
        Map<String, String> labels = message.texts("labels");
        if (isNew) {
            labels.keySet().stream()
                    .filter(name -> name.startsWith(OWN_LABELS))
                    .forEach(name -> message.object("labels")
                            .problem(
                                    name,
                                    "is a reserved label name",
                                    "Choose a name that does not begin with dev.trainyard"));
            int characters = RequestLimits.characters(labels);
            if (characters > MOST_CHARACTERS_OF_LABELS) {
                message.problem(
                        "labels",
                        "have %,d characters in total".formatted(characters),
                        "Use at most %,d. Put long texts into files".formatted(MOST_CHARACTERS_OF_LABELS));
            }
        }
        return labels;
    }

    private DraftRef draft() {
        try {
            return DraftRef.parse(message.text("draft", ""));
        } catch (IllegalArgumentException e) {
            message.problem("draft", "is not the name of a draft", "Give NAME or NAME@VERSION, for example resnet18@3");
            return new DraftRef("unknown", null);
        }
    }

    /** Skips values of other types, which the schema reports. */
    private static Map<String, ParameterValue> params(JsonFields params) {
        Map<String, ParameterValue> values = new LinkedHashMap<>();
        params.node().properties().forEach(field -> {
            JsonNode value = field.getValue();
            switch (value.getNodeType()) {
                case STRING -> values.put(field.getKey(), new ParameterValue.Text(value.asString()));
                case NUMBER ->
                    values.put(field.getKey(), new ParameterValue.Numeric(CanonicalJson.number(value.doubleValue())));
                case BOOLEAN -> values.put(field.getKey(), new ParameterValue.Flag(value.booleanValue()));
                case NULL, MISSING, BINARY, POJO, ARRAY, OBJECT -> {}
            }
        });
        return Collections.unmodifiableMap(values);
    }

    private @Nullable Duration timeLimit() {
        @Nullable Duration timeLimit = message.duration("timeLimit", LONGEST);
        if (timeLimit != null && timeLimit.isZero()) {
            message.problem("timeLimit", "is zero", "Give a longer time, or leave it out for no limit");
        }
        return timeLimit;
    }

    private Request submit() {
        @Nullable Duration gracePeriod = message.duration("gracePeriod", GracePeriod.LONGEST);
        return new Request.Submit(
                jobId(),
                message.text("name", ""),
                message.text("team"),
                message.text("submittedBy"),
                labels(),
                (int) message.integer("priority", Request.Submit.DEFAULT_PRIORITY),
                message.instant("submittedAt"),
                image(message.object("image")),
                new RunReader(message.object("run"), isNew).read(),
                gpus(message.object("gpus")),
                retry(message.object("retry")),
                timeLimit(),
                gracePeriod == null ? Request.Submit.DEFAULT_GRACE_PERIOD : gracePeriod,
                message.instant("notBefore"));
    }

    private JobId jobId() {
        try {
            return JobId.parse(message.text("jobId", ""));
        } catch (IllegalArgumentException e) {
            message.problem("jobId", "is not a UUID", "Give a UUID that you choose");
            return new JobId(new UUID(0, 0));
        }
    }

    private ImageSource image(JsonFields image) {
        if (!image.has("build")) {
            if (image.has("pull") && !image.has("reference")) {
                image.problem("reference", "is missing", "Name the image to pull");
            }
            checkName(image, "reference");
            return new ImageSource.Reference(
                    image.text("reference", ""),
                    Pull.of(image.text("pull", "missing")).orElse(Pull.MISSING));
        }
        if (image.has("reference")) {
            image.problem(
                    "",
                    "has both reference and build",
                    "Give either {\"reference\": \"IMAGE\"} or {\"build\": {\"source\": \"sha256:…\"}}");
        } else if (image.has("pull")) {
            image.problem("pull", "conflicts with build", "Leave it out: an image that is built is not pulled");
        }
        JsonFields build = image.object("build");
        checkName(build, "tag");
        return new ImageSource.Build(
                build.text("source", ""),
                build.plainPath("dockerfile", build.text("dockerfile", "Dockerfile")),
                build.texts("args"),
                build.text("target"),
                build.text("tag"));
    }

    private void checkName(JsonFields image, String field) {
        if (isNew) {
            ImageName.fault(image.text(field, ""))
                    .ifPresent(fault -> image.problem(field, fault.what(), fault.remedy()));
        }
    }

    private static Gpus gpus(JsonFields gpus) {
        @Nullable String type = gpus.text("type");
        @Nullable DataSize minMemory = gpus.size("minMemory");
        if (gpus.has("deviceIds")) {
            if (gpus.has("count") || type != null || minMemory != null) {
                gpus.problem(
                        "deviceIds", "conflicts with count, type and minMemory", "Give either deviceIds or the others");
            }
            List<String> ids = gpus.list("deviceIds").map(JsonFields::asText).toList();
            if (Set.copyOf(ids).size() < ids.size()) {
                gpus.problem("deviceIds", "names a device twice", "Name each device once");
            }
            return new Gpus.Devices(ids);
        }
        if (gpus.text("count", "").equals("all")) {
            return new Gpus.All(type, minMemory);
        }
        int count = (int) gpus.integer("count", 0);
        if (count == 0 && gpus.isPresent()) {
            gpus.problem(
                    "count",
                    "is missing",
                    "Give {\"count\": 1}, {\"count\": \"all\"} or {\"deviceIds\": [\"0\"]}, or leave gpus out");
        }
        return count == 0 ? Gpus.NONE : new Gpus.Count(count, type, minMemory);
    }

    static RetryPolicy retry(JsonFields retry) {
        @Nullable Duration backoff = retry.duration("backoff", LONGEST_BACKOFF);
        return new RetryPolicy(
                (int) retry.integer("maxAttempts", RetryPolicy.DEFAULT.maxAttempts()),
                backoff == null ? RetryPolicy.DEFAULT.backoff() : backoff,
                retry.list("rules").map(RequestReader::rule).toList());
    }

    private static RetryPolicy.Rule rule(JsonFields rule) {
        if (rule.has("onExitCode") == rule.has("onCause")) {
            rule.problem("", "needs exactly one of onExitCode and onCause", "Write one rule for each");
        }
        Action action = rule.text("action", "").equals("RETRY") ? Action.RETRY : Action.FAIL;
        if (rule.has("onExitCode")) {
            List<Integer> codes =
                    rule.list("onExitCode").map(code -> (int) code.asInteger(0)).toList();
            return new RetryPolicy.OnExitCode(codes, action);
        }
        return new RetryPolicy.OnCause(
                rule.list("onCause")
                        .flatMap(cause -> cause(cause.asText()).stream())
                        .toList(),
                action);
    }

    private static Optional<Cause> cause(String name) {
        return Arrays.stream(Cause.values())
                .filter(cause -> cause.name().equals(name))
                .findFirst();
    }
}
