package dev.trainyard.core.request;

import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes a {@link Request} as the message. A record becomes an object with a field for each component. Null, empty and false values are
 * left out; defaults are written. Only types with another form in the message have code of their own here.
 */
final class RequestWriter {

    private final JsonGenerator json;

    RequestWriter(JsonGenerator json) {
        this.json = json;
    }

    void write(Request request) {
        object(() -> {
            field("schema", RequestCodec.SCHEMA);
            field("kind", request instanceof Request.Cancel ? "cancel" : "submit");
            switch (request) {
                case Request.Submit submit -> submit(submit);
                case Request.Train train -> train(train);
                case Request.Cancel cancel -> fields(cancel);
            }
        });
    }

    private void submit(Request.Submit submit) {
        field("jobId", submit.jobId());
        field("name", submit.name());
        field("team", submit.team());
        field("submittedBy", submit.submittedBy());
        field("submittedAt", submit.submittedAt());
        field("labels", submit.labels().isEmpty() ? null : submit.labels());
        field("priority", submit.priority());
        field("image", submit.image());
        field("run", submit.run());
        field("gpus", submit.gpus());
        field("retry", submit.retry());
        field("timeLimit", submit.timeLimit());
        field("gracePeriod", submit.gracePeriod());
        field("notBefore", submit.notBefore());
    }

    private void train(Request.Train train) {
        field("jobId", train.jobId());
        field("draft", train.draft());
        field("params", train.params());
        if (train.outputs() != null) {
            field("outputs", Map.of("location", train.outputs()));
        }
        field("name", train.name());
        field("team", train.team());
        field("submittedBy", train.submittedBy());
        field("submittedAt", train.submittedAt());
        field("labels", train.labels().isEmpty() ? null : train.labels());
        field("priority", train.priority());
        field("gpus", train.gpus());
        field("retry", train.retry());
        field("timeLimit", train.timeLimit());
        field("gracePeriod", train.gracePeriod());
        field("notBefore", train.notBefore());
    }

    private void fields(Record of) {
        for (RecordComponent component : of.getClass().getRecordComponents()) {
            try {
                @Nullable Object value = component.getAccessor().invoke(of);
                if (value != null && !saysNothing(component, value)) {
                    field(component.getName(), value);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("%s cannot be read".formatted(component), e);
            }
        }
    }

    /** In a nullable component, an empty list and false differ from null and are therefore written. */
    private static boolean saysNothing(RecordComponent component, Object value) {
        return switch (value) {
            case Collection<?> list ->
                list.isEmpty() && !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
            case Map<?, ?> map -> map.isEmpty();
            case Boolean on -> !on && component.getType() == boolean.class;
            default -> false;
        };
    }

    private void field(String name, @Nullable Object value) {
        if (value != null && !(value instanceof Gpus.None)) {
            json.writeName(name);
            value(value);
        }
    }

    void value(Object value) {
        switch (value) {
            case DataSize size -> json.writeNumber(size.bytes());
            case Boolean on -> json.writeBoolean(on);
            case BigDecimal number -> json.writeNumber(number);
            case Number number -> json.writeNumber(number.longValue());
            case Map<?, ?> map -> object(() -> map.forEach((name, each) -> field(name.toString(), each)));
            case Collection<?> list -> {
                json.writeStartArray();
                list.forEach(this::value);
                json.writeEndArray();
            }
            case JobId id -> json.writeString(id.toString());
            case DraftRef draft -> json.writeString(draft.toString());
            case ParameterValue.Text(String text) -> json.writeString(text);
            case ParameterValue.Numeric(String text) -> json.writeNumber(new BigDecimal(text));
            case ParameterValue.Flag(boolean on) -> json.writeBoolean(on);
            case ImageSource.Reference(String reference, ImageSource.Pull pull) ->
                object(() -> {
                    field("reference", reference);
                    field("pull", pull == ImageSource.Pull.MISSING ? null : pull.word());
                });
            case ImageSource.Build build ->
                object(() -> {
                    json.writeName("build");
                    object(() -> fields(build));
                });
            case RunSpec run ->
                object(() -> {
                    fields(run.program());
                    fields(run.storage());
                    fields(run.network());
                    fields(run.resources());
                    fields(run.isolation());
                });
            case Gpus.All all ->
                object(() -> {
                    field("count", "all");
                    fields(all);
                });
            case Gpus.Devices(List<String> ids) -> object(() -> field("deviceIds", ids));
            case RetryPolicy.OnExitCode(List<Integer> codes, RetryPolicy.Action action) ->
                object(() -> {
                    field("onExitCode", codes);
                    field("action", action);
                });
            case RetryPolicy.OnCause(var causes, RetryPolicy.Action action) ->
                object(() -> {
                    field("onCause", causes);
                    field("action", action);
                });
            case Record other -> object(() -> fields(other));
            default -> json.writeString(value.toString());
        }
    }

    private void object(Runnable fields) {
        json.writeStartObject();
        fields.run();
        json.writeEndObject();
    }
}
