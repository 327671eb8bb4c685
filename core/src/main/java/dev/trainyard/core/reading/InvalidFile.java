package dev.trainyard.core.reading;

import dev.trainyard.core.text.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** A compose file that cannot become a training. Contains all its problems. */
public final class InvalidFile extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public InvalidFile(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** At least one, each with file, line, column and key. */
    public List<Problem> problems() {
        return problems;
    }
}
