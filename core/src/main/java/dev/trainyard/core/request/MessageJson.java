package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Problem;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads JSON from clients: strict UTF-8 and syntax, no repeated names, limited size and depth. Accepts only what Postgres
 * can store and RFC 8785 can make canonical: no NUL, no unpaired surrogates, only numbers in the range of a double.
 */
final class MessageJson {

    static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_PROBLEMS = 50;

    /** The largest integer that every JSON implementation reads exactly (RFC 7493). */
    private static final BigDecimal MAX_SAFE_INTEGER = BigDecimal.valueOf((1L << 53) - 1);

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** The beginning of the parser's message, and the text to show instead. */
    private static final Map<String, String> WHY = Map.ofEntries(
            Map.entry("Unexpected end-of-input", "it ends before it is complete"),
            Map.entry("Trailing token", "there is more text after its end"),
            Map.entry("Unrecognized token", "a text there has no quotes"),
            Map.entry("Non-standard token", "a word there is not a valid JSON number"),
            Map.entry("Unexpected character", "JSON does not allow the character there"),
            Map.entry("Unrecognized character escape", "a backslash precedes a character that cannot be escaped"),
            Map.entry("Illegal unquoted character", "a text contains a line break or another control character"),
            Map.entry("Invalid numeric value", "a number is not in the form that JSON requires"),
            Map.entry("Number value length", "a number has too many digits"),
            Map.entry("Duplicate Object property", "an object has two fields with the same name"),
            Map.entry("Document nesting depth", "it is nested deeper than %d levels".formatted(MAX_DEPTH)));

    private MessageJson() {}

    /** @throws InvalidRequest if the bytes are not JSON within these limits */
    static JsonNode read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw refused(
                    "the message has %,d bytes, more than the %,d allowed".formatted(json.length, MAX_BYTES),
                    "Move data to the image, a mount or the uploaded source");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(json))
                    .toString();
            JsonNode root = MAPPER.readTree(text);
            List<Problem> problems = new ArrayList<>();
            check(root, "$", problems);
            if (!problems.isEmpty()) {
                throw new InvalidRequest(problems);
            }
            return root;
        } catch (CharacterCodingException e) {
            throw refused("the message is not UTF-8", "Publish JSON in UTF-8");
        } catch (NumberFormatException e) {
            throw refused("the message contains a number that is too large", "Give a number below 9007199254740992");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            throw refused("the message is not valid JSON%s: %s".formatted(place, why(e)), "Publish one JSON object");
        }
    }

    /** Not the parser's own message: it quotes the text at that place, which may be a password that lacks its quotes. */
    private static String why(JacksonException e) {
        if (e instanceof UnexpectedEndOfInputException) {
            return "it ends before it is complete";
        }
        String words = String.valueOf(e.getOriginalMessage());
        return WHY.entrySet().stream()
                .filter(known -> words.startsWith(known.getKey()))
                .findFirst()
                .map(Map.Entry::getValue)
                .orElse("the text there is not JSON");
    }

    private static InvalidRequest refused(String what, String remedy) {
        return new InvalidRequest(List.of(new Problem("$", what, remedy)));
    }

    private static void check(JsonNode node, String path, List<Problem> problems) {
        if (problems.size() >= MAX_PROBLEMS) {
            return;
        }
        switch (node.getNodeType()) {
            case STRING -> checkText(node.asString(), path, problems);
            case NUMBER -> checkNumber(node, path, problems);
            case ARRAY -> {
                int index = 0;
                for (JsonNode item : node) {
                    check(item, path + "[" + index++ + "]", problems);
                }
            }
            case OBJECT ->
                node.properties().forEach(field -> {
                    String at = JsonFields.child(path, field.getKey());
                    checkText(field.getKey(), at, problems);
                    check(field.getValue(), at, problems);
                });
            case BOOLEAN, NULL, MISSING, BINARY, POJO -> {}
        }
    }

    private static void checkText(String text, String path, List<Problem> problems) {
        if (text.indexOf('\0') >= 0) {
            problems.add(new Problem(path, "contains the character NUL, which cannot be stored", "Leave it out"));
        }
        if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE)) {
            problems.add(new Problem(path, "contains an unpaired surrogate, which is not a character", "Leave it out"));
        }
    }

    private static void checkNumber(JsonNode number, String path, List<Problem> problems) {
        boolean usable = number.isIntegralNumber()
                ? number.bigIntegerValue().abs().compareTo(MAX_SAFE_INTEGER.toBigInteger()) <= 0
                : number.decimalValue().abs().compareTo(MAX_SAFE_INTEGER) <= 0
                        && number.decimalValue().scale() < 300;
        if (!usable) {
            // Do not show the number: it may be a password, and the field is not checked yet.
            problems.add(new Problem(path, "is a number out of range", "Give a number below 9007199254740992"));
        }
    }
}
