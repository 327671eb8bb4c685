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

/** Collects what is wrong with the compose files or the run line of one training, and what is worth knowing. */
public final class Report {

    /** Beyond this many nobody reads on. */
    private static final int MAX_PROBLEMS = 100;

    /** In the order in which they were read. */
    private final List<String> files = new ArrayList<>();

    private final BiFunction<SourceRange, String, String> place;
    private final boolean draft;
    private final Set<Found<Problem>> problems = new LinkedHashSet<>();
    private final Set<Found<Notice>> notices = new LinkedHashSet<>();
    private final Set<String> unreadable = new HashSet<>();

    /** By key, the variables that filled nothing in. */
    private final Map<String, Set<String>> empty = new HashMap<>();

    /** What was found, and where in which file, by which it is shown. */
    private record Found<T>(int file, int offset, T what) {}

    /** Places are shown as file, line and column, with the key. */
    public Report() {
        this(Report::inFile, false);
    }

    /** @param place shows where something is, given its place in the text and its key */
    public Report(BiFunction<SourceRange, String, String> place) {
        this(place, false);
    }

    private Report(BiFunction<SourceRange, String, String> place, boolean draft) {
        this.place = place;
        this.draft = draft;
    }

    /** Of a draft that is stored: where it becomes a training, nobody's environment is at hand. */
    public static Report ofStoredDraft() {
        return new Report(Report::inFile, true);
    }

    public boolean ofDraft() {
        return draft;
    }

    /** A variable that has no value. */
    public void unset(SourceRange at, String key, String what) {
        if (draft) {
            problem(at, key, what, "Write the value out: a draft knows no environment");
        } else {
            notice(at, key, what);
        }
    }

    /** The same within a value; it is named with whatever is wrong with what it leaves behind. */
    public void becomesEmpty(SourceRange at, String key, String variable) {
        unset(at, key, "the variable %s is not set, and becomes empty".formatted(variable));
        if (!draft) {
            empty.computeIfAbsent(key, _ -> new LinkedHashSet<>()).add(variable);
        }
    }

    /** Makes the file known, so that what is found in it is shown after what is found in those before. */
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
        return "Set %s, which %s not set, in the environment or in .env, or write the value out"
                .formatted(String.join(" and ", variables), variables.size() == 1 ? "is" : "are");
    }

    /** A problem with the text itself; what else is wrong with that value follows from it and is not told. */
    public void unreadable(SourceRange at, String key, String what, String remedy) {
        problem(at, key, what, remedy);
        unreadable.add(key);
    }

    /** A problem of a file that is no compose file. */
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
