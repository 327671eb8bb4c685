package dev.trainyard.core.compose;

import dev.trainyard.core.request.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/** Collects what is wrong with one compose file or run line, and what is worth knowing. */
final class Report {

    /** Beyond this many nobody reads on. */
    private static final int MAX_PROBLEMS = 100;

    private final BiFunction<Span, String, String> place;
    private final boolean draft;
    private final List<Found<Problem>> problems = new ArrayList<>();
    private final List<Found<Notice>> notices = new ArrayList<>();
    private final Set<String> unreadable = new HashSet<>();

    /** What was found, and where in the file, by which it is shown. */
    private record Found<T>(int offset, T what) {}

    /** Places are shown as file, line and column, with the key. */
    Report(String file) {
        this(file, false);
    }

    private Report(String file, boolean draft) {
        this(
                (at, key) -> {
                    String place = "%s:%d:%d".formatted(file, at.line(), at.column());
                    return key.isEmpty() ? place : place + " " + key;
                },
                draft);
    }

    /** @param place shows where something is, given its place in the text and its key */
    Report(BiFunction<Span, String, String> place) {
        this(place, false);
    }

    private Report(BiFunction<Span, String, String> place, boolean draft) {
        this.place = place;
        this.draft = draft;
    }

    /** Of a draft that is stored: where it becomes a training, nobody's environment is at hand. */
    static Report draft(String file) {
        return new Report(file, true);
    }

    boolean ofDraft() {
        return draft;
    }

    /** A variable that has no value. */
    void unset(Span at, String key, String what) {
        if (draft) {
            problem(at, key, what, "Write the value out: a draft knows no environment");
        } else {
            notice(at, key, what);
        }
    }

    void problem(Span at, String key, String what, String remedy) {
        if (!unreadable.contains(key)) {
            add(at.start(), new Problem(where(at, key), what, remedy));
        }
    }

    /** A problem with the text itself; what else is wrong with that value follows from it and is not told. */
    void unreadable(Span at, String key, String what, String remedy) {
        problem(at, key, what, remedy);
        unreadable.add(key);
    }

    /** A problem of another file. */
    void problem(Problem problem) {
        add(Integer.MAX_VALUE, problem);
    }

    private void add(int offset, Problem problem) {
        Found<Problem> found = new Found<>(offset, problem);
        if (problems.size() < MAX_PROBLEMS && !problems.contains(found)) {
            problems.add(found);
        }
    }

    void notice(Span at, String key, String what) {
        Found<Notice> found = new Found<>(at.start(), new Notice(where(at, key), what));
        if (!notices.contains(found)) {
            notices.add(found);
        }
    }

    InvalidComposeFile refused() {
        return new InvalidComposeFile(problems());
    }

    void refuseProblems() {
        if (!problems.isEmpty()) {
            throw refused();
        }
    }

    List<Problem> problems() {
        return inOrder(problems);
    }

    List<Notice> notices() {
        return inOrder(notices);
    }

    private static <T> List<T> inOrder(List<Found<T>> found) {
        return found.stream()
                .sorted(Comparator.comparingInt(Found::offset))
                .map(Found::what)
                .toList();
    }

    private String where(Span at, String key) {
        return place.apply(at, key);
    }
}
