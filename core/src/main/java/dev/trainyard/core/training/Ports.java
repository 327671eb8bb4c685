package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.LinuxVocabulary;
import dev.trainyard.core.training.RunSpec.PortMapping;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code ports} in the short and the long form. */
public final class Ports {

    private static final String PORT = "(\\d{1,5})(?:-(\\d{1,5}))?";
    private static final String PROTOCOL = "(?:/((?i:tcp|udp|sctp)))?";
    private static final Pattern SHORT = Pattern.compile(
            "(?:(\\d+\\.\\d+\\.\\d+\\.\\d+|\\[[0-9a-fA-F:.]+])?:)?(?:(?:" + PORT + ")?:)?" + PORT + PROTOCOL);
    /** Docker also accepts an IPv6 address without brackets: everything before the last two colons. */
    private static final Pattern WITHOUT_BRACKETS = Pattern.compile("^([^\\[\\]:]*:[^\\[\\]]*):([^:]*):([^:]*)$");

    private static final Pattern EXPOSED = Pattern.compile(PORT + PROTOCOL);
    private static final String FORMS =
            "Write HOST:CONTAINER, for example 6006:6006, optionally with an IP address before it or /udp after it";

    private static final int MOST = 200;

    private final List<PortMapping> mappings = new ArrayList<>();
    private final Set<String> taken = new HashSet<>();
    private final Map<PortMapping, Integer> known = new HashMap<>();
    private final boolean once;

    private record Range(int first, int last) {
        int size() {
            return last - first + 1;
        }
    }

    private Ports(boolean once) {
        this.once = once;
    }

    /** Ports of a compose file, in which repeated entries count once. */
    public static List<PortMapping> ofCompose(List<ConfigValue> ports) {
        return new Ports(true).read(ports);
    }

    /** Ports of a run line, in which a repeated port is an error, because Docker would publish it twice and fail. */
    public static List<PortMapping> ofRunLine(List<ConfigValue> ports) {
        return new Ports(false).read(ports);
    }

    private List<PortMapping> read(List<ConfigValue> ports) {
        for (ConfigValue port : ports) {
            if (port.isMapping()) {
                readLong(port);
            } else {
                port.value().ifPresent(text -> readShort(port, once ? text : withoutNames(text)));
            }
        }
        return List.copyOf(mappings);
    }

    /** Docker reads {@code published=8080,target=80,protocol=tcp} as {@code 8080:80/tcp}. */
    private static String withoutNames(String text) {
        if (!text.contains("=")) {
            return text;
        }
        Map<String, String> named = new HashMap<>(Map.of("published", "", "target", "", "protocol", "tcp"));
        for (String pair : text.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                return text;
            }
            named.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return "%s:%s/%s".formatted(named.get("published"), named.get("target"), named.get("protocol"));
    }

    private void readShort(ConfigValue port, String text) {
        Matcher form = SHORT.matcher(WITHOUT_BRACKETS.matcher(text).replaceFirst("[$1]:$2:$3"));
        if (!form.matches()) {
            port.problem("%s is not a port".formatted(Excerpt.quote(text)), FORMS);
            return;
        }
        @Nullable String ip = form.group(1);
        @Nullable Range host = form.group(2) == null ? null : range(form.group(2), form.group(3));
        String protocol = protocol(form.group(6));
        add(
                port,
                ip == null ? null : ip.replaceAll("[\\[\\]]", ""),
                host,
                range(form.group(4), form.group(5)),
                protocol);
    }

    private static String protocol(@Nullable String written) {
        return written == null ? "tcp" : written.toLowerCase(Locale.ROOT);
    }

    /** {@code expose}: ports of the container, as {@code 80/tcp} or {@code 8000-8010/tcp}. */
    public static List<String> exposed(List<ConfigValue> ports) {
        Set<String> exposed = new LinkedHashSet<>();
        for (ConfigValue port : ports) {
            port.value().ifPresent(text -> {
                Matcher form = EXPOSED.matcher(text);
                if (!form.matches()) {
                    port.problem(
                            "%s is not a port".formatted(Excerpt.quote(text)), "Write PORT, PORT-PORT or PORT/udp");
                    return;
                }
                Range range = range(form.group(1), form.group(2));
                if (!isValid(range)) {
                    port.problem("the ports are out of range", "Use ports from 1 to 65535, the lower one first");
                } else if (exposed.size() == MOST) {
                    port.problem(
                            "is one too many: the limit is %d".formatted(MOST),
                            "Write consecutive ports as a range, such as 8000-8010");
                } else {
                    exposed.add((range.size() == 1 ? range.first : range.first + "-" + range.last) + "/"
                            + protocol(form.group(3)));
                }
            });
        }
        return List.copyOf(exposed);
    }

    private void readLong(ConfigValue port) {
        port.allowOnly(List.of("target", "published", "host_ip", "protocol", "mode", "name", "app_protocol"));
        String published = port.get("published").flatMap(ConfigValue::value).orElse("");
        Matcher form = Pattern.compile(PORT).matcher(published);
        if (!published.isEmpty() && !form.matches()) {
            port.problem("%s is not a port".formatted(Excerpt.quote(published)), "Write a number under published");
            return;
        }
        int target = port.get("target")
                .flatMap(field -> field.integer(1, 65535))
                .orElse(0L)
                .intValue();
        if (target == 0) {
            port.problem("has no target", "Write the container's port under target");
            return;
        }
        String protocol = port.get("protocol")
                .flatMap(field -> field.matching("(?i:tcp|udp|sctp)", "tcp, udp or sctp"))
                .map(Ports::protocol)
                .orElse("tcp");
        @Nullable
        String ip = port.get("host_ip")
                .flatMap(field -> field.matching("[0-9a-fA-F.:]{2,45}", "an IP address"))
                .orElse(null);
        add(
                port,
                ip,
                published.isEmpty() ? null : range(form.group(1), form.group(2)),
                new Range(target, target),
                protocol);
    }

    private static Range range(String first, @Nullable String last) {
        return new Range(Integer.parseInt(first), Integer.parseInt(last == null ? first : last));
    }

    private void add(ConfigValue port, @Nullable String ip, @Nullable Range wanted, Range container, String protocol) {
        // Port 0 means any free port, as in Docker.
        @Nullable Range host = wanted != null && wanted.first == 0 && wanted.last == 0 ? null : wanted;
        if (ip != null && !LinuxVocabulary.isAddress(ip)) {
            port.problem("%s is not an IP address".formatted(Excerpt.quote(ip)), FORMS);
            return;
        }
        // For a range of host ports and one container port, the engine chooses the first free port at the start.
        @Nullable
        Integer hostLast = host != null && host.size() > 1 && container.size() == 1 ? (Integer) host.last : null;
        boolean valid = isValid(container)
                && (host == null || isValid(host) && (hostLast != null || host.size() == container.size()));
        if (!valid) {
            port.problem(
                    "a port is out of range, or the two ranges differ in length",
                    "Use ports from 1 to 65535, and as many host ports as container ports");
            return;
        }
        if (mappings.size() + container.size() > MOST) {
            port.problem("publishes too many ports: the limit is %d".formatted(MOST), "Publish fewer");
            return;
        }
        boolean repeated = false;
        for (int i = 0; i < container.size(); i++) {
            @Nullable Integer hostPort = host == null ? null : (Integer) (host.first + i);
            PortMapping mapping = new PortMapping(ip, hostPort, hostLast, container.first + i, protocol);
            @Nullable Integer earlier = once ? known.putIfAbsent(withAddress(mapping), mappings.size()) : null;
            if (earlier != null) {
                repeated = true;
                mappings.set(earlier, mapping);
                continue;
            }
            if (mapping.isExact() && !taken.add(ip + "/" + hostPort + "/" + protocol)) {
                port.problem("host port %d is published twice".formatted(hostPort), "Publish each host port once");
            }
            mappings.add(mapping);
        }
        if (repeated) {
            port.notice("repeats an earlier entry and counts once");
        }
    }

    /** Without an address a port is published on all addresses, so it equals an entry with 0.0.0.0. */
    private static PortMapping withAddress(PortMapping port) {
        return new PortMapping(
                Objects.requireNonNullElse(port.hostIp(), "0.0.0.0"),
                port.host(),
                port.hostLast(),
                port.container(),
                port.protocol());
    }

    private static boolean isValid(Range range) {
        return range.first >= 1 && range.last <= 65535 && range.first <= range.last;
    }
}
