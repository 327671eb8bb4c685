package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import java.util.stream.Collectors;

/** The devices of an attempt, for people. */
final class DeviceNames {

    private DeviceNames() {}

    /** A stand-in's key begins with its worker's id, which says nothing beside the worker's name. */
    static String shown(JsonObject attempt) {
        return attempt.texts("devices").stream()
                .map(key -> key.substring(key.lastIndexOf('/') + 1))
                .collect(Collectors.joining(","));
    }
}
