package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import org.jspecify.annotations.Nullable;

/** A path of the API with its query parameters. */
public record Query(String path) {

    /** Adds a parameter, unless its value is null. */
    public Query with(String name, @Nullable Object value) {
        return value == null
                ? this
                : new Query(path + (path.indexOf('?') < 0 ? "?" : "&") + name + "="
                        + URLEncoder.encode(value.toString(), UTF_8));
    }
}
