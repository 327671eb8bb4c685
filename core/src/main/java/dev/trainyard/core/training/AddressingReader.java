package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what a container is called in its network. A compose file and a run line say it in the same words under other names. */
public final class AddressingReader {

    private static final Pattern HOST =
            Pattern.compile("([^:=\\s]{1,200})[:=](\\[?)([0-9a-fA-F.:]{2,45}|host-gateway)(]?)");
    private static final String HOST_FORM = "NAME:ADDRESS, for example nas:10.0.0.7";

    private AddressingReader() {}

    /** {@code NAME:ADDRESS} of {@code NAME=ADDRESS} too, and without the brackets that an address of IPv6 may have. */
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
            field.problem("%s is no address".formatted(Excerpt.quote(address)), "Write " + HOST_FORM);
        }
        return known;
    }

    public static void read(
            List<ConfigValue> search,
            List<ConfigValue> options,
            Optional<ConfigValue> domain,
            Optional<ConfigValue> mac,
            RunSpecBuilder run) {
        run.dnsSearch(search.stream()
                        .flatMap(field -> field.searchDomain().stream())
                        .toList())
                .dnsOptions(options.stream()
                        .flatMap(field -> field.resolverOption().stream())
                        .toList())
                .domainname(domain.flatMap(ConfigValue::hostName).orElse(null))
                .macAddress(mac.flatMap(ConfigValue::macAddress).orElse(null));
    }
}
