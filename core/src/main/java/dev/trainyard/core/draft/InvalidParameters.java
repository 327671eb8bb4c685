package dev.trainyard.core.draft;

import dev.trainyard.core.text.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Parameters that do not fit their draft. Reports everything that is wrong with them at once. */
public final class InvalidParameters extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidParameters(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one: those given in their order, then those that are missing. */
    public List<Problem> problems() {
        return problems;
    }
}
