package dev.trainyard.core.request;

import java.util.Map;

/** Limits from the message's schema. Readers of files check them too, so that they can report the line that is over the limit. */
public final class RequestLimits {

    private RequestLimits() {}

    /** Maximum number of entries of a list or object in the run specification. */
    public static int mostEntries(String runField) {
        return RequestSchema.mostEntries("/$defs/run/properties/" + runField);
    }

    /** Maximum length of a person's name, in characters. */
    public static int longestPerson() {
        return RequestSchema.longest("/$defs/person");
    }

    /** Maximum number of labels of a job. */
    public static int mostLabels() {
        return RequestSchema.mostEntries("/$defs/submit/properties/labels");
    }

    /** Total length of names and values of labels, in characters. */
    public static int characters(Map<String, String> labels) {
        return labels.entrySet().stream()
                .mapToInt(label -> label.getKey().length() + label.getValue().length())
                .sum();
    }
}
