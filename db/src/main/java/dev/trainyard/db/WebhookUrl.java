package dev.trainyard.db;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The URL that an installation calls when a job ends or is held.
 *
 * @param text null for none
 */
public record WebhookUrl(@Nullable String text) {

    private static final String NOBODY = "none";

    /**
     * Parses a URL, or {@code none}.
     *
     * @throws IllegalArgumentException if it is not a valid URL; the message does not repeat it, because it may contain a secret
     */
    public static WebhookUrl parse(String text) {
        if (text.equals(NOBODY)) {
            return new WebhookUrl(null);
        }
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(
                    "this is not a URL: write http://HOST/PATH or https://HOST/PATH, or none");
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!(scheme.equals("http") || scheme.equals("https")) || uri.getHost() == null) {
            throw new IllegalArgumentException("write http://HOST/PATH or https://HOST/PATH, or none");
        }
        if (uri.getRawUserInfo() != null) {
            throw new IllegalArgumentException(
                    "leave out user and password, because they would be stored in the database. The receiver can check the signature of a call");
        }
        if (uri.getRawFragment() != null) {
            throw new IllegalArgumentException("leave out '#' and the text after it, which is never sent");
        }
        return new WebhookUrl(scheme + text.substring(scheme.length()));
    }
}
