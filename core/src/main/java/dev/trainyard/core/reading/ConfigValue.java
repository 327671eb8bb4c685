package dev.trainyard.core.reading;

import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.ImageName;
import dev.trainyard.core.text.LinuxCapability;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.text.NearestName;
import dev.trainyard.core.text.PassableText;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A value of the compose file with its key. A value of the wrong kind is reported and reads as empty, so that the reader continues
 * and finds all problems.
 *
 * @param name the last name in the key. Empty for an item of a list
 * @param key the full path, as people see it
 */
public record ConfigValue(String name, String key, SourceRange at, ConfigNode node, Report report) {

    /** The limit of one argument or variable. Linux accepts 128 KiB (MAX_ARG_STRLEN). */
    public static final int LONGEST_TEXT = 131_000;

    private static final String IMAGE_REMEDY =
            "Write NAME or NAME:TAG, with the name in lower case, for example pytorch/pytorch:2.4.0";

    private static final long LEAST_MEMORY = 6L << 20;

    public void problem(String what, String remedy) {
        report.problem(at, key, what, remedy);
    }

    /** The same key with another value. */
    public ConfigValue withText(String text) {
        return new ConfigValue(name, key, at, new Scalar(at, text, false), report);
    }

    public void notice(String what) {
        report.notice(at, key, what);
    }

    /** Reports a file next to the compose file that cannot be read. */
    public void missingFile(String path, String remedy, String remedyInDraft) {
        if (report.ofDraft()) {
            problem(
                    "names the file %s, but a draft is stored without other files".formatted(Excerpt.path(path)),
                    remedyInDraft);
        } else {
            problem("the file %s does not exist".formatted(Excerpt.path(path)), remedy);
        }
    }

    public boolean isNull() {
        return node instanceof Scalar scalar && scalar.isNull();
    }

    /** Whether the key has no value, or an empty text, list or mapping. */
    public boolean isBlank() {
        return switch (node) {
            case Scalar scalar -> scalar.text().isEmpty() || scalar.isNull();
            case Sequence _, Mapping _ -> entryCount() == 0;
        };
    }

    /** Whether the value is {@linkplain #isBlank blank}, false or zero. */
    public boolean saysNothing() {
        return isBlank()
                || node instanceof Scalar scalar
                        && scalar.plain()
                        && Set.of("false", "0").contains(UnquotedText.printed(scalar.text()));
    }

    public boolean isList() {
        return node instanceof Sequence;
    }

    public boolean isMapping() {
        return node instanceof Mapping;
    }

    /** The number of entries of a list or mapping. */
    public int entryCount() {
        return switch (node) {
            case Scalar _ -> 0;
            case Sequence sequence -> sequence.items().size();
            case Mapping mapping -> mapping.entries().size();
        };
    }

    /** Whether YAML reads the value as a number or boolean. */
    public boolean isNumberLike() {
        return node instanceof Scalar scalar && scalar.plain() && UnquotedText.isNoText(scalar.text());
    }

    /** Adds a notice about a number or boolean where Compose accepts only text. */
    public void wantsQuotes() {
        if (isNumberLike()) {
            String kind = UnquotedText.isTruth(((Scalar) node).text()) ? "boolean" : "number";
            notice("Compose itself refuses a %s here. Write it in quotes".formatted(kind));
        }
    }

    private Optional<Mapping> mapping() {
        if (node instanceof Mapping mapping) {
            return Optional.of(mapping);
        }
        if (!isNull()) {
            problem("is %s, not a mapping".formatted(kind()), "Write keys with values below it");
        }
        return Optional.empty();
    }

    public Optional<ConfigValue> get(String name) {
        return mapping().map(mapping -> mapping.entries().get(name)).map(entry -> child(name, entry));
    }

    public List<ConfigValue> fields() {
        return mapping()
                .map(mapping -> mapping.entries().entrySet().stream()
                        .map(each -> child(each.getKey(), each.getValue()))
                        .toList())
                .orElse(List.of());
    }

    private ConfigValue child(String name, Entry entry) {
        String path = key.isEmpty() ? name : key + "." + name;
        return new ConfigValue(name, Excerpt.plain(path, 200), entry.key().at(), entry.value(), report);
    }

    public List<ConfigValue> items() {
        if (node instanceof Sequence sequence) {
            return IntStream.range(0, sequence.items().size())
                    .mapToObj(i -> {
                        ConfigNode item = sequence.items().get(i);
                        return new ConfigValue("", key + "[" + i + "]", item.at(), item, report);
                    })
                    .toList();
        }
        if (!isNull()) {
            problem("is %s, not a list".formatted(kind()), "Write a list");
        }
        return List.of();
    }

    /** One value or a list of values. */
    public List<ConfigValue> oneOrMore() {
        return node instanceof Scalar && !isNull() ? List.of(this) : items();
    }

    /** Reports unknown keys of a mapping, with the most similar known name. Ignores extensions ({@code x-}). */
    public void allowOnly(Collection<String> known) {
        fields().stream()
                .filter(field -> !known.contains(field.name) && !field.name.startsWith("x-"))
                .forEach(field -> field.problem("is not supported", field.nearest(known)));
    }

    public String nearest(Collection<String> known) {
        return NearestName.among(known, name)
                .map("Did you mean '%s'?"::formatted)
                .orElse(
                        known.isEmpty()
                                ? "Leave it out"
                                : "Leave it out. Known keys: "
                                        + String.join(
                                                ", ", known.stream().sorted().toList()));
    }

    /** A text. A number or boolean is read as it is written. */
    public Optional<String> text() {
        if (node instanceof Scalar scalar && !scalar.isNull()) {
            if (scalar.text().length() > LONGEST_TEXT) {
                problem(
                        "is longer than %,d characters, the most that Linux can pass to a program"
                                .formatted(LONGEST_TEXT),
                        "Put it into a file");
                return Optional.empty();
            }
            if (isPassable(scalar.text())) {
                return Optional.of(scalar.text());
            }
            problem("contains NUL or an unpaired surrogate, which cannot be passed to a program", "Leave it out");
        } else if (!isNull()) {
            problem("is %s, not a text".formatted(kind()), "Write one value");
        }
        return Optional.empty();
    }

    public static boolean isPassable(String text) {
        return PassableText.is(text);
    }

    public List<String> texts() {
        return oneOrMore().stream().flatMap(item -> item.text().stream()).toList();
    }

    /** The text that Compose reads and prints: {@code 1.1} for 1.10, {@code true} for True. A quoted text stays unchanged. */
    public Optional<String> value() {
        return text().map(text -> node instanceof Scalar scalar && scalar.plain() ? UnquotedText.printed(text) : text);
    }

    /** A list of {@code name=value}, or a mapping. The function handles a name without a value. */
    public Map<String, String> pairs(Function<String, Optional<String>> absent) {
        Map<String, String> pairs = new LinkedHashMap<>();
        if (isMapping()) {
            fields().forEach(field -> {
                Optional<String> value = field.isNull() ? absent.apply(field.name) : field.value();
                field.put(pairs, field.name, value);
            });
        } else {
            items().forEach(item -> item.text().ifPresent(text -> {
                int equals = text.indexOf('=');
                String variable = equals < 0 ? text : text.substring(0, equals);
                item.put(
                        pairs, variable, equals < 0 ? absent.apply(variable) : Optional.of(text.substring(equals + 1)));
            }));
        }
        return pairs;
    }

    private void put(Map<String, String> pairs, String variable, Optional<String> value) {
        if (variable.isEmpty() || variable.contains("=") || variable.length() > 200 || !isPassable(variable)) {
            problem(
                    "%s is not a name".formatted(Excerpt.quote(variable)),
                    "Write NAME=VALUE in a list, or NAME: VALUE in a mapping");
        }
        value.ifPresent(text -> pairs.put(variable, text));
    }

    /** A boolean as Compose reads it, also in quotes. */
    public boolean flag() {
        return text().map(text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true", "yes", "y", "on" -> true;
                    case "false", "no", "n", "off" -> false;
                    default -> {
                        problem("%s is neither true nor false".formatted(Excerpt.quote(text)), "Write true or false");
                        yield false;
                    }
                })
                .orElse(false);
    }

    public Optional<Long> integer(long least, long most) {
        return parsed("an integer from %d to %d".formatted(least, most), text -> {
            long value = Long.parseLong(text);
            if (value < least || value > most) {
                throw new IllegalArgumentException(text);
            }
            return value;
        });
    }

    public Optional<BigDecimal> cpus() {
        return parsed("a number of CPUs from 0.01 to 10000, for example 4 or 1.5", text -> {
            BigDecimal number = text.length() > 20 ? BigDecimal.ZERO : new BigDecimal(text);
            // The engine counts billionths of a CPU, and Docker refuses a finer value.
            boolean tooFine = number.stripTrailingZeros().scale() > 9;
            if (tooFine
                    || number.compareTo(new BigDecimal("0.01")) < 0
                    || number.compareTo(new BigDecimal(10_000)) > 0) {
                throw new IllegalArgumentException(text);
            }
            return number;
        });
    }

    public Optional<DataSize> size() {
        return parsed("a size such as 512m or 8gb, below 8p", text -> {
            DataSize size = DataSize.parse(text);
            if (size.bytes() >= 1L << 53) {
                throw new IllegalArgumentException(text);
            }
            return size;
        });
    }

    /** A memory limit. The engine requires at least 6 MiB. Zero means no limit. */
    public Optional<DataSize> memory() {
        Optional<DataSize> size = size().filter(each -> each.bytes() > 0);
        size.filter(each -> each.bytes() < LEAST_MEMORY)
                .ifPresent(_ -> problem("is less than the engine's minimum of 6 MiB", "Write 6m or more"));
        return size;
    }

    public Optional<String> address(String wanted) {
        return parsed(wanted, text -> {
            if (!LinuxVocabulary.isAddress(text)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    /** Docker checks only this pattern, and the kernel accepts 64 bytes. */
    public Optional<String> hostName() {
        return matching("[^\\x00-\\x1f\\x7f]{1,64}", "a host name of up to 64 characters")
                .filter(name -> {
                    boolean fits = name.getBytes(StandardCharsets.UTF_8).length <= 64;
                    if (!fits) {
                        problem("has more than 64 bytes", "Write a shorter name");
                    }
                    return fits;
                });
    }

    /** A search domain of {@code resolv.conf}. A single dot means no domain. */
    public Optional<String> searchDomain() {
        return matching("\\.|[A-Za-z0-9_][A-Za-z0-9._-]{0,254}", "a domain such as lab.example, or . for none");
    }

    public Optional<String> resolverOption() {
        return matching("[A-Za-z0-9:_.-]{1,100}", "an option of resolv.conf such as ndots:2");
    }

    /** With colons, in lower case. */
    public Optional<String> macAddress() {
        return matching(
                        "[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{2}(-[0-9a-fA-F]{2}){5}|[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}",
                        "a MAC address such as 02:42:ac:11:00:02")
                .map(text -> String.join(
                        ":",
                        text.replaceAll("[:.-]", "").toLowerCase(Locale.ROOT).split("(?<=\\G..)")));
    }

    /** A platform that an engine on Linux may support. Others are refused. */
    public Optional<String> platform() {
        return matching(
                "(?i)linux(/[a-z0-9_]{1,30}){0,2}|(?!windows|darwin|freebsd|wasi|wasm)[a-z0-9_]{1,30}(/[a-z0-9_]{1,30})?",
                "a Linux platform, such as linux/amd64");
    }

    /** A signal, in upper case. */
    public Optional<String> signal() {
        return parsed("a signal such as SIGINT", text -> {
            if (!LinuxVocabulary.isSignal(text)) {
                throw new IllegalArgumentException(text);
            }
            return text.toUpperCase(Locale.ROOT);
        });
    }

    /** The name of an image. */
    public Optional<String> image() {
        Optional<String> image = matching(ImageName.FORM, "an image as Docker names it", IMAGE_REMEDY);
        image.flatMap(ImageName::fault).ifPresent(fault -> problem(fault.what(), fault.remedy()));
        return image;
    }

    /** A capability as the person wrote it, or ALL. */
    public Optional<String> capability() {
        return text().filter(text -> {
            boolean known =
                    LinuxCapability.exists(text) || LinuxCapability.plain(text).equals(LinuxCapability.ALL);
            if (!known) {
                problem("%s is not a capability".formatted(Excerpt.quote(text)), LinuxCapability.remedy(text));
            }
            return known;
        });
    }

    public Optional<Duration> duration() {
        return parsed("a duration such as 90s or 1m30s", DurationText::parseSigned);
    }

    /** A text of this form. */
    public Optional<String> matching(String regex, String wanted) {
        return matching(regex, wanted, "Write " + wanted);
    }

    /** A text of this form, with a remedy for other text. */
    public Optional<String> matching(String regex, String wanted, String remedy) {
        return parsed(text(), remedy, text -> {
            if (!text.matches(regex)) {
                throw new IllegalArgumentException(text);
            }
            return text;
        });
    }

    /** One of these namespaces. Another container's namespace is refused. */
    public Optional<String> mode(String known, String wanted) {
        if (text().orElse("").matches("(service|container):.*")) {
            problem("refers to another container, which Trainyard does not start", "Write " + wanted);
            return Optional.empty();
        }
        return matching(known, wanted);
    }

    private <T> Optional<T> parsed(String wanted, Function<String, T> parser) {
        return parsed(value(), "Write " + wanted, parser);
    }

    private <T> Optional<T> parsed(Optional<String> written, String remedy, Function<String, T> parser) {
        return written.flatMap(text -> {
            try {
                return Optional.of(parser.apply(text));
            } catch (IllegalArgumentException | ArithmeticException e) {
                problem("%s is not valid".formatted(Excerpt.quote(text)), remedy);
                return Optional.empty();
            }
        });
    }

    private String kind() {
        return switch (node) {
            case Scalar _ -> "one value";
            case Sequence _ -> "a list";
            case Mapping _ -> "a mapping";
        };
    }
}
