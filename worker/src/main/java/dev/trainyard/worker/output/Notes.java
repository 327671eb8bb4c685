package dev.trainyard.worker.output;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Notes about files, for people: the first ones and the number of the others, because a program may leave millions of files. */
public final class Notes {

    private static final int SHOWN = 20;

    private final List<String> first = new ArrayList<>();
    private long more;

    /** @param note evaluated only if it is shown */
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
