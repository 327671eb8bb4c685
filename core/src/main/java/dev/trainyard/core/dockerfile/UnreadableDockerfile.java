package dev.trainyard.core.dockerfile;

/** A Dockerfile that engines may read differently. */
public final class UnreadableDockerfile extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param line the number of the line, from 1
     * @param what the problem, completing "line N has"
     * @param remedy what to do, as a sentence
     */
    public UnreadableDockerfile(int line, String what, String remedy) {
        super("line %d has %s. %s".formatted(line, what, remedy));
    }
}
