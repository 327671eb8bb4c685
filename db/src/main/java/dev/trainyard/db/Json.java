package dev.trainyard.db;

import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
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

    /** Most readers of JSON refuse deeper values and longer numbers. */
    private static final JsonFactory READERS = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(400).build())
            .build();

    /**
     * Returns if other programs can read the value. Builds no tree of it, because it may be large.
     *
     * @throws JacksonException if they cannot
     */
    static void requireReadable(String json) {
        try (JsonParser parser = READERS.createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    // A number is parsed, and its length checked, when it is asked for.
                    parser.getNumberType();
                }
            }
        }
    }

    static String array(Iterable<String> values) {
        return MAPPER.writeValueAsString(values);
    }
}
