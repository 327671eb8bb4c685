package dev.trainyard.core.request;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Validates a message with the JSON Schema in the resources, and describes the errors. The remedy in a message is the
 * {@code description} in the schema at the place that did not match: change the text there.
 */
final class RequestSchema {

    private static final String RESOURCE = "/trainyard.request.v1.schema.json";
    private static final int MAX_PROBLEMS = 50;

    /** Fields whose values may be secrets. */
    private static final Set<String> SECRET = Set.of("environment", "args", "labels", "params");

    static final String TEXT = load();
    private static final JsonNode DOCUMENT = JsonMapper.shared().readTree(TEXT);
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(DOCUMENT);

    private RequestSchema() {}

    private static String load() {
        try (InputStream in = RequestSchema.class.getResourceAsStream(RESOURCE)) {
            return new String(Objects.requireNonNull(in, RESOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param pointer JSON Pointer to a list or an object with a limit */
    static int mostEntries(String pointer) {
        JsonNode place = DOCUMENT.at(pointer);
        String reference = place.path("$ref").asString("");
        JsonNode schema = reference.isEmpty() ? place : DOCUMENT.at(reference.substring(1));
        JsonNode most = schema.has("maxItems") ? schema.path("maxItems") : schema.path("maxProperties");
        if (!most.isInt()) {
            throw new IllegalArgumentException("the schema has no limit at " + pointer);
        }
        return most.asInt();
    }

    /** @param pointer JSON Pointer to a text with a limit */
    static int longest(String pointer) {
        JsonNode longest = DOCUMENT.at(pointer).path("maxLength");
        if (!longest.isInt()) {
            throw new IllegalArgumentException("the schema has no limit at " + pointer);
        }
        return longest.asInt();
    }

    static List<Problem> check(JsonNode message) {
        return SCHEMA.validate(message).stream()
                .limit(MAX_PROBLEMS)
                .map(error -> problem(message, error))
                .distinct()
                .toList();
    }

    private static Problem problem(JsonNode message, Error error) {
        String path = path(error.getInstanceLocation());
        JsonNode schema = schemaAt(error);
        String remedy = "Give " + schema.path("description").asString("what the schema trainyard.request/v1 allows");
        String name = Objects.requireNonNullElse(error.getProperty(), "");
        JsonNode value = error.getInstanceNode() == null ? message : error.getInstanceNode();
        String shown = shown(error, value);
        return switch (Objects.requireNonNullElse(error.getKeyword(), "")) {
            case "additionalProperties" -> unknown(path, name, schema);
            case "required" -> missing(path, name, schema);
            case "type" -> new Problem(path, "is %s, not %s".formatted(kind(value), wanted(schema)), remedy);
            case "propertyNames" ->
                new Problem(
                        path,
                        "has a name that cannot be used: " + JsonFields.shownName(name),
                        "Give " + schema.at("/propertyNames/description").asString("another name"));
            case "minLength", "minItems" -> new Problem(path, "is empty or too short", remedy);
            case "maxLength", "maxItems", "maxProperties", "minProperties" ->
                new Problem(path, size(error, value), remedy);
            case "minimum", "maximum" -> new Problem(path, shown + " is out of range", remedy);
            default -> new Problem(path, shown + " cannot be used here", remedy);
        };
    }

    private static Problem unknown(String path, String name, JsonNode schema) {
        JsonNode fields = schema.path("properties");
        // The schema declares some fields only to explain why they are refused.
        List<String> known = fields.propertyNames().stream()
                .filter(field -> !fields.path(field).has("not"))
                .toList();
        String remedy = NearestName.among(known, name)
                .map(near -> "Did you mean '%s'?".formatted(near))
                .orElse("Known fields: " + String.join(", ", known));
        return new Problem(JsonFields.child(path, name), "this release does not have this field", remedy);
    }

    private static Problem missing(String path, String name, JsonNode schema) {
        JsonNode field = resolved(schema.path("properties").path(name));
        String given = field.path("description").asString("");
        if (given.isEmpty()) {
            given = resolved(DOCUMENT.path("$defs").path(name))
                    .path("description")
                    .asString("it");
        }
        return new Problem(JsonFields.child(path, name), "is missing", "Give " + given);
    }

    private static String size(Error error, JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING ->
                "has %,d characters, which is too many"
                        .formatted(value.asString().length());
            case ARRAY, OBJECT ->
                "has %,d entries, %s"
                        .formatted(
                                value.size(),
                                Objects.equals(error.getKeyword(), "minProperties") ? "too few" : "too many");
            default -> "is too large";
        };
    }

    /** The value, unless it may be a secret: the message is stored where others can read it. */
    private static String shown(Error error, JsonNode value) {
        NodePath at = error.getInstanceLocation();
        boolean secret = IntStream.range(0, at.getNameCount())
                .anyMatch(i -> SECRET.contains(String.valueOf((Object) at.getElement(i))));
        return switch (value.getNodeType()) {
            case STRING -> secret ? "this value" : Excerpt.quote(value.asString());
            case NUMBER, BOOLEAN -> secret ? "this value" : value.asString();
            default -> kind(value);
        };
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL, MISSING -> "null";
            case ARRAY -> "a list";
            case OBJECT, BINARY, POJO -> "an object";
        };
    }

    private static String wanted(JsonNode schema) {
        JsonNode type = schema.path("type");
        List<String> types =
                type.isArray() ? type.valueStream().map(JsonNode::asString).toList() : List.of(type.asString(""));
        return String.join(" or ", types.stream().map(RequestSchema::inWords).toList());
    }

    private static String inWords(String type) {
        return switch (type) {
            case "integer", "object" -> "an " + type;
            case "array" -> "a list";
            case "boolean" -> "true or false";
            default -> "a " + type;
        };
    }

    /** The schema that holds the failing keyword. */
    private static JsonNode schemaAt(Error error) {
        NodePath keyword = error.getSchemaLocation().getFragment();
        JsonNode at = DOCUMENT;
        for (int i = 0; i < keyword.getNameCount() - 1; i++) {
            at = at.isArray() ? at.path(Integer.parseInt(keyword.getName(i))) : at.path(keyword.getName(i));
        }
        return at;
    }

    private static JsonNode resolved(JsonNode schema) {
        String ref = schema.path("$ref").asString("");
        return ref.isEmpty() ? schema : DOCUMENT.at(ref.substring(1));
    }

    private static String path(NodePath location) {
        String path = "$";
        for (int i = 0; i < location.getNameCount(); i++) {
            path = location.getElement(i) instanceof Integer index
                    ? path + "[" + index + "]"
                    : JsonFields.child(path, location.getName(i));
        }
        return path;
    }
}
