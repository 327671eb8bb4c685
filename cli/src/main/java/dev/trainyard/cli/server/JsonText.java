package dev.trainyard.cli.server;

import java.io.ByteArrayOutputStream;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes small JSON objects. */
public final class JsonText {

    private static final JsonFactory JSON = new JsonFactory();

    private JsonText() {}

    /**
     * Writes an object in UTF-8.
     *
     * @param fields texts, integers and booleans
     */
    public static byte[] object(Map<String, ?> fields) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            fields.forEach((name, value) -> {
                switch (value) {
                    case Integer number -> json.writeNumberProperty(name, number);
                    case Boolean flag -> json.writeBooleanProperty(name, flag);
                    default -> json.writeStringProperty(name, value.toString());
                }
            });
            json.writeEndObject();
        }
        return text.toByteArray();
    }
}
