package dev.trainyard.submitter.rest;

import java.util.regex.Pattern;

/** The digest that names a build context. */
record Sha256(String hex) {

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /** @throws ApiException 400 if the text is not {@code sha256:} and 64 hexadecimal digits in lower case */
    static Sha256 parse(String text) {
        String hex = text.startsWith("sha256:") ? text.substring("sha256:".length()) : "";
        if (!HEX.matcher(hex).matches()) {
            throw ApiException.badRequest(
                    "'%s' is not a digest. Write sha256: and 64 hexadecimal digits in lower case".formatted(text));
        }
        return new Sha256(hex);
    }

    @Override
    public String toString() {
        return "sha256:" + hex;
    }
}
