package dev.trainyard.db;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Small JSON values for {@code jsonb} columns. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static String object(Map<String, ?> fields) {
        return MAPPER.writeValueAsString(fields);
    }

    static Map<String, String> texts(String object) {
        return MAPPER.readValue(object, new TypeReference<Map<String, String>>() {});
    }

    static List<String> list(String array) {
        return MAPPER.readValue(array, new TypeReference<List<String>>() {});
    }

    /** Any value as {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} or null. */
    static @Nullable Object value(String json) {
        return MAPPER.readValue(json, Object.class);
    }

    static String array(Iterable<String> values) {
        return MAPPER.writeValueAsString(values);
    }
}
