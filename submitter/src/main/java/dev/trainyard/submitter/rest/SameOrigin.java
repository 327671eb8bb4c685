package dev.trainyard.submitter.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Refuses requests of foreign web pages. There is no authentication yet, and a browser on this host sends requests to loopback for any page
 * that asks for it. So requests of other origins are refused, and on loopback also those to any other host name (DNS rebinding: its owner
 * would have pointed the name here).
 */
final class SameOrigin extends OncePerRequestFilter {

    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    /** {@code none}: started by the person, for example from a bookmark. */
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

    private final boolean loopbackOnly;

    SameOrigin(InetAddress listensOn) {
        this.loopbackOnly = listensOn.isLoopbackAddress();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String refusal = refusal(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            ErrorBody.of(HttpStatus.FORBIDDEN, refusal).write(response);
        }
    }

    private @Nullable String refusal(HttpServletRequest request) {
        String host = request.getServerName();
        if (loopbackOnly && !LOOPBACK_NAMES.contains(host)) {
            return "this server listens on loopback only and does not answer to the name '%s'. Use http://localhost:%d"
                    .formatted(host, request.getLocalPort());
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !authority(origin).equals(request.getHeader("Host"))) {
            return "pages of other origins (%s) may not use this server".formatted(origin);
        }
        // A browser states the origin of each request. Following a link is allowed, because it only reads.
        String site = request.getHeader("Sec-Fetch-Site");
        boolean reads = request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        return reads || site == null || OWN_SITE.contains(site)
                ? null
                : "pages of other origins may not use this server (Sec-Fetch-Site: %s)".formatted(site);
    }

    private static String authority(String origin) {
        try {
            return String.valueOf(URI.create(origin).getAuthority());
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
