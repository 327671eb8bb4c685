package dev.trainyard.core.compose;

import dev.trainyard.core.compose.RunWords.Given;
import dev.trainyard.core.compose.YamlNode.Sequence;
import dev.trainyard.core.request.Excerpt;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run line says by its flags, looked up by a flag's long name. What is not of the wanted form is reported, and reads as not said. */
final class RunFlags {

    private final List<Given> given;
    private final Report report;

    RunFlags(List<Given> given, Report report) {
        this.given = given;
        this.report = report;
    }

    List<Given> given() {
        return given;
    }

    /** Every occurrence. */
    List<Field> all(String name) {
        return given.stream()
                .filter(each -> each.flag().name().equals(name))
                .map(Given::value)
                .toList();
    }

    /** The occurrence that counts where a flag is given more than once. */
    Optional<Field> last(String name) {
        return all(name).stream().reduce((_, later) -> later);
    }

    /** As {@link #last}, but an empty value says nothing, as Docker sees it. */
    Optional<Field> said(String name) {
        return last(name).filter(field -> !field.text().orElse("").isEmpty());
    }

    boolean on(String name) {
        return last(name)
                .flatMap(field -> {
                    String text = field.text().orElse("");
                    Optional<Boolean> on = SwitchText.parse(text);
                    if (on.isEmpty()) {
                        field.problem(
                                "%s is neither true nor false".formatted(Excerpt.quote(text)),
                                "Write the flag alone, or =false after it");
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

    /** All occurrences as one list, as a compose file would have it. */
    Field list(List<? extends YamlNode> nodes) {
        return new Field("", "", Span.start(""), new Sequence(Span.start(""), false, List.copyOf(nodes)), report);
    }
}
