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
 * A JSON object from the server. Keeps the order of its fields. It is parsed by tokens and without pattern switches, because loading
 * Jackson's data binding would double the time of a short command, and the first pattern switch would add 5 %.
 */
public final class JsonObject {

    private static final JsonFactory JSON = new JsonFactory();

    /** Texts, numbers and booleans as text, and objects and lists. */
    private final Map<String, @Nullable Object> fields;

    private final String json;

    private record JsonList(List<@Nullable Object> items, String json) {
        @Override
        public String toString() {
            return json;
        }
    }

    private JsonObject(Map<String, @Nullable Object> fields, String json) {
        this.fields = fields;
        this.json = json;
    }

    /**
     * Parses an object.
     *
     * @throws IllegalArgumentException if the text is not a JSON object
     */
    public static JsonObject parse(String text) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                return object(parser, text);
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("not a JSON object");
    }

    private static @Nullable Object value(JsonParser parser, String text) {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            return object(parser, text);
        }
        if (token == JsonToken.START_ARRAY) {
            return list(parser, text);
        }
        return token == JsonToken.VALUE_NULL ? null : parser.getString();
    }

    private static JsonObject object(JsonParser parser, String text) {
        int start = offset(parser);
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            fields.put(name, value(parser, text));
        }
        return new JsonObject(fields, text.substring(start, offset(parser) + 1));
    }

    private static JsonList list(JsonParser parser, String text) {
        int start = offset(parser);
        List<@Nullable Object> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(parser, text));
        }
        return new JsonList(items, text.substring(start, offset(parser) + 1));
    }

    private static int offset(JsonParser parser) {
        return (int) parser.currentTokenLocation().getCharOffset();
    }

    public Set<String> names() {
        return fields.keySet();
    }

    /** Whether the field is present and not null. */
    public boolean hasValue(String name) {
        return fields.get(name) != null;
    }

    /** The field as text. Objects and lists are JSON. Empty if the field is absent or null. */
    public String text(String name) {
        Object value = fields.get(name);
        return value == null ? "" : value.toString();
    }

    public @Nullable Integer integer(String name) {
        try {
            return fields.get(name) instanceof String number ? (Integer) Integer.parseInt(number) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The object in this field. Without fields if the field is not an object. */
    public JsonObject object(String name) {
        return fields.get(name) instanceof JsonObject object ? object : new JsonObject(Map.of(), "{}");
    }

    /** The objects of the list in this field. */
    public List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        for (Object item : items(fields.get(name))) {
            if (item instanceof JsonObject object) {
                objects.add(object);
            }
        }
        return objects;
    }

    /** The items of the list in this field as texts. The list must not contain nulls. */
    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : items(fields.get(name))) {
            texts.add(String.valueOf(item));
        }
        return texts;
    }

    /** The rows of the list of lists in this field, with their nulls. */
    public List<List<@Nullable String>> rows(String name) {
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (Object item : items(fields.get(name))) {
            List<@Nullable String> row = new ArrayList<>();
            for (Object cell : items(item)) {
                row.add(cell == null ? null : cell.toString());
            }
            rows.add(row);
        }
        return rows;
    }

    private static List<@Nullable Object> items(@Nullable Object value) {
        return value instanceof JsonList list ? list.items() : List.of();
    }

    /** The JSON as the server sent it. */
    @Override
    public String toString() {
        return json;
    }
}
