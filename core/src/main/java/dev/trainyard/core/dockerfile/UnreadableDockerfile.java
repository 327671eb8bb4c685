package dev.trainyard.core.dockerfile;

/** A Dockerfile of which it is not certain how an engine reads it. */
public final class UnreadableDockerfile extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param line from 1
     * @param what what the line has
     * @param remedy what to do, as a sentence
     */
    public UnreadableDockerfile(int line, String what, String remedy) {
        super("line %d has %s. %s".formatted(line, what, remedy));
    }
}
