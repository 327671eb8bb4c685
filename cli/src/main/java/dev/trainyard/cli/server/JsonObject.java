package dev.trainyard.cli.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A JSON object from the server, in its order. Read token by token: loading Jackson's data binding would double the time that a
 * short command takes.
 */
public final class JsonObject {

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, @Nullable Object> fields;

    private JsonObject(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if the text is no JSON object
     */
    public static JsonObject parse(String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                return object(parser);
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    private static JsonObject object(JsonParser parser) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser));
        }
        return new JsonObject(fields);
    }

    private static @Nullable Object value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    items.add(value(parser));
                }
                yield items;
            }
            case VALUE_NULL -> null;
            // Numbers and truth values are shown as they came.
            case null, default -> parser.getString();
        };
    }

    public Set<String> names() {
        return fields.keySet();
    }

    /** The field's text, number or truth value as text; a list's items separated by blanks; empty if it is absent or null. */
    public String text(String name) {
        return shown(fields.get(name));
    }

    public @Nullable Integer integer(String name) {
        try {
            return fields.get(name) instanceof String number ? (Integer) Integer.parseInt(number) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The object in this field; without fields if there is none. */
    public JsonObject object(String name) {
        return fields.get(name) instanceof JsonObject object ? object : new JsonObject(Map.of());
    }

    /** The objects of the list in this field. */
    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : list(name)) {
            if (item instanceof JsonObject object) {
                objects.add(object);
            }
        }
        return objects;
    }

    /** The items of the list in this field as texts. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : list(name)) {
            texts.add(shown(item));
        }
        return texts;
    }

    /** The rows of the list of lists in this field, with their nulls. */
    public List<List<@Nullable String>> rows(String name) {
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (Object item : list(name)) {
            List<@Nullable String> row = new ArrayList<>();
            for (Object cell : item instanceof List<?> cells ? cells : List.of()) {
                row.add(cell == null ? null : shown(cell));
            }
            rows.add(row);
        }
        return rows;
    }

    private List<? extends @Nullable Object> list(String name) {
        return fields.get(name) instanceof List<?> list ? list : List.of();
    }

    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case JsonObject object -> object.toString();
            case List<?> items -> {
                List<String> texts = new ArrayList<>();
                for (Object item : items) {
                    texts.add(shown(item));
                }
                yield String.join(" ", texts);
            }
            default -> value.toString();
        };
    }

    /** {@code name=value} of each field that has a value, for people. */
    @Override
    public String toString() {
        List<String> pairs = new ArrayList<>();
        for (String name : fields.keySet()) {
            if (!text(name).isEmpty()) {
                pairs.add(name + "=" + text(name));
            }
        }
        return String.join(" ", pairs);
    }
}
