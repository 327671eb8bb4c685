package dev.trainyard.core.plan;

import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.ImageSource.Pull;

/**
 * An image that a host has to have for a job, in the way that the job says. Jobs that say {@code --pull always} or {@code never} are answered
 * apart from those that take what is there.
 */
public record WantedImage(String reference, Pull pull) {

    /** No name of an image has a space. */
    private static final String OPTION = " --pull ";

    public static WantedImage of(ImageSource.Reference image) {
        return new WantedImage(image.reference(), image.pull());
    }

    /** Reads what {@link #text} has written. */
    public static WantedImage parse(String text) {
        int option = text.indexOf(OPTION);
        return option < 0
                ? new WantedImage(text, Pull.MISSING)
                : new WantedImage(
                        text.substring(0, option),
                        Pull.of(text.substring(option + OPTION.length())).orElseThrow());
    }

    /** As the database has it, and as people read it: the name, with {@code --pull always} or {@code never} after it. */
    public String text() {
        return pull == Pull.MISSING ? reference : reference + OPTION + pull.word();
    }
}
