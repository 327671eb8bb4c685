package dev.trainyard.submitter;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/** The address at which people reach a server, which may be behind a proxy. */
public record PublicUrl(URI uri) {

    /**
     * Reads an address and drops a slash at its end.
     *
     * @throws IllegalArgumentException if it is not a valid address
     */
    public static PublicUrl parse(String text) {
        try {
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == '/') {
                end--;
            }
            URI uri = new URI(text.substring(0, end));
            boolean isWhole = uri.getHost() != null
                    && uri.getScheme() != null
                    && List.of("http", "https").contains(uri.getScheme())
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
            if (isWhole) {
                return new PublicUrl(uri);
            }
        } catch (URISyntaxException e) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "this is not the address of a server: write http://HOST or https://HOST/PATH, without user, query and fragment");
    }
}
