package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.runline.RunWords.Given;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.IntegerText;
import dev.trainyard.core.text.SwitchText;
import dev.trainyard.core.training.Setting;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The flags of a docker run line by their long names. An invalid value is reported, and reads as absent. */
final class RunFlags implements Setting.Said {

    /** Flags whose value Docker's client reads as an integer of Go. */
    private static final Set<String> INTEGERS =
            Set.of("cpu-period", "cpu-quota", "cpu-shares", "oom-score-adj", "pids-limit", "stop-timeout");

    private final List<Given> given;

    RunFlags(List<Given> given) {
        this.given = given;
    }

    List<Given> given() {
        return given;
    }

    /** All occurrences of a flag. */
    List<ConfigValue> all(String name) {
        return given.stream()
                .filter(each -> each.flag().name().equals(name))
                .map(Given::value)
                .toList();
    }

    /** The last occurrence, which counts if a flag is given several times. */
    Optional<ConfigValue> last(String name) {
        Optional<ConfigValue> last = all(name).stream().reduce((_, later) -> later);
        return INTEGERS.contains(name) ? last.map(RunFlags::inDecimal) : last;
    }

    private static ConfigValue inDecimal(ConfigValue field) {
        String text = field.text().orElse("");
        Optional<Long> number = IntegerText.parse(text);
        if (number.isEmpty() && text.matches("[-+]?0\\d+")) {
            field.problem(
                    "%s is not valid".formatted(Excerpt.quote(text)),
                    "Remove the leading 0, which makes the number octal");
        }
        return number.map(value -> field.withText(value.toString())).orElse(field);
    }

    /** As {@link #last}, but ignores an empty value, as Docker does. */
    Optional<ConfigValue> said(String name) {
        return last(name).filter(field -> !field.text().orElse("").isEmpty());
    }

    @Override
    public List<ConfigValue> values(Setting setting) {
        return switch (setting.form()) {
            case LIST, ONE_OR_MORE -> all(setting.flag());
            case TEXT -> said(setting.flag()).stream().toList();
            case NUMBER, SWITCH -> last(setting.flag()).stream().toList();
        };
    }

    @Override
    public boolean on(Setting setting) {
        return on(setting.flag());
    }

    boolean on(String name) {
        return last(name)
                .flatMap(field -> {
                    String text = field.text().orElse("");
                    Optional<Boolean> on = SwitchText.parse(text);
                    if (on.isEmpty()) {
                        field.problem(
                                "%s is neither true nor false".formatted(Excerpt.quote(text)),
                                "Write only the flag, or =false after it");
                    }
                    return on;
                })
                .orElse(false);
    }

    /** The text of {@link #said}. */
    @Nullable
    String text(String name, String regex, String wanted) {
        return said(name).flatMap(field -> field.matching(regex, wanted)).orElse(null);
    }

    /** The texts of {@link #all}. */
    List<String> texts(String name, String regex, String wanted) {
        return all(name).stream()
                .flatMap(field -> field.matching(regex, wanted).stream())
                .toList();
    }
}
