package dev.trainyard.core.reading;

import dev.trainyard.core.text.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Collects the problems and notices of the compose files or the docker run line of one training. */
public final class Report {

    /** A longer list is not useful. */
    private static final int MAX_PROBLEMS = 100;

    /** The files in the order in which they were read. */
    private final List<String> files = new ArrayList<>();

    private final BiFunction<SourceRange, String, String> place;
    private final boolean draft;
    private final Set<Found<Problem>> problems = new LinkedHashSet<>();
    private final Set<Found<Notice>> notices = new LinkedHashSet<>();
    private final Set<String> unreadable = new HashSet<>();

    /** The unset variables by key. */
    private final Map<String, Set<String>> empty = new HashMap<>();

    /** A finding with its position. */
    private record Found<T>(int file, int offset, T what) {}

    /** Shows positions as file, line and column with the key. */
    public Report() {
        this(Report::inFile, false);
    }

    /** @param place formats a position in the text and its key */
    public Report(BiFunction<SourceRange, String, String> place) {
        this(place, false);
    }

    private Report(BiFunction<SourceRange, String, String> place, boolean draft) {
        this.place = place;
        this.draft = draft;
    }

    /** For a draft that will be stored: when it becomes a training, the author's environment is not available. */
    public static Report ofStoredDraft() {
        return new Report(Report::inFile, true);
    }

    public boolean ofDraft() {
        return draft;
    }

    /** Reports an unset variable. */
    public void unset(SourceRange at, String key, String what) {
        if (draft) {
            problem(at, key, what, "Write the value itself: a draft cannot use environment variables");
        } else {
            notice(at, key, what);
        }
    }

    /** The same for a variable within a value. If the rest of the value is invalid, the problem names the variable. */
    public void becomesEmpty(SourceRange at, String key, String variable) {
        unset(at, key, "the variable %s is not set and becomes empty".formatted(variable));
        if (!draft) {
            empty.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(variable);
        }
    }

    /** Registers a file. Its findings are shown after those of earlier files. */
    public void opens(String file) {
        number(file);
    }

    public void problem(SourceRange at, String key, String what, String remedy) {
        if (!unreadable.contains(key)) {
            @Nullable Set<String> variables = empty.get(key);
            String why = variables == null ? remedy : becauseUnset(variables);
            add(new Found<>(number(at.file()), at.start(), new Problem(place.apply(at, key), what, why)));
        }
    }

    private static String becauseUnset(Set<String> variables) {
        return "Set %s, which %s not set, in the environment or in .env, or write the value itself"
                .formatted(String.join(" and ", variables), variables.size() == 1 ? "is" : "are");
    }

    /** Reports a problem of the text itself. Further problems of the same value follow from it and are not reported. */
    public void unreadable(SourceRange at, String key, String what, String remedy) {
        problem(at, key, what, remedy);
        unreadable.add(key);
    }

    /** Reports a problem of a file that is not a compose file. */
    public void problem(Problem problem) {
        add(new Found<>(Integer.MAX_VALUE, 0, problem));
    }

    private void add(Found<Problem> found) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(found);
        }
    }

    public void notice(SourceRange at, String key, String what) {
        notices.add(new Found<>(number(at.file()), at.start(), new Notice(place.apply(at, key), what)));
    }

    public InvalidFile refused() {
        return new InvalidFile(inOrder(problems));
    }

    public void refuseProblems() {
        if (!problems.isEmpty()) {
            throw refused();
        }
    }

    public List<Problem> problems() {
        return inOrder(problems);
    }

    public List<Notice> notices() {
        return inOrder(notices);
    }

    private static <T> List<T> inOrder(Set<Found<T>> found) {
        return found.stream()
                .sorted(Comparator.<Found<T>>comparingInt(Found::file).thenComparingInt(Found::offset))
                .map(Found::what)
                .toList();
    }

    private int number(String file) {
        if (!files.contains(file)) {
            files.add(file);
        }
        return files.indexOf(file);
    }

    private static String inFile(SourceRange at, String key) {
        String place = "%s:%d:%d".formatted(at.file(), at.line(), at.column());
        return key.isEmpty() ? place : place + " " + key;
    }
}
