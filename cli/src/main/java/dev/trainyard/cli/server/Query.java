package dev.trainyard.cli.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import org.jspecify.annotations.Nullable;

/** A path of the API with a query. */
public record Query(String path) {

    /** With one more parameter; null leaves it out. */
    public Query with(String name, @Nullable Object value) {
        return value == null
                ? this
                : new Query(path + (path.indexOf('?') < 0 ? "?" : "&") + name + "="
                        + URLEncoder.encode(value.toString(), UTF_8));
    }
}
