package dev.trainyard.core.request;

import java.util.Locale;

/** Names of images, as Docker reads them. */
public final class ImageName {

    /** What is wrong with a reserved name, and what to do: for every place at which one can be given. */
    public static final String RESERVED = "begins with trainyard/, which is reserved for the images that workers build";

    public static final String RESERVED_REMEDY = "Choose another name, for example team/model:1";

    private static final String NAMESPACE = "trainyard/";

    private ImageName() {}

    /**
     * Whether the name lies in the namespace in which workers name what they build. Also for text that is no proper name: capitals count
     * as small letters, and Docker Hub may be named or not.
     */
    public static boolean isReserved(String name) {
        return withoutHub(name.toLowerCase(Locale.ROOT)).startsWith(NAMESPACE);
    }

    private static String withoutHub(String name) {
        return name.replaceFirst("^(index\\.)?docker\\.io/", "");
    }
}
