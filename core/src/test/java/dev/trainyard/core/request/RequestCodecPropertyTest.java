package dev.trainyard.core.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class RequestCodecPropertyTest {

    @Test
    void an_encoded_request_decodes_to_an_equal_one() {
        Seeds.each(500, seed -> {
            Request request = new AnyRequest(seed).next();

            assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
        });
    }

    @Test
    void the_digest_depends_on_content_alone() {
        Seeds.each(200, seed -> {
            byte[] json = RequestCodec.encode(new AnyRequest(seed).next());
            JsonNode tree = JsonMapper.shared().readTree(json);

            ObjectNode other = (ObjectNode) shuffled(tree, new Random(seed));
            other.put("submittedAt", "2026-01-01T00:00:00Z");

            assertThat(RequestCodec.message(other.toPrettyString().getBytes(UTF_8))
                            .digest())
                    .isEqualTo(RequestCodec.message(json).digest());
        });
    }

    @Test
    void arbitrary_bytes_are_refused_without_another_error() {
        Seeds.each(1000, seed -> {
            byte[] bytes = Seeds.bytes(seed);
            assertThat(isRefused(bytes)).isTrue();
        });
    }

    @Test
    void a_damaged_message_is_read_or_refused_without_another_error() {
        Seeds.each(1000, seed -> {
            Random random = new Random(seed);
            byte[] json = RequestCodec.encode(new AnyRequest(seed).next());
            for (int i = random.nextInt(4); i >= 0; i--) {
                json[random.nextInt(json.length)] = (byte) "{}[],:\"0-eE.\\ux \0\u007f".charAt(random.nextInt(18));
            }

            isRefused(json);
        });
    }

    @Test
    void a_message_with_a_value_of_another_type_is_read_or_refused_without_another_error() {
        Seeds.each(1000, seed -> {
            Random random = new Random(seed);
            JsonNode tree = JsonMapper.shared().readTree(RequestCodec.encode(new AnyRequest(seed).next()));
            List<ObjectNode> objects = new ArrayList<>();
            collect(tree, objects);
            ObjectNode victim = objects.get(random.nextInt(objects.size()));
            List<String> names = List.copyOf(victim.propertyNames());
            String name = names.isEmpty() ? "x" : names.get(random.nextInt(names.size()));
            String[] odd = {
                "null", "true", "-1", "1.5", "1e20", "\"\"", "\"..\"", "\"/..\"", "[]", "{}", "[[]]", "[null]",
                "[\"0\"]"
            };
            victim.set(name, JsonMapper.shared().readTree(odd[random.nextInt(odd.length)]));

            isRefused(tree.toString().getBytes(UTF_8));
        });
    }

    private static boolean isRefused(byte[] json) {
        try {
            RequestCodec.decode(json);
            return false;
        } catch (InvalidRequest e) {
            assertThat(e.problems()).isNotEmpty();
            return true;
        }
    }

    private static void collect(JsonNode node, List<ObjectNode> objects) {
        if (node instanceof ObjectNode object) {
            objects.add(object);
        }
        node.values().forEach(child -> collect(child, objects));
    }

    private static JsonNode shuffled(JsonNode node, Random random) {
        if (!(node instanceof ObjectNode)) {
            return node;
        }
        List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(node.properties());
        Collections.shuffle(fields, random);
        ObjectNode shuffled = JsonMapper.shared().createObjectNode();
        fields.forEach(field -> shuffled.set(field.getKey(), shuffled(field.getValue(), random)));
        return shuffled;
    }
}
