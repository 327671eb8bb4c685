package dev.trainyard.db;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Address of the database: {@code postgresql://user:password@host:5432/trainyard}. {@link #toString()} never contains the password.
 *
 * @param options other connection parameters, {@code sslmode=require&…}; may be empty
 */
public record PostgresUrl(
        String host,
        int port,
        String database,
        @Nullable String user,
        @Nullable String password,
        String options) {

    static {
        PasswordFile.tellDriver();
    }

    /** @throws IllegalArgumentException with the mistake and the expected form */
    public static PostgresUrl parse(String text) {
        String form = text.startsWith("jdbc:") ? text.substring("jdbc:".length()) : text;
        try {
            URI uri = new URI(form);
            boolean postgres = "postgresql".equals(uri.getScheme()) || "postgres".equals(uri.getScheme());
            String path = uri.getPath();
            if (!postgres || uri.getHost() == null || path == null || path.length() < 2) {
                throw new IllegalArgumentException(expected());
            }
            String[] login = uri.getRawUserInfo() == null
                    ? new String[0]
                    : uri.getRawUserInfo().split(":", 2);
            return new PostgresUrl(
                    uri.getHost(),
                    uri.getPort() < 0 ? 5432 : uri.getPort(),
                    path.substring(1),
                    login.length > 0 ? decoded(login[0]) : null,
                    login.length > 1 ? decoded(login[1]) : null,
                    uri.getRawQuery() == null ? "" : uri.getRawQuery());
        } catch (URISyntaxException e) {
            // Do not use the exception's message: it contains the whole URL with the password.
            throw new IllegalArgumentException(expected());
        }
    }

    private static String expected() {
        return "the Postgres URL must have the form postgresql://[user[:password]@]host[:port]/database";
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The same database without user and password. */
    public PostgresUrl withoutLogin() {
        return new PostgresUrl(host, port, database, null, null, options);
    }

    /** The same database. If the URL has no user, the user is this role. */
    PostgresUrl as(Role role) {
        return user != null ? this : new PostgresUrl(host, port, database, role.sqlName(), password, options);
    }

    String jdbc() {
        return "jdbc:postgresql://%s:%d/%s%s".formatted(host, port, database, options.isEmpty() ? "" : "?" + options);
    }

    @Override
    public String toString() {
        return "postgresql://%s%s:%d/%s".formatted(user == null ? "" : user + "@", host, port, database);
    }
}
