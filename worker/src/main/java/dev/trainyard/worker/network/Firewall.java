package dev.trainyard.worker.network;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The packet filter of this host, through {@code iptables}. It uses the table raw, because that one also sees packets to the host's own
 * addresses, and because other programs rarely change it.
 */
final class Firewall {

    private static final String CHAIN = "TRAINYARD-BUILDS";
    private static final String LINK_LOCAL = "169.254.0.0/16";
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");

    /** The engine uses the resolvers of the first file, or of the second if the first refers to the host itself. */
    private static final List<Path> RESOLVERS =
            List.of(Path.of("/etc/resolv.conf"), Path.of("/run/systemd/resolve/resolv.conf"));

    /** Another program may hold the lock for a moment. */
    private static final String[] WAIT = {"--wait", "10"};

    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final int LONGEST = 200;

    private final String command;

    /** @param command {@code iptables}, or its path */
    Firewall(String command) {
        this.command = command;
    }

    /** A command of the packet filter failed. The message says why, for people. */
    static final class Refused extends Exception {

        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Blocks packets from a device to link-local addresses, except queries to the host's resolvers, and all IPv6 packets. Keeps rules that
     * already exist.
     */
    void keepFromLinkLocal(String device) throws Refused {
        StringBuilder rules = new StringBuilder("*raw\n:%s - [0:0]\n".formatted(CHAIN));
        for (String resolver : linkLocalResolvers()) {
            for (String protocol : List.of("udp", "tcp")) {
                rules.append("-A %s -d %s/32 -p %s -m %s --dport 53 -j RETURN\n"
                        .formatted(CHAIN, resolver, protocol, protocol));
            }
        }
        rules.append("-A %s -j DROP\nCOMMIT\n".formatted(CHAIN));
        // Replaces the chain atomically: readers see either the old or the new one.
        require(run(rules.toString(), command + "-restore", WAIT, "--noflush"));
        ensure(command, "-i", device, "-d", LINK_LOCAL, "-j", CHAIN);
        if (Files.exists(IPV6)) {
            ensure(command.replaceFirst("iptables$", "ip6tables"), "-i", device, "-j", "DROP");
        }
    }

    /** Two processes may both add the rule. The second one has no effect. */
    private static void ensure(String command, String... rule) throws Refused {
        if (run("", command, WAIT, concat(List.of("-t", "raw", "-C", "PREROUTING"), rule))
                        .exitCode()
                != 0) {
            require(run("", command, WAIT, concat(List.of("-t", "raw", "-I", "PREROUTING"), rule)));
        }
    }

    private static String[] concat(List<String> first, String[] then) {
        return Stream.concat(first.stream(), Arrays.stream(then)).toArray(String[]::new);
    }

    private static List<String> linkLocalResolvers() throws Refused {
        List<String> found = new ArrayList<>();
        for (Path file : RESOLVERS) {
            try {
                if (Files.exists(file)) {
                    Files.readAllLines(file).stream()
                            .map(line -> line.strip().split("\\s+"))
                            .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                            .map(words -> words[1])
                            .filter(Firewall::isLinkLocal)
                            .filter(address -> !found.contains(address))
                            .forEach(found::add);
                }
            } catch (IOException e) {
                throw new Refused("%s cannot be read: %s".formatted(file, e.getMessage()));
            }
        }
        return found;
    }

    private static boolean isLinkLocal(String address) {
        try {
            return InetAddress.ofLiteral(address) instanceof Inet4Address v4 && v4.isLinkLocalAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private record Ended(String command, int exitCode, String said) {}

    private static void require(Ended ended) throws Refused {
        if (ended.exitCode() != 0) {
            String said = ended.said().replaceAll("\\s+", " ").strip();
            throw new Refused("%s says: %s"
                    .formatted(ended.command(), said.substring(0, Math.min(said.length(), LONGEST))));
        }
    }

    /** Without a shell. */
    private static Ended run(String input, String command, String[] wait, String... arguments) throws Refused {
        List<String> line = new ArrayList<>(List.of(command));
        line.addAll(List.of(wait));
        line.addAll(List.of(arguments));
        Path said;
        try {
            said = Files.createTempFile("trainyard-firewall", ".txt");
        } catch (IOException e) {
            throw new Refused("no file can be created: " + e.getMessage());
        }
        try {
            // Output goes to a file, so that no reader blocks if the program hangs.
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading its input. The exit code tells more.
            }
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new Refused("%s did not end within %d s".formatted(command, LIMIT.toSeconds()));
            }
            return new Ended(command, process.exitValue(), Files.readString(said));
        } catch (IOException e) {
            throw new Refused("%s cannot be run: %s".formatted(command, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused("interrupted while %s ran".formatted(command));
        } finally {
            boolean unused = said.toFile().delete();
        }
    }
}
