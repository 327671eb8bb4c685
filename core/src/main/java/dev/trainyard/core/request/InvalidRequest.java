package dev.trainyard.core.request;

import dev.trainyard.core.text.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** The message is not a valid {@code trainyard.request/v1}. Contains all problems. */
public final class InvalidRequest extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** @param problems at least one */
    public InvalidRequest(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one problem, in the order of the message. */
    public List<Problem> problems() {
        return problems;
    }
}
