package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.CommaWords;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.training.GpuReservation;
import dev.trainyard.core.training.Gpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads {@code --gpus} as Docker does (docker/cli, {@code opts/gpus.go}): {@code all}, a number, or words such as
 * {@code "device=0,2"} and {@code count=2}. A word in quotes may contain commas.
 */
final class GpuFlag {

    private static final List<String> KEYS = List.of("device", "count", "driver", "capabilities", "options");
    private static final String FORMS = "Write --gpus all, --gpus 2 or --gpus '\"device=0,2\"'";

    private final ConfigValue flag;
    private final Set<String> seen = new HashSet<>();
    private final Map<String, String> environment;
    private final List<String> devices = new ArrayList<>();
    private Gpus count = new Gpus.Count(1, null, null);

    private GpuFlag(ConfigValue flag, Map<String, String> environment) {
        this.flag = flag;
        this.environment = environment;
    }

    /** @param environment the container's variables, which receive the capabilities of the driver */
    static Gpus read(ConfigValue flag, Map<String, String> environment) {
        return new GpuFlag(flag, environment).read();
    }

    private Gpus read() {
        List<String> words;
        try {
            words = CommaWords.split(flag.text().orElse("all"));
        } catch (IllegalArgumentException e) {
            flag.problem(String.valueOf(e.getMessage()), FORMS);
            return Gpus.NONE;
        }
        for (String word : words) {
            int equals = word.indexOf('=');
            String key = equals < 0 ? "count" : word.substring(0, equals).strip();
            if (seen.add(key)) {
                word(key, word.substring(equals + 1).strip());
            } else {
                flag.problem("has %s twice".formatted(key), FORMS);
            }
        }
        if (devices.isEmpty()) {
            return count;
        }
        if (seen.contains("count")) {
            flag.problem(
                    "has both devices and a number",
                    "Write --gpus '\"device=0,2\"' with both kinds of quotes, so that the comma belongs to the list");
        }
        return new Gpus.Devices(List.copyOf(devices));
    }

    private void word(String key, String value) {
        switch (key) {
            case "count" -> count(value);
            case "device" -> device(value);
            case "driver" -> {
                if (!value.equals("nvidia")) {
                    flag.problem(
                            "unknown driver %s".formatted(Excerpt.quote(value)),
                            "Write driver=nvidia, or leave it out");
                }
            }
            case "capabilities" ->
                GpuReservation.capabilities(
                        flag,
                        Arrays.stream(value.split(",", -1)).map(String::strip).toList(),
                        environment);
            case "options" -> flag.problem("options cannot be passed on to the worker", "Leave them out");
            default ->
                flag.problem(
                        "unknown key %s".formatted(Excerpt.quote(key)),
                        NearestName.among(KEYS, key)
                                .map("Did you mean '%s'?"::formatted)
                                .orElse(FORMS));
        }
    }

    private void count(String value) {
        if (value.matches("0+")) {
            flag.problem("reserves no GPU", "For a training without GPUs, leave the flag out");
            return;
        }
        if (value.equals("all") || value.equals("-1")) {
            count = new Gpus.All(null, null);
        } else if (value.matches("0*[1-9]\\d{0,3}") && Integer.parseInt(value) <= GpuReservation.MOST) {
            count = new Gpus.Count(Integer.parseInt(value), null, null);
        } else {
            flag.problem(
                    "%s is neither 'all' nor a number from 1 to %d"
                            .formatted(Excerpt.quote(value), GpuReservation.MOST),
                    FORMS);
        }
    }

    private void device(String value) {
        if (value.equals("all")) {
            // The nvidia runtime uses this spelling.
            count = new Gpus.All(null, null);
            return;
        }
        for (String id : value.split(",", -1)) {
            String name = id.strip();
            if (!name.matches(GpuReservation.DEVICE)) {
                flag.problem("%s is not the index or UUID of a device".formatted(Excerpt.quote(name)), FORMS);
            } else if (devices.contains(name)) {
                flag.problem("the device %s is named twice".formatted(name), "Name each device once");
            }
            devices.add(name);
        }
    }
}
