package dev.trainyard.core.text;

/**
 * One error in what a person wrote.
 *
 * @param where JSON path ({@code $.run.mounts[1].target}), or file, line and column with the key ({@code train.yml:7:5
 *     services.train.memory})
 * @param what describes what was found and why it cannot be used
 * @param remedy what to do
 */
public record Problem(String where, String what, String remedy) {

    @Override
    public String toString() {
        return "%s: %s. %s%s".formatted(where, what, remedy, remedy.endsWith("?") ? "" : ".");
    }
}
