package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.Problem;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Reads and writes the field {@code retry} of a message alone. */
public final class RetryJson {

    private static final JsonFactory JSON = new JsonFactory();

    private RetryJson() {}

    public static String write(RetryPolicy policy) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            new RequestWriter(json).value(policy);
        }
        return out.toString();
    }

    /** @throws InvalidRequest if the text is not from {@link #write} */
    public static RetryPolicy read(String json) {
        List<Problem> problems = new ArrayList<>();
        RetryPolicy policy = RequestReader.retry(
                new JsonFields(MessageJson.read(json.getBytes(StandardCharsets.UTF_8)), "retry", problems));
        if (!problems.isEmpty()) {
            throw new InvalidRequest(problems);
        }
        return policy;
    }
}
