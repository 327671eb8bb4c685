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

    /** Limits of common JSON parsers for depth and length of numbers. */
    private static final JsonFactory READERS = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(400).build())
            .build();

    /**
     * Returns if other programs can read the value. Does not build a tree, because the value may be large.
     *
     * @throws JacksonException if they cannot
     */
    static void requireReadable(String json) {
        try (JsonParser parser = READERS.createParser(ObjectReadContext.empty(), json)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken().isNumeric()) {
                    // The parser checks the length of a number only when it is asked for the number.
                    parser.getNumberType();
                }
            }
        }
    }

    static String array(Iterable<String> values) {
        return MAPPER.writeValueAsString(values);
    }
}
