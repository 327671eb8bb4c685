package dev.trainyard.submitter.rest;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.NearestName;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;

/** Says why a body could not be read, in terms of fields and values, since callers do not know our classes. */
final class UnreadableBody {

    private UnreadableBody() {}

    static String why(JacksonException e) {
        if (e instanceof UnrecognizedPropertyException unknown) {
            return unknownField(
                    unknown.getPropertyName(),
                    unknown.getKnownPropertyIds().stream()
                            .map(String::valueOf)
                            .sorted()
                            .toList());
        }
        String place = e.getPath().stream()
                .map(JacksonException.Reference::getPropertyName)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("."));
        String what = switch (e) {
            case MismatchedInputException mismatched -> what(mismatched);
            case InputCoercionException _ -> "is too large";
            default -> e.getOriginalMessage();
        };
        return place.isEmpty() ? what : place + ": " + what;
    }

    private static String unknownField(String name, List<String> known) {
        return "there is no field %s here%s"
                .formatted(
                        Excerpt.quote(name),
                        NearestName.among(known, name)
                                .map(". Did you mean %s?"::formatted)
                                .orElse("; known fields: " + String.join(", ", known)));
    }

    private static String what(MismatchedInputException e) {
        String said = e.getOriginalMessage();
        if (said.startsWith("Trailing token")) {
            return "something follows its end";
        }
        return RequestTexts.areOurs(said) ? said : "is " + unlike(e.getTargetType());
    }

    private static String unlike(@Nullable Class<?> wanted) {
        if (wanted == String.class) {
            return "not text";
        }
        if (wanted == Boolean.class) {
            return "not true or false";
        }
        return wanted == Integer.class ? "not a whole number" : "not an object {…}";
    }
}
