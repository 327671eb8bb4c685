package dev.trainyard.cli.session;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which part of a listing is shown. */
public final class PageOptions {

    @Option(names = "--limit", paramLabel = "N", description = "Show at most N entries.")
    private @Nullable Integer limit;

    @Option(
            names = "--after",
            paramLabel = "NEXT",
            description = "Continue after the previous listing, which printed NEXT.")
    private @Nullable String after;

    /** @param usual without {@code --limit}; null: as many as the server usually gives */
    public Query of(Query listing, @Nullable Integer usual) {
        return listing.with("limit", limit == null ? usual : limit).with("after", after);
    }

    /**
     * Says so if the server has more than it gave.
     *
     * @param what was shown, for people
     */
    public static void tellOfMore(Session session, JsonObject answer, String what) {
        String next = answer.text("next");
        if (!next.isEmpty()) {
            session.say(
                    "there is more than these %s. What follows: the same command with --after %s. More at once: --limit N"
                            .formatted(what, next));
        }
    }
}
