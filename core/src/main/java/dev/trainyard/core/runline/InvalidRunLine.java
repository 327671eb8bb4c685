package dev.trainyard.core.runline;

import dev.trainyard.core.text.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Words of {@code docker run} that cannot become a training. Contains all problems. */
public final class InvalidRunLine extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    InvalidRunLine(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one problem, each with the number of the argument and the flag. */
    public List<Problem> problems() {
        return problems;
    }
}
