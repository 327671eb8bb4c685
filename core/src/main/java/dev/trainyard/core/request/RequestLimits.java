package dev.trainyard.core.request;

import java.util.Map;

/** How much a message carries, as its schema says it. For readers, which then name the line that is one too many. */
public final class RequestLimits {

    private RequestLimits() {}

    /** How many entries a list or an object of the run specification has at most. */
    public static int mostEntries(String runField) {
        return RequestSchema.mostEntries("/$defs/run/properties/" + runField);
    }

    /** How many characters a person's name has at most. */
    public static int longestPerson() {
        return RequestSchema.longest("/$defs/person");
    }

    /** How many labels a job has at most. */
    public static int mostLabels() {
        return RequestSchema.mostEntries("/$defs/submit/properties/labels");
    }

    /** How many characters labels have together, names and values. */
    public static int characters(Map<String, String> labels) {
        return labels.entrySet().stream()
                .mapToInt(label -> label.getKey().length() + label.getValue().length())
                .sum();
    }
}
