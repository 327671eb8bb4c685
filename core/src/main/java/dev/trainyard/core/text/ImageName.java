package dev.trainyard.core.text;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names of images, as Docker reads them. */
public final class ImageName {

    /** What is wrong with a reserved name, and what to do: for every place at which one can be given. */
    public static final String RESERVED = "begins with trainyard/, which is reserved for the images that workers build";

    public static final String RESERVED_REMEDY = "Choose another name, for example team/model:1";

    /** What a name looks like. The message's schema says the same, so that a mistake is shown at its line, and not by the server. */
    public static final String FORM =
            "(?=.{1,512}$)([a-zA-Z0-9.-]+(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
                    + "(:[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?";

    private static final Pattern ID = Pattern.compile("(sha256:)?[0-9a-f]{64}");
    private static final String HUB = "docker.io";
    private static final String NAMESPACE = "trainyard/";

    private ImageName() {}

    /**
     * Whether the name lies in the namespace in which workers name what they build. Also for text that is no proper name: capitals count
     * as small letters, and Docker Hub may be named or not.
     */
    public static boolean isReserved(String name) {
        return withoutHub(name.toLowerCase(Locale.ROOT)).startsWith(NAMESPACE);
    }

    /**
     * The name in full, such as {@code docker.io/library/debian:bookworm}: two spellings of one name are alike in it. A digest stands in the
     * place of the tag, also of one that is given beside it.
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

    /** Whether it is the whole id of an image: no name can look like that. */
    public static boolean isId(String name) {
        return ID.matcher(name).matches();
    }

    /** The registry that is asked for the image, with its port; {@code docker.io} where the name has none. */
    public static String registryOf(String name) {
        return inFull(name).replaceFirst("/.*$", "");
    }

    private static String withoutHub(String name) {
        return name.replaceFirst("^(index\\.)?docker\\.io/", "");
    }
}
