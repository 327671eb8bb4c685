package dev.trainyard.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.training.GpuReservation;
import dev.trainyard.core.training.TrainingSpec;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Readers and the message's schema draw the same line: what a reader accepts is no surprise to the server. */
class SameLimitsTest {

    private static final JsonNode SCHEMA = JsonMapper.shared().readTree(RequestSchema.TEXT);
    private static final String RUN = "/$defs/run/properties/";

    static Stream<Arguments> lists() {
        return Stream.of(
                list("anonymousVolumes", "volumes", n -> "/data/" + n),
                list("command", "command", n -> "word" + n),
                list("devices", "devices", n -> "/dev/a%d:/dev/b%d".formatted(n, n)),
                list("dns", "dns", n -> "10.0.0." + n),
                list("dnsOptions", "dns_opt", n -> "ndots:" + n),
                list("dnsSearch", "dns_search", n -> "d%d.example".formatted(n)),
                list("entrypoint", "entrypoint", n -> "word" + n),
                list("environment", "environment", n -> "V%d=1".formatted(n)),
                list("expose", "expose", n -> "'%d'".formatted(n)),
                list("extraHosts", "extra_hosts", n -> "h%d:10.0.0.1".formatted(n)),
                list("groupAdd", "group_add", n -> "'%d'".formatted(n)),
                list("mounts", "volumes", n -> "/data/%d:/data/%d".formatted(n, n)),
                list("ports", "ports", n -> "'%d:%d'".formatted(n, n)),
                list("securityOpt", "security_opt", n -> "label=level:s" + n),
                list("sysctls", "sysctls", n -> "net.a%d=1".formatted(n)),
                list("tmpfs", "tmpfs", n -> "/tmp/" + n),
                argumentSet("labels", "/$defs/submit/properties/labels", "labels", (IntFunction<String>)
                        n -> "l%d=1".formatted(n)));
    }

    private static Arguments list(String field, String key, IntFunction<String> entry) {
        return argumentSet(field, RUN + field, key, entry);
    }

    @ParameterizedTest
    @MethodSource("lists")
    void a_compose_file_holds_as_many_entries_as_a_message_and_not_one_more(
            String pointer, String key, IntFunction<String> entry) {
        JsonNode schema = schema(pointer);
        int most = (schema.has("maxItems") ? schema.path("maxItems") : schema.path("maxProperties")).asInt();

        assertThat(verdict(list(key, entry, most))).as("%d entries", most).isEqualTo(Verdict.ACCEPTED);
        assertThat(verdict(list(key, entry, most + 1)))
                .as("%d entries", most + 1)
                .isEqualTo(Verdict.REFUSED_BY_THE_READER);
    }

    private static String list(String key, IntFunction<String> entry, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(n -> "      - " + entry.apply(n) + "\n")
                .collect(Collectors.joining("", "    " + key + ":\n", ""));
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                text("domainname", "domainname: %s", ""),
                text("hostname", "hostname: %s", ""),
                text("user", "user: %s", ""),
                text("workingDir", "working_dir: %s", "/"),
                text("ipc", "ipc: %s", "container:"),
                text("networkMode", "network_mode: %s", ""),
                text("pid", "pid: %s", "container:"),
                text("dnsOptions/items", "dns_opt: [%s]", ""),
                text("dnsSearch/items", "dns_search: [%s]", ""),
                text("groupAdd/items", "group_add: [%s]", ""),
                text("extraHosts/items", "extra_hosts: ['%s:10.0.0.1']", ""),
                text("securityOpt/items", "security_opt: ['%s']", "label="),
                text("tmpfs/items", "tmpfs: [%s]", "/"),
                text("devices/items", "devices: ['%s']", "/dev/"),
                text("mounts/items/properties/source", "volumes: ['%s:/data']", "/"),
                text("mounts/items/properties/target", "volumes: ['/data:%s']", "/"),
                text("anonymousVolumes/items", "volumes: ['%s']", "/"),
                text("command/items", "command: ['%s']", ""),
                text("environment/additionalProperties", "environment: ['A=%s']", ""),
                text("environment/propertyNames", "environment: ['%s=1']", ""),
                text("sysctls/additionalProperties", "sysctls: ['net.a=%s']", ""),
                text("sysctls/propertyNames", "sysctls: ['%s=1']", "net."),
                argumentSet("label", "/$defs/submit/properties/labels/propertyNames", "labels: ['%s=1']", ""),
                argumentSet(
                        "value of a label",
                        "/$defs/submit/properties/labels/additionalProperties",
                        "labels: ['a=%s']",
                        ""));
    }

    private static Arguments text(String field, String line, String start) {
        return argumentSet(field, RUN + field, line, start);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void no_text_is_longer_than_a_message_carries(String pointer, String line, String start) {
        int most = schema(pointer).path("maxLength").asInt();

        assertThat(verdict(ofLength(line, start, most)))
                .as("%d characters", most)
                .isNotEqualTo(Verdict.REFUSED_BY_THE_SCHEMA);
        assertThat(verdict(ofLength(line, start, most + 1)))
                .as("%d characters", most + 1)
                .isEqualTo(Verdict.REFUSED_BY_THE_READER);
    }

    private static String ofLength(String line, String start, int length) {
        return "    " + line.formatted(start + "a".repeat(length - start.length())) + "\n";
    }

    @Test
    void what_an_image_is_named_has_one_pattern() {
        assertThat(schema("/$defs/imageReference").path("pattern").asString()).isEqualTo("^" + ImageName.FORM + "$");
    }

    @Test
    void as_many_devices_are_asked_for_as_a_message_carries() {
        JsonNode gpus = schema("/$defs/gpus/properties");

        assertThat(gpus.at("/count/maximum").asInt()).isEqualTo(GpuReservation.MOST);
        assertThat(gpus.at("/deviceIds/maxItems").asInt()).isEqualTo(GpuReservation.MOST);
    }

    private enum Verdict {
        ACCEPTED,
        REFUSED_BY_THE_READER,
        REFUSED_BY_THE_SCHEMA
    }

    private static Verdict verdict(String lines) {
        TrainingSpec read;
        try {
            read = ComposeResolver.resolve(
                    List.of(new ComposeText(
                            "compose.yml", "name: model\nservices:\n  train:\n    image: busybox\n" + lines)),
                    ComposeOptions.NONE);
        } catch (InvalidFile e) {
            return Verdict.REFUSED_BY_THE_READER;
        }
        Request.Submit request = SubmitOptions.NONE.toRequest(read, new JobId(new UUID(0, 1)), read.pulled());
        try {
            RequestCodec.decode(RequestCodec.encode(request));
            return Verdict.ACCEPTED;
        } catch (InvalidRequest e) {
            return Verdict.REFUSED_BY_THE_SCHEMA;
        }
    }

    /** What the schema says there, wherever it says it. */
    private static JsonNode schema(String pointer) {
        JsonNode place = SCHEMA;
        for (String name : pointer.substring(1).split("/")) {
            place = place.path(name);
            String reference = place.path("$ref").asString("");
            place = reference.isEmpty() ? place : SCHEMA.at(reference.substring(1));
        }
        assertThat(place.isMissingNode()).as(pointer).isFalse();
        return place;
    }
}
