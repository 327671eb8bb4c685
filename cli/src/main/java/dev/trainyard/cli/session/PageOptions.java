package dev.trainyard.cli.session;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.Query;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select a page of a listing. */
public final class PageOptions {

    @Option(names = "--limit", paramLabel = "N", description = "Show at most N entries.")
    private @Nullable Integer limit;

    @Option(
            names = "--after",
            paramLabel = "NEXT",
            description = "Show the page after NEXT, which the previous page printed.")
    private @Nullable String after;

    /** @param usual the limit without {@code --limit}. Null for the server's default */
    public Query of(Query listing, @Nullable Integer usual) {
        return listing.with("limit", limit == null ? usual : limit).with("after", after);
    }

    /**
     * Tells the person if there are more entries.
     *
     * @param what describes the entries that were shown
     */
    public static void tellOfMore(Session session, JsonObject answer, String what) {
        String next = answer.text("next");
        if (!next.isEmpty()) {
            session.say(
                    "%s are shown, and there are more. For the next page: the same command with --after %s. For a larger page: --limit N"
                            .formatted(what, next));
        }
    }
}
