package dev.trainyard.core.request;

/** How much a message carries, as its schema says it. For readers, which then name the line that is one too many. */
public final class RequestLimits {

    private RequestLimits() {}

    /** How many entries a list or an object of the run specification has at most. */
    public static int mostEntries(String runField) {
        return RequestSchema.mostEntries("/$defs/run/properties/" + runField);
    }

    /** How many labels a job has at most. */
    public static int mostLabels() {
        return RequestSchema.mostEntries("/$defs/submit/properties/labels");
    }
}
