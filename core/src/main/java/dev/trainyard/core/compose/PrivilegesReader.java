package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.training.RunSpec.Isolation;
import dev.trainyard.core.training.RunSpecBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** Reads keys that give access beyond the container. They are passed on, and each worker's policy decides about them. */
final class PrivilegesReader {

    private static final String DEVICE = "/[^:\\s]{1,1000}(:/[^:\\s]{1,1000})?(:[rwm]{1,3})?";
    private static final String RESERVE = "Reserve GPUs with gpus or deploy.resources.reservations.devices";

    private final ConfigValue service;

    private PrivilegesReader(ConfigValue service) {
        this.service = service;
    }

    static void read(ConfigValue service, RunSpecBuilder run) {
        new PrivilegesReader(service).read(run);
    }

    private void read(RunSpecBuilder run) {
        run.privileged(present("privileged")
                        .map(field -> noticed(field, field.flag()))
                        .orElse(false))
                .capAdd(list("cap_add", ConfigValue::capability))
                .securityOpt(list("security_opt", PrivilegesReader::option))
                .pid(present("pid").flatMap(field -> namespace(field, "host")).orElse(null))
                .userns(present("userns_mode")
                        .flatMap(field -> namespace(field, "host"))
                        .orElse(null))
                .devices(list("devices", PrivilegesReader::device));
    }

    private Optional<ConfigValue> present(String key) {
        return service.get(key).filter(field -> !field.isBlank());
    }

    private List<String> list(String key, Function<ConfigValue, Optional<String>> reader) {
        Optional<ConfigValue> list = present(key);
        List<String> words = list.map(ConfigValue::items).orElse(List.of()).stream()
                .flatMap(item -> reader.apply(item).stream())
                .toList();
        list.ifPresent(field -> noticed(field, !words.stream().allMatch(Isolation::confines)));
        return words;
    }

    private static Optional<String> namespace(ConfigValue field, String known) {
        if (field.text().orElse("").matches("(service|container):.*")) {
            field.problem(
                    "refers to another container, which Trainyard does not start",
                    "Write " + known + ", or leave it out");
            return Optional.empty();
        }
        Optional<String> word = field.matching(known, known);
        noticed(field, word.isPresent());
        return word;
    }

    private static boolean noticed(ConfigValue field, boolean asked) {
        if (asked) {
            field.notice("gives access beyond the container: the worker's policy decides whether it is granted");
        }
        return asked;
    }

    /** Compose reads a seccomp profile from a file next to the compose file. A worker does not have this file. */
    private static Optional<String> option(ConfigValue item) {
        Optional<String> text = item.matching("\\S{1,4096}", "an option such as no-new-privileges:true");
        if (text.orElse("").matches("seccomp[=:](?!unconfined$|builtin$).*")) {
            item.problem("names a file that the worker does not have", "Write seccomp:unconfined, or leave it out");
        }
        if (text.orElse("").startsWith("systempaths")) {
            item.problem("systempaths cannot be passed on to the worker in this release", "Leave it out");
        }
        return text;
    }

    private static Optional<String> device(ConfigValue item) {
        Optional<String> device = item.isMapping() ? longForm(item) : item.text();
        if (device.orElse("").matches("/dev/nvidia.*|nvidia\\.com/.*")) {
            item.problem("would use a GPU without a reservation", RESERVE);
            return Optional.empty();
        }
        return device.filter(text -> {
            boolean valid = text.matches(DEVICE);
            if (!valid) {
                item.problem(
                        "%s is not a device".formatted(Excerpt.quote(text)),
                        "Write /dev/NAME or /dev/NAME:/dev/NAME:rwm");
            }
            return valid;
        });
    }

    private static Optional<String> longForm(ConfigValue item) {
        item.allowOnly(List.of("permissions", "source", "target"));
        Optional<String> source = item.get("source").flatMap(ConfigValue::text);
        if (source.isEmpty()) {
            item.problem("has no source", "Write source: /dev/NAME");
        }
        return source.map(from -> Stream.concat(
                        Stream.of(
                                from,
                                item.get("target").flatMap(ConfigValue::text).orElse(from)),
                        item.get("permissions").flatMap(ConfigValue::text).stream())
                .reduce((a, b) -> a + ":" + b)
                .orElse(from));
    }
}
