package dev.trainyard.worker.network;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds link-local addresses that this host has or can reach. */
final class LinkLocal {

    private static final Path ROUTES = Path.of("/proc/net/route");
    private static final int LONGEST_WAIT_MILLIS = 1000;

    private final List<InetSocketAddress> services;

    /** @param services addresses to test with a connection, because routes do not show them */
    LinkLocal(List<InetSocketAddress> services) {
        this.services = services;
    }

    /** In clouds the default route leads to the metadata service with a machine's credentials. Only a connection tells whether it exists. */
    static LinkLocal ofHost() {
        return new LinkLocal(List.of(new InetSocketAddress("169.254.169.254", 80)));
    }

    /** A description of the first that is found, for people. Empty if there is none. */
    Optional<String> found() {
        try {
            return ownAddress().or(LinkLocal::route).or(this::service);
        } catch (IOException e) {
            return Optional.of("the addresses of this host cannot be read: " + e.getMessage());
        }
    }

    private static Optional<String> ownAddress() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(device -> device.inetAddresses()
                        .filter(address -> address instanceof Inet4Address && address.isLinkLocalAddress())
                        .map(address -> "this host has the address %s (%s)"
                                .formatted(address.getHostAddress(), device.getName())))
                .findFirst();
    }

    private static Optional<String> route() {
        try {
            return Files.readAllLines(ROUTES).stream()
                    .skip(1)
                    .map(line -> line.split("\\s+"))
                    .filter(fields -> fields.length > 7 && isLinkLocal(fields[1], fields[7]))
                    .map(fields -> "this host has a route to link-local addresses (%s)".formatted(fields[0]))
                    .findFirst();
        } catch (IOException e) {
            return Optional.of("the routes of this host cannot be read: " + e.getMessage());
        }
    }

    /** In the kernel's form, with the first byte last. Excludes the default route. */
    private static boolean isLinkLocal(String destination, String mask) {
        return !mask.equals("00000000") && destination.endsWith("FEA9");
    }

    private Optional<String> service() {
        for (InetSocketAddress service : services) {
            try (Socket socket = new Socket()) {
                socket.connect(service, LONGEST_WAIT_MILLIS);
                InetAddress address = service.getAddress();
                return Optional.of("something listens at %s".formatted(address.getHostAddress()));
            } catch (IOException e) {
                // No service that a build could use.
            }
        }
        return Optional.empty();
    }
}
