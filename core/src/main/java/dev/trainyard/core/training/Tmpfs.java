package dev.trainyard.core.training;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Checks in-memory file systems (tmpfs): the same for run lines, compose files and messages. */
public final class Tmpfs {

    private Tmpfs() {}

    /** @param remedy what to write instead */
    public record Fault(String what, String remedy) {}

    /**
     * Returns what is wrong with a tmpfs. It must not hide another mount, nor the outputs, because its contents are lost at the end.
     *
     * @param words {@code /path} or {@code /path:options}
     * @param outputs where the container writes its results
     * @param mounted targets of the mounts
     */
    public static List<Fault> faults(String words, String outputs, Collection<String> mounted) {
        List<Fault> faults = new ArrayList<>();
        int colon = words.indexOf(':');
        String path = ContainerPath.plain(colon < 0 ? words : words.substring(0, colon));
        if (path.equals("/")) {
            faults.add(new Fault("is the root of the container", "Mount it at a folder"));
        } else if (path.equals(outputs)) {
            faults.add(new Fault(
                    "would lose the outputs together with the container", "Mount it elsewhere than at " + outputs));
        } else if (path.startsWith(outputs + "/")) {
            faults.add(new Fault(
                    "would lose the outputs in %s together with the container".formatted(Excerpt.path(path)),
                    "Mount it elsewhere than below " + outputs));
        } else if (mounted.contains(path)) {
            faults.add(new Fault("%s is mounted twice".formatted(Excerpt.path(path)), "Mount each path once"));
        }
        if (colon >= 0) {
            Arrays.stream(words.substring(colon + 1).split(","))
                    .filter(option -> !option.isEmpty() && !LinuxVocabulary.isTmpfsOption(option))
                    .forEach(option -> faults.add(new Fault(
                            "%s is not an option of a tmpfs".formatted(Excerpt.quote(option)),
                            "Write options such as size=64m, mode=1777 or noexec")));
        }
        return faults;
    }
}
