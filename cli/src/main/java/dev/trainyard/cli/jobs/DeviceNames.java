package dev.trainyard.cli.jobs;

import dev.trainyard.cli.server.JsonObject;
import java.util.stream.Collectors;

/** The devices of an attempt, as people see them. */
final class DeviceNames {

    private DeviceNames() {}

    /** Omits the worker's id from the key of a stand-in device, because the worker's name is shown as well. */
    static String shown(JsonObject attempt) {
        return attempt.texts("devices").stream()
                .map(key -> key.substring(key.lastIndexOf('/') + 1))
                .collect(Collectors.joining(","));
    }
}
