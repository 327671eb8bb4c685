package dev.trainyard.core.request;

import java.util.Locale;

/** Names of images, as Docker reads them. */
public final class ImageName {

    /** What is wrong with a reserved name, and what to do: for every place at which one can be given. */
    public static final String RESERVED = "begins with trainyard/, which is reserved for the images that workers build";

    public static final String RESERVED_REMEDY = "Choose another name, for example team/model:1";

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
     * The name in full, such as {@code docker.io/library/debian:bookworm}: two spellings of one name are alike in it. A digest stays where
     * it is given, and stands for the tag.
     */
    public static String inFull(String name) {
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean ofRegistry = first.contains(".") || first.contains(":") || first.equals("localhost");
        String registry = ofRegistry && !first.equals("index.docker.io") ? first : HUB;
        String path = ofRegistry ? name.substring(slash + 1) : name;
        String inRegistry = registry.equals(HUB) && !path.contains("/") ? "library/" + path : path;
        boolean tagged = inRegistry.contains("@") || inRegistry.indexOf(':', inRegistry.lastIndexOf('/')) >= 0;
        return registry + "/" + inRegistry + (tagged ? "" : ":latest");
    }

    /** The registry that is asked for the image, with its port; {@code docker.io} where the name has none. */
    public static String registryOf(String name) {
        return inFull(name).replaceFirst("/.*$", "");
    }

    private static String withoutHub(String name) {
        return name.replaceFirst("^(index\\.)?docker\\.io/", "");
    }
}
