package dev.trainyard.db;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
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

    /** For values that anybody may have made: what is nested deeper, few readers of JSON take. Its numbers keep all their digits. */
    private static final JsonMapper ANYTHING = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(400).build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Any value as {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} or null. */
    static @Nullable Object value(String json) {
        return ANYTHING.readValue(json, Object.class);
    }

    static String array(Iterable<String> values) {
        return MAPPER.writeValueAsString(values);
    }
}
