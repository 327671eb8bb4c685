package dev.trainyard.core.runline;

import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Splits the words after {@code docker run} as Docker does (spf13/pflag): flags, then the image, which is the first other word, then
 * arguments, which stay unchanged. Pure: {@link RunLine#read} reports problems.
 */
public final class RunWords {

    private static final int NOT_IN_THE_WORD = -1;

    /** One occurrence of a flag. The name of {@code value} is the flag as the person wrote it. */
    record Given(RunFlag flag, ConfigValue value) {}

    private final Map<String, Boolean> ownFlags;
    private final Deque<String> left;
    private final int count;
    private final List<String> places = new ArrayList<>();
    private final Report report = new Report((at, _) -> place(at));
    private final List<Given> given = new ArrayList<>();
    private final List<String> own = new ArrayList<>();
    private final List<ConfigValue> rest = new ArrayList<>();
    private boolean understood = true;

    private RunWords(List<String> words, Map<String, Boolean> ownFlags) {
        this.ownFlags = ownFlags;
        this.left = new ArrayDeque<>(words);
        this.count = words.size();
    }

    /**
     * @param words all words after {@code run}
     * @param ownFlags the caller's own flags: the name without dashes, and whether it takes a value. Docker's flags take precedence
     */
    public static RunWords split(List<String> words, Map<String, Boolean> ownFlags) {
        RunWords split = new RunWords(words, ownFlags);
        split.read();
        return split;
    }

    /** The caller's own flags in order, each as one word: {@code --priority=700}, {@code --json}. */
    public List<String> own() {
        return Collections.unmodifiableList(own);
    }

    List<Given> given() {
        return given;
    }

    /** The image and its arguments. */
    List<ConfigValue> rest() {
        return rest;
    }

    /** Whether flags and image can be distinguished. If not, a missing image is not a problem of its own. */
    boolean isUnderstood() {
        return understood;
    }

    Report report() {
        return report;
    }

    /** The position of a missing word. */
    SourceRange nowhere() {
        return mark("run");
    }

    private void read() {
        while (understood && !left.isEmpty()) {
            int argument = count - left.size() + 1;
            String word = left.element();
            if (!word.startsWith("-") || word.equals("-")) {
                break;
            }
            left.remove();
            if (word.equals("--")) {
                break;
            }
            if (word.startsWith("--")) {
                longFlag(argument, word);
            } else {
                letters(argument, word);
            }
        }
        while (!left.isEmpty()) {
            int argument = count - left.size() + 1;
            String place = rest.isEmpty() ? "argument %d, the image".formatted(argument) : "argument " + argument;
            rest.add(field(mark(place), place, left.remove()));
        }
    }

    private void longFlag(int argument, String word) {
        int equals = word.indexOf('=');
        String name = word.substring(2, equals < 0 ? word.length() : equals);
        String spelling = "--" + name;
        Optional<RunFlag> known = DockerRunFlags.named(name);
        if (known.isPresent()) {
            take(argument, spelling, known.get(), word, equals < 0 ? NOT_IN_THE_WORD : equals + 1);
            return;
        }
        if (ownFlags.containsKey(name)) {
            own(argument, word, name, equals);
            return;
        }
        Optional<String> meant = NearestName.among(names(), name);
        problem(
                argument,
                Excerpt.plain(spelling, 60),
                "is neither a flag of docker run nor of trainyard run",
                meant.map("Did you mean --%s?"::formatted)
                        .orElse("Correct it, or leave it out. Arguments of the program come after the image"));
        // It is unknown whether a value follows, unless the typing error is obvious.
        boolean valueFollows = equals < 0 && meant.map(this::takesValue).orElse(false);
        if (valueFollows) {
            left.poll();
        }
        understood = equals >= 0 || meant.isPresent() || noValueFollows();
    }

    /** An unknown flag before another flag has no value, so the following words can still be split. */
    private boolean noValueFollows() {
        return left.isEmpty() || left.element().matches("-.+");
    }

    private Collection<String> names() {
        return Stream.concat(DockerRunFlags.names().stream(), ownFlags.keySet().stream())
                .toList();
    }

    private boolean takesValue(String name) {
        return ownFlags.containsKey(name)
                ? Boolean.TRUE.equals(ownFlags.get(name))
                : DockerRunFlags.named(name).map(RunFlag::takesValue).orElse(false);
    }

    private void own(int argument, String word, String name, int equals) {
        if (equals >= 0 || !takesValue(name)) {
            own.add(word);
        } else if (left.isEmpty()) {
            problem(argument, word, "has no value", "Write one after it");
        } else {
            own.add(word + "=" + left.remove());
        }
    }

    /** Short switches can be joined. The first flag with a value takes the rest of the word, or the next word. */
    private void letters(int argument, String word) {
        int at = 1;
        while (at < word.length()) {
            int letter = word.codePointAt(at);
            String spelling = "-" + Character.toString(letter);
            at += Character.charCount(letter);
            Optional<RunFlag> known = DockerRunFlags.lettered(letter);
            if (known.isEmpty() && ownFlags.containsKey(Character.toString(letter))) {
                String value = word.substring(at).replaceFirst("^=", "");
                own(
                        argument,
                        value.isEmpty() ? spelling : spelling + "=" + value,
                        Character.toString(letter),
                        value.isEmpty() ? -1 : 2);
                return;
            }
            if (known.isEmpty()) {
                problem(
                        argument,
                        Excerpt.plain(spelling, 60),
                        "is neither a flag of docker run nor of trainyard run",
                        "Correct it, or leave it out. Arguments of the program come after the image");
                understood = noValueFollows();
                return;
            }
            boolean stated = at < word.length() - 1 && word.charAt(at) == '=';
            if (known.get().takesValue() || stated) {
                int start = stated ? at + 1 : at;
                take(argument, spelling, known.get(), word, start < word.length() ? start : NOT_IN_THE_WORD);
                return;
            }
            take(argument, spelling, known.get(), word, NOT_IN_THE_WORD);
        }
    }

    /** @param valueAt the start of the value in the word, or NOT_IN_THE_WORD: the value is the next word, or the flag is a switch */
    private void take(int argument, String spelling, RunFlag flag, String word, int valueAt) {
        String place = "argument %d, %s".formatted(argument, spelling);
        if (valueAt != NOT_IN_THE_WORD) {
            add(flag, place, spelling, word.substring(valueAt));
        } else if (!flag.takesValue()) {
            add(flag, place, spelling, "true");
        } else if (left.isEmpty()) {
            problem(
                    argument,
                    spelling,
                    "has no value",
                    spelling.equals("-h")
                            ? "Write -h NAME for a host name; --help shows the help"
                            : "Write one after it");
            understood = false;
        } else {
            add(flag, place, spelling, left.remove());
        }
    }

    private void add(RunFlag flag, String place, String spelling, String value) {
        given.add(new Given(flag, field(mark(place), spelling, value)));
    }

    private ConfigValue field(SourceRange at, String name, String value) {
        return new ConfigValue(name, name, at, new Scalar(at, value, false), report);
    }

    private void problem(int argument, String spelling, String what, String remedy) {
        report.problem(mark("argument %d, %s".formatted(argument, spelling)), spelling, what, remedy);
    }

    /** A range whose offset is the number of a position. */
    private SourceRange mark(String place) {
        places.add(place);
        return new SourceRange("", 1, places.size(), places.size() - 1, places.size() - 1, false);
    }

    private String place(SourceRange at) {
        return places.get(at.start());
    }
}
