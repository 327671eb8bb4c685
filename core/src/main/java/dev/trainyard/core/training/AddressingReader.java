package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads entries that give another host a name within the container, as {@code --add-host} does. */
public final class AddressingReader {

    private static final Pattern HOST =
            Pattern.compile("([^:=\\s]{1,200})[:=](\\[?)([0-9a-fA-F.:]{2,45}|host-gateway)(]?)");
    private static final String HOST_FORM = "NAME:ADDRESS, for example nas:10.0.0.7";

    private AddressingReader() {}

    /** Returns {@code NAME:ADDRESS}, also for {@code NAME=ADDRESS}. Removes the brackets around an IPv6 address. */
    public static Optional<String> host(ConfigValue field) {
        return field.matching(HOST.pattern(), HOST_FORM)
                .map(HOST::matcher)
                .filter(Matcher::matches)
                .filter(host -> isAddress(field, host.group(3)))
                .map(host -> host.group(1) + ":" + host.group(3));
    }

    private static boolean isAddress(ConfigValue field, String address) {
        boolean known = address.equals("host-gateway") || LinuxVocabulary.isAddress(address);
        if (!known) {
            field.problem("%s is not an IP address".formatted(Excerpt.quote(address)), "Write " + HOST_FORM);
        }
        return known;
    }
}
