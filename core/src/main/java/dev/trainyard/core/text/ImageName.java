package dev.trainyard.core.text;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses names of images as Docker does. */
public final class ImageName {

    /** The error message for a reserved name. */
    public static final String RESERVED = "starts with trainyard/, which is reserved for images that workers build";

    public static final String RESERVED_REMEDY = "Choose another name, for example team/model:1";

    /** The syntax of a name. The message's schema has the same pattern. It is also checked here, so that an error is shown with its line. */
    public static final String FORM =
            "(?=.{1,512}$)([a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*([.][a-zA-Z0-9]+(-+[a-zA-Z0-9]+)*)*(:[0-9]{1,5})?/)?"
                    + "[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*"
                    + "(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?";

    private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");
    private static final String HUB = "docker.io";
    private static final String NAMESPACE = "trainyard/";

    /** Why no new request may have a name, although it has the form of one. */
    public record Fault(String what, String remedy) {}

    private ImageName() {}

    /** What is wrong with a name of the right form. */
    public static Optional<Fault> fault(String name) {
        if (isReserved(name)) {
            return Optional.of(new Fault(Excerpt.quote(name) + " " + RESERVED, RESERVED_REMEDY));
        }
        String first = name.substring(0, Math.max(0, name.indexOf('/')));
        if (first.contains(".") || first.contains(":") || first.equals(first.toLowerCase(Locale.ROOT))) {
            return Optional.empty();
        }
        // Docker before release 23 refuses it. Later ones take it for a registry, which the author does not mean.
        return Optional.of(new Fault(
                Excerpt.quote(name) + " has capitals in its repository",
                "Write %s in lower case. A registry has a dot or a port in its name".formatted(Excerpt.quote(first))));
    }

    /**
     * Whether the name is in the namespace for images that workers build. Also accepts text that is not a valid name: case is ignored,
     * and the prefix for Docker Hub is optional.
     */
    public static boolean isReserved(String name) {
        return withoutHub(name.toLowerCase(Locale.ROOT)).startsWith(NAMESPACE);
    }

    /**
     * The full name, such as {@code docker.io/library/debian:bookworm}. All spellings of a name have the same full name. A digest replaces
     * the tag.
     */
    public static String inFull(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean ofRegistry = first.contains(".")
                || first.contains(":")
                || first.equals("localhost")
                || !first.equals(first.toLowerCase(Locale.ROOT));
        String registry = ofRegistry && !first.equals("index.docker.io") ? first : HUB;
        String path = ofRegistry ? name.substring(slash + 1) : name;
        String inRegistry = registry.equals(HUB) && !path.contains("/") ? "library/" + path : path;
        int digest = inRegistry.indexOf('@');
        String untagged = digest < 0 ? inRegistry : inRegistry.substring(0, digest);
        int tag = untagged.indexOf(':', untagged.lastIndexOf('/'));
        if (digest < 0) {
            return registry + "/" + inRegistry + (tag < 0 ? ":latest" : "");
        }
        return registry + "/" + (tag < 0 ? untagged : untagged.substring(0, tag)) + inRegistry.substring(digest);
    }

    /** Whether the text is the full id of an image. A name cannot look like that. */
    public static boolean isId(String name) {
        return ID.matcher(name).matches();
    }

    /** The registry of the image, with its port. Default: {@code docker.io}. */
    public static String registryOf(String name) {
        return inFull(name).replaceFirst("/.*$", "");
    }

    private static String withoutHub(String name) {
        return name.replaceFirst("^(index\\.)?docker\\.io/", "");
    }
}
