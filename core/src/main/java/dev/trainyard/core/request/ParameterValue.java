package dev.trainyard.core.request;

/** The value of a draft's parameter in a message. */
public sealed interface ParameterValue {

    /** As the program gets it. */
    String text();

    /** Passed exactly as it is written: {@code "1e-3"} stays so. */
    record Text(String text) implements ParameterValue {}

    /**
     * A JSON number.
     *
     * @param text in its one canonical form (RFC 8785), since messages of the same digest must run the same
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
