package dev.trainyard.core.request;

import dev.trainyard.core.text.Excerpt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reference to a stored draft: {@code resnet18} or {@code resnet18@3}.
 *
 * @param name name of the draft
 * @param version counts from 1; null for the newest
 */
public record DraftRef(String name, @Nullable Integer version) {

    private static final Pattern FORM = Pattern.compile("([a-zA-Z0-9][a-zA-Z0-9_.-]{0,99})(?:@([1-9][0-9]{0,8}))?");

    /** @throws IllegalArgumentException if the name is not valid */
    public DraftRef {
        if (!FORM.matcher(name).matches()) {
            throw invalid(name);
        }
    }

    /** @throws IllegalArgumentException if the text is neither NAME nor NAME@VERSION */
    public static DraftRef parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw invalid(text);
        }
        return new DraftRef(form.group(1), form.group(2) == null ? null : Integer.valueOf(form.group(2)));
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "%s is not the name of a draft. Write NAME or NAME@VERSION, for example resnet18@3: up to 100 letters, digits, '_', '.' and '-'"
                        .formatted(Excerpt.quote(text)));
    }

    @Override
    public String toString() {
        return version == null ? name : name + "@" + version;
    }
}
