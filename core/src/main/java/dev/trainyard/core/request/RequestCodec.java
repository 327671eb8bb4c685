package dev.trainyard.core.request;

import dev.trainyard.core.json.CanonicalJson;
import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Problem;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes the message {@code trainyard.request/v1} as JSON. */
public final class RequestCodec {

    /** The value of the message's field {@code schema}. */
    public static final String SCHEMA = "trainyard.request/v1";

    private static final JsonFactory JSON = new JsonFactory();

    private RequestCodec() {}

    /**
     * Reads and validates a message: at most 1 MiB of UTF-8, the JSON Schema, and the rules that a schema cannot express.
     *
     * @throws InvalidRequest with all problems; no bytes cause any other exception
     */
    public static Request decode(byte[] json) {
        return read(MessageJson.read(json), true);
    }

    /**
     * A decoded message.
     *
     * @param digest {@code sha256:} and 64 hexadecimal digits: SHA-256 over the canonical JSON (RFC 8785) of the message without
     *     {@code submittedAt}. It identifies the content: layout and order of fields do not matter
     */
    public record Message(Request request, String digest) {}

    /**
     * As {@link #decode}, with the message's digest. Parses the bytes once.
     *
     * @throws InvalidRequest as {@link #decode}
     */
    public static Message message(byte[] json) {
        JsonNode message = MessageJson.read(json);
        return new Message(read(message, true), digest(message));
    }

    /**
     * Reads an accepted request from the database. Also reads what an earlier release accepted and this release would refuse.
     *
     * @throws InvalidRequest as {@link #decode}
     */
    public static Request.Submit accepted(String json) {
        return (Request.Submit) read(MessageJson.read(json.getBytes(StandardCharsets.UTF_8)), false);
    }

    private static Request read(JsonNode message, boolean isNew) {
        new RequestDecoded().commit();
        List<Problem> problems = new ArrayList<>(RequestSchema.check(message));
        if (isNew) {
            MaskedTexts.check(message, "$", problems);
        }
        if (!message.isObject()) {
            throw new InvalidRequest(problems);
        }
        Request request = new RequestReader(new JsonFields(message, "$", problems), isNew).read();
        if (!problems.isEmpty()) {
            throw new InvalidRequest(problems);
        }
        return request;
    }

    /** The message in UTF-8. For a valid request, {@code decode(encode(request))} equals the request. */
    public static byte[] encode(Request request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            new RequestWriter(json).write(request);
        }
        return out.toByteArray();
    }

    /** The digest of a stored request, as {@link Message#digest} has it. */
    public static String digest(String json) {
        return digest(MessageJson.read(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** Removes {@code submittedAt} from the message. */
    private static String digest(JsonNode message) {
        if (message instanceof ObjectNode object) {
            object.remove("submittedAt");
        }
        try {
            byte[] canonical = CanonicalJson.of(message).getBytes(StandardCharsets.UTF_8);
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(canonical));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The JSON Schema of the message (draft 2020-12), for publishers. */
    public static String schema() {
        return RequestSchema.TEXT;
    }
}
