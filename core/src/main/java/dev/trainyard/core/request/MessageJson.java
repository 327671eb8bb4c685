package dev.trainyard.core.request;

import dev.trainyard.core.json.JsonFields;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.Problem;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
 * Reads JSON that we did not write: strict UTF-8 and syntax, no repeated names, bounded size and depth, and only what
 * Postgres can store and RFC 8785 can make canonical (no NUL, no half surrogate pairs, numbers that a double can carry).
 */
final class MessageJson {

    static final int MAX_BYTES = 1 << 20;
    private static final int MAX_DEPTH = 32;
    private static final int MAX_PROBLEMS = 50;

    /** The integers that survive every JSON implementation (RFC 7493). */
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

    private MessageJson() {}

    /** @throws InvalidRequest if the bytes are no JSON within these bounds */
    static JsonNode read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw refused(
                    "the message has %,d bytes, more than the %,d allowed".formatted(json.length, MAX_BYTES),
                    "Put data into the image, a mount or the uploaded source");
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
            throw refused("the message has a number that no computer can hold", "Give a number below 9007199254740992");
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String place = at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
            String why = Excerpt.plain(why(e), 200);
            throw refused("the message is not valid JSON%s: %s".formatted(place, why), "Publish one JSON object");
        }
    }

    /** In words for people: the parser's own name its classes and settings. */
    private static String why(JacksonException e) {
        String words = String.valueOf(e.getOriginalMessage());
        if (e instanceof UnexpectedEndOfInputException || words.startsWith("Unexpected end-of-input")) {
            return "it ends before it is complete";
        }
        if (words.startsWith("Trailing token")) {
            return "something follows after its end";
        }
        return words.replaceAll(", from `[^`]*`", "");
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
            problems.add(new Problem(path, "contains half of a surrogate pair, which is no character", "Leave it out"));
        }
    }

    private static void checkNumber(JsonNode number, String path, List<Problem> problems) {
        boolean usable = number.isIntegralNumber()
                ? number.bigIntegerValue().abs().compareTo(MAX_SAFE_INTEGER.toBigInteger()) <= 0
                : number.decimalValue().abs().compareTo(MAX_SAFE_INTEGER) <= 0
                        && number.decimalValue().scale() < 300;
        if (!usable) {
            String shown = Excerpt.quote(number.toString().toLowerCase(Locale.ROOT));
            problems.add(new Problem(path, shown + " is out of range", "Give a number below 9007199254740992"));
        }
    }
}
