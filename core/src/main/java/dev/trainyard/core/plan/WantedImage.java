package dev.trainyard.core.plan;

import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.ImageSource.Pull;

/**
 * An image that a host needs for a job, with the job's pull option. Jobs with {@code --pull always} or {@code never} are tracked separately
 * from jobs that accept a local image.
 */
public record WantedImage(String reference, Pull pull) {

    /** Unambiguous, because the name of an image cannot contain a space. */
    private static final String OPTION = " --pull ";

    public static WantedImage of(ImageSource.Reference image) {
        return new WantedImage(image.reference(), image.pull());
    }

    /** Parses the result of {@link #text}. */
    public static WantedImage parse(String text) {
        int option = text.indexOf(OPTION);
        return option < 0
                ? new WantedImage(text, Pull.MISSING)
                : new WantedImage(
                        text.substring(0, option),
                        Pull.of(text.substring(option + OPTION.length())).orElseThrow());
    }

    /** The form in the database and in messages: the name, followed by {@code --pull always} or {@code never}. */
    public String text() {
        return pull == Pull.MISSING ? reference : reference + OPTION + pull.word();
    }
}
