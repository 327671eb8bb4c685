package dev.trainyard.standalone.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** A TCP port on 127.0.0.1. */
record LoopbackPort(int number) {
    // Linux gives ports from 32768 on to outgoing connections: at the next start, any client could occupy a stored port
    // from that range.
    private static final int LOWEST = 20_000;
    private static final int HIGHEST = 32_767;
    private static final int TRIES = 100;

    // Kafka and Postgres start side by side, and a port that one has chosen is free until it listens. So each choice
    // goes
    // on from the last one.
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(HIGHEST));

    LoopbackPort {
        if (number < 1 || number > 65_535) {
            throw new LocalServiceException("%d is not a TCP port: choose one from 1 to 65535".formatted(number));
        }
    }

    /** A port on which no program listens at this moment, and another one at each call. */
    static LoopbackPort free() {
        return free(_ -> true);
    }

    /** The same, but not this port, which was chosen at an earlier start. */
    static LoopbackPort freeBeside(LoopbackPort chosen) {
        return free(port -> !port.equals(chosen));
    }

    private static LoopbackPort free(Predicate<LoopbackPort> wanted) {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            LoopbackPort port = new LoopbackPort(LOWEST + Math.floorMod(NEXT.getAndIncrement(), HIGHEST + 1 - LOWEST));
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
