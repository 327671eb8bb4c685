package dev.trainyard.core.training;

import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** What a file system in memory may be and where: the same in a run line, a compose file and a message. */
public final class Tmpfs {

    private Tmpfs() {}

    /** @param remedy what to write instead */
    public record Fault(String what, String remedy) {}

    /**
     * What is wrong with a tmpfs. It would cover what else is mounted at its path, and what a program writes there is gone at the end.
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
            faults.add(
                    new Fault("the outputs would be lost with the container", "Mount it elsewhere than at " + outputs));
        } else if (path.startsWith(outputs + "/")) {
            faults.add(new Fault(
                    "the outputs in %s would be lost with the container".formatted(Excerpt.path(path)),
                    "Mount it elsewhere than below " + outputs));
        } else if (mounted.contains(path)) {
            faults.add(new Fault("%s is mounted a second time".formatted(Excerpt.path(path)), "Mount each path once"));
        }
        if (colon >= 0) {
            Arrays.stream(words.substring(colon + 1).split(","))
                    .filter(option -> !option.isEmpty() && !LinuxVocabulary.isTmpfsOption(option))
                    .forEach(option -> faults.add(new Fault(
                            "%s is no option of a tmpfs".formatted(Excerpt.quote(option)),
                            "Write options such as size=64m, mode=1777 or noexec")));
        }
        return faults;
    }
}
