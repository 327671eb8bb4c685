package dev.trainyard.db;

import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Small JSON values for {@code jsonb} columns. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static String object(Map<String, ?> fields) {
        return MAPPER.writeValueAsString(fields);
    }

    static String array(Iterable<String> values) {
        return MAPPER.writeValueAsString(values);
    }
}
