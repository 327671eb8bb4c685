package dev.trainyard.db;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whom an installation calls when a job has ended or is held.
 *
 * @param text null: nobody
 */
public record WebhookUrl(@Nullable String text) {

    private static final String NOBODY = "none";

    /**
     * Reads an address, or {@code none}.
     *
     * @throws IllegalArgumentException if it is no address that can be called; the message does not repeat it, since it may hold a secret
     */
    public static WebhookUrl parse(String text) {
        if (text.equals(NOBODY)) {
            return new WebhookUrl(null);
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("this is no URL: write http://HOST/PATH or https://HOST/PATH, or none");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException("write http://HOST/PATH or https://HOST/PATH, or none");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "a user and password in it would lie in the database: leave them out; the receiver knows a call by its signature");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("what follows '#' is never sent: leave it out");
        }
        return new WebhookUrl(scheme + text.substring(scheme.length()));
    }
}
