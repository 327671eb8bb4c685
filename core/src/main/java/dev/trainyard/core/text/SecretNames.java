package dev.trainyard.core.text;

import java.util.regex.Pattern;

/** Tells by its name whether a variable's value must not be shown. */
public final class SecretNames {

    private static final Pattern SECRET =
            Pattern.compile("(?i).*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL).*|(.*_)?(API)?KEY");

    private SecretNames() {}

    public static boolean matches(String name) {
        return SECRET.matcher(name).matches();
    }
}
