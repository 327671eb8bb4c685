package dev.trainyard.core.draft;

import dev.trainyard.core.text.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Parameters that do not fit their draft. Contains all problems. */
public final class InvalidParameters extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidParameters(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one problem: first those of given parameters in order, then missing parameters. */
    public List<Problem> problems() {
        return problems;
    }
}
