package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/** A TCP port on 127.0.0.1. */
record LoopbackPort(int number) {
    // Linux gives ports from 32768 on to outgoing connections: at the next start, any client could occupy a stored port
    // from that range.
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_767;
    private static final int TRIES = 100;

    LoopbackPort {
        if (number < 1 || number > 65_535) {
            throw new LocalServiceException("%d is not a TCP port: choose one from 1 to 65535".formatted(number));
        }
    }

    /** A port on which no program listens at this moment. */
    static LoopbackPort free() {
        return free(_ -> true);
    }

    /** The same, but not a port that is chosen and not yet listened on. */
    static LoopbackPort freeBeside(LoopbackPort chosen) {
        return free(port -> !port.equals(chosen));
    }

    private static LoopbackPort free(Predicate<LoopbackPort> wanted) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            LoopbackPort port = new LoopbackPort(ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1));
            if (wanted.test(port) && port.isFree()) {
                return port;
            }
        }
        throw new LocalServiceException("no free TCP port found from %d to %d".formatted(LOWEST, HIGHEST));
    }

    boolean isFree() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), number));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
