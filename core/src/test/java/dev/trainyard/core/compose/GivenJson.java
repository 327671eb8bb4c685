package dev.trainyard.core.compose;

import dev.trainyard.core.request.ParameterValue;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Parameters as a message gives them, but without the schema's say: what a caller other than the codec could hand over. */
public final class GivenJson {

    private GivenJson() {}

    public static Map<String, ParameterValue> read(String json) {
        Map<String, ParameterValue> given = new LinkedHashMap<>();
        JsonMapper.shared()
                .readTree(json)
                .properties()
                .forEach(field -> given.put(field.getKey(), value(field.getValue())));
        return given;
    }

    private static ParameterValue value(JsonNode value) {
        if (value.isBoolean()) {
            return new ParameterValue.Flag(value.booleanValue());
        }
        return value.isNumber()
                ? new ParameterValue.Numeric(value.asString())
                : new ParameterValue.Text(value.asString());
    }
}
