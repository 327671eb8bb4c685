package dev.trainyard.worker.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What is to be said of the files of a folder, for people: the first of it, and how much more there is. A program may leave millions of files. */
public final class Notes {

    private static final int SHOWN = 20;

    private final List<String> first = new ArrayList<>();
    private long more;

    /** @param note is asked for only if it is shown */
    void add(Supplier<String> note) {
        if (first.size() < SHOWN) {
            first.add(note.get());
        } else {
            more++;
        }
    }

    public void add(String note) {
        add(() -> note);
    }

    public List<String> list() {
        List<String> all = new ArrayList<>(first);
        if (more > 0) {
            all.add("and %d more".formatted(more));
        }
        return List.copyOf(all);
    }
}
