package dev.trainyard.core.request;

/** The value of a draft's parameter in a message. */
public sealed interface ParameterValue {

    /** The text that the program gets. */
    String text();

    /** A text, passed unchanged: {@code "1e-3"} remains {@code 1e-3}. */
    record Text(String text) implements ParameterValue {}

    /**
     * A JSON number.
     *
     * @param text canonical form (RFC 8785), because messages with the same digest must run the same program
     */
    record Numeric(String text) implements ParameterValue {}

    /** A JSON true or false. */
    record Flag(boolean on) implements ParameterValue {
        @Override
        public String text() {
            return Boolean.toString(on);
        }
    }
}
